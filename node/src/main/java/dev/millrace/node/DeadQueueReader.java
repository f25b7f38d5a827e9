package dev.millrace.node;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A reader's place in a {@link DeadQueue}. Thread-safe. */
final class DeadQueueReader implements DeadReader {
    private final DeadQueues queues;
    private final DeadQueue queue;
    private final String channel;
    private final CompletableFuture<String> ended = new CompletableFuture<>();
    /** Letters on loan to it; under the queue's monitor. */
    int lent;

    DeadQueueReader(DeadQueues queues, DeadQueue queue, String channel) {
        this.queues = queues;
        this.queue = queue;
        this.channel = channel;
    }

    String channel() {
        return channel;
    }

    @Override
    public CompletableFuture<List<DeadLoan>> take(int most, long leaseMillis) {
        if (most < 0) {
            throw new IllegalArgumentException("most must be at least 0, not " + most);
        }
        return queue.take(this, most, leaseMillis);
    }

    @Override
    public CompletableFuture<Boolean> finish(long cursor) {
        return queue.finish(this, cursor);
    }

    @Override
    public boolean giveBack(long cursor, long delayMillis) {
        return queue.giveBack(this, cursor, delayMillis);
    }

    @Override
    public boolean extend(long cursor, long leaseMillis) {
        return queue.extend(this, cursor, leaseMillis);
    }

    @Override
    public CompletableFuture<String> ended() {
        return ended;
    }

    @Override
    public void close() {
        queues.leave(queue, this);
    }
}
