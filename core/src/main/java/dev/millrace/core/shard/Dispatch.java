package dev.millrace.core.shard;

import dev.millrace.core.log.LogException;
import dev.millrace.core.log.ShardLog;
import dev.millrace.core.machine.Machine;
import java.util.ArrayDeque;
import java.util.function.Consumer;

/**
 * The groups that have both messages and takers, served in turn; what they lease goes to the outbox.
 *
 * <p>
 * Thread safety: owner thread only.
 */
final class Dispatch implements Feed.Courier {
    private final ArrayDeque<Feed> hungry = new ArrayDeque<>();
    private final ShardLog log;
    private final Outbox outbox;
    private final Outstanding outstanding;
    private final ShardMetrics metrics;
    private final Consumer<LogException> onReadFailure;
    private boolean sent;

    Dispatch(ShardLog log, Outbox outbox, Outstanding outstanding, ShardMetrics metrics,
            Consumer<LogException> onReadFailure) {
        this.log = log;
        this.outbox = outbox;
        this.outstanding = outstanding;
        this.metrics = metrics;
        this.onReadFailure = onReadFailure;
    }

    void enqueue(Feed feed) {
        if (!feed.queued) {
            feed.queued = true;
            hungry.add(feed);
        }
    }

    /** Leases up to {@code limit} messages, each group once; returns whether there may be more to do. */
    boolean serve(Machine machine, int limit) {
        int left = limit;
        for (int i = hungry.size(); i > 0 && left > 0; i--) {
            Feed feed = hungry.remove();
            feed.queued = false;
            left -= feed.serve(machine, left, this);
            if (feed.group.deliverable() && feed.isHungry()) {
                enqueue(feed);
            }
        }
        return !hungry.isEmpty();
    }

    /** Whether something was handed to the outbox since the last call. */
    boolean takeSent() {
        boolean was = sent;
        sent = false;
        return was;
    }

    @Override
    public Delivery start(Feed.Consumer consumer, int expected) {
        return new Delivery(consumer, log.reader(), onReadFailure, expected);
    }

    @Override
    public void send(Feed.Consumer consumer, Delivery delivery) {
        sent = true;
        metrics.delivered += delivery.size();
        outstanding.add(delivery);
        outbox.send(consumer.session, delivery);
    }
}
