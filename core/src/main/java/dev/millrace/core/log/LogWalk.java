package dev.millrace.core.log;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;

/**
 * Reads records that the owner of a shard has found, one batch after the other, in the order in which they were added.
 * Nothing of the log's memory is kept while a batch is waited for.
 *
 * <p>
 * Thread safety: filled by one thread, then {@link #read} once; readers run on a thread of the log.
 */
public final class LogWalk {
    /** Reads the record that starts at {@code offset} of the batch. */
    @FunctionalInterface
    public interface RecordReader {
        void read(ByteBuffer batch, int offset);
    }

    private record Step(long location, RecordReader reader) {}

    private final BlockReader reader;
    private final ArrayDeque<Step> steps = new ArrayDeque<>();
    private final CompletableFuture<Boolean> done = new CompletableFuture<>();

    public LogWalk(BlockReader reader) {
        this.reader = reader;
    }

    public void add(long location, RecordReader step) {
        steps.add(new Step(location, step));
    }

    /** Completes once everything was read. */
    public CompletableFuture<Boolean> read() {
        step();
        return done;
    }

    private void step() {
        Step next = steps.peek();
        if (next == null) {
            done.complete(true);
            return;
        }
        reader.load(Location.batchPosition(next.location), new BlockReader.Sink() {
            @Override
            public void loaded(Block block) {
                try {
                    take(block);
                } catch (RuntimeException e) {
                    done.completeExceptionally(e);
                    return;
                } finally {
                    block.unpin();
                }
                step();
            }

            @Override
            public void failed(LogException reason) {
                done.completeExceptionally(reason);
            }
        });
    }

    private void take(Block block) {
        for (Step next = steps.peek(); next != null
                && Location.batchPosition(next.location) == block.position(); next = steps.peek()) {
            steps.remove();
            next.reader.read(block.bytes(), Location.offset(next.location));
        }
    }
}
