package dev.millrace.core.shard;

import java.util.ArrayDeque;

/**
 * What waits for the batch under construction to become durable: completions, deliveries, answers, in order.
 *
 * <p>
 * Thread safety: owner thread only.
 */
final class Outbox {
    private record Completion(ClientSession session, Submission submission) {}

    private record Sending(ClientSession session, Delivery delivery) {}

    private record Stop(Feed.Consumer consumer, long token) {}

    private final ArrayDeque<Stop> stops = new ArrayDeque<>();
    private final ArrayDeque<Completion> completions = new ArrayDeque<>();
    private final ArrayDeque<Sending> sendings = new ArrayDeque<>();
    private final ArrayDeque<PendingCall<?>> calls = new ArrayDeque<>();

    private final ShardClock clock;
    private final Latencies publishToDurable;
    private final DueTimes due;

    Outbox(ShardClock clock, ShardMetrics metrics) {
        this.clock = clock;
        publishToDurable = metrics.publishToDurable();
        due = new DueTimes(metrics.dueToDelivered());
    }

    /** Something became ready at the instant {@code ready} that was due at {@code due}, by the clock. */
    void wasDue(long dueNanos, long readyNanos) {
        due.add(dueNanos, readyNanos);
    }

    void complete(ClientSession session, Submission submission) {
        completions.add(new Completion(session, submission));
    }

    void send(ClientSession session, Delivery delivery) {
        sendings.add(new Sending(session, delivery));
    }

    void askToStop(Feed.Consumer consumer, long token) {
        stops.add(new Stop(consumer, token));
    }

    void answer(PendingCall<?> call) {
        calls.add(call);
    }

    boolean isEmpty() {
        return completions.isEmpty() && stops.isEmpty() && sendings.isEmpty() && calls.isEmpty();
    }

    /** Everything may leave. */
    void release() {
        long now = completions.isEmpty() ? 0 : clock.nanos();
        for (Completion next = completions.poll(); next != null; next = completions.poll()) {
            if (next.submission.publishes > 0) {
                publishToDurable.record(now - next.submission.submittedNanos);
            }
            if (!next.session.ended) {
                next.session.listener.completed(next.submission);
            }
        }
        boolean delivers = !sendings.isEmpty();
        for (Sending next = sendings.poll(); next != null; next = sendings.poll()) {
            if (next.session.ended) {
                next.delivery.close();
            } else {
                next.session.listener.deliver(next.delivery);
            }
        }
        for (Stop next = stops.poll(); next != null; next = stops.poll()) {
            if (!next.consumer.session.ended) {
                next.consumer.session.listener.stopAsked(next.consumer, next.token);
            }
        }
        if (!due.isEmpty()) {
            if (delivers) {
                due.delivered(clock.nanos());
            } else {
                due.nobodyWaited();
            }
        }
        for (PendingCall<?> next = calls.poll(); next != null; next = calls.poll()) {
            next.release();
        }
    }

    /** Nothing may leave: the outcome is unknown. */
    void fail(Throwable reason) {
        completions.clear();
        stops.clear();
        for (Sending next = sendings.poll(); next != null; next = sendings.poll()) {
            next.delivery.close();
        }
        for (PendingCall<?> next = calls.poll(); next != null; next = calls.poll()) {
            next.fail(reason);
        }
    }
}
