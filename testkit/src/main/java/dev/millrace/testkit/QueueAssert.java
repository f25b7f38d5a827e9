package dev.millrace.testkit;

import dev.millrace.api.Millrace;
import dev.millrace.api.task.QueueStats;
import java.util.Map;

/**
 * Assertions on one queue, each of its figures as they are now; a failure shows all of them.
 */
public final class QueueAssert {
    private final String name;
    private final Millrace millrace;
    private final EnqueuedTypes enqueued;

    QueueAssert(String name, Millrace millrace, EnqueuedTypes enqueued) {
        this.name = name;
        this.millrace = millrace;
        this.enqueued = enqueued;
    }

    /**
     * So many tasks of this type were ever enqueued since the kit was started; duplicates do not count, nor do steps of chains
     * and ends of batches, which the engine enqueues.
     */
    public QueueAssert enqueued(String type, long count) {
        return check("enqueued tasks of type " + type, enqueued.of(name).getOrDefault(type, 0L), count);
    }

    /** So many attempts, of whatever task, succeeded. */
    public QueueAssert done(long count) {
        return check("done tasks", stats().done(), count);
    }

    /** So many wait for their next attempt. */
    public QueueAssert retrying(long count) {
        return check("retrying tasks", stats().retrying(), count);
    }

    /** So many were given up, and are kept. */
    public QueueAssert dead(long count) {
        return check("dead tasks", stats().dead(), count);
    }

    /** So many are not due yet. */
    public QueueAssert scheduled(long count) {
        return check("scheduled tasks", stats().scheduled(), count);
    }

    /** So many can be taken. */
    public QueueAssert ready(long count) {
        return check("ready tasks", stats().ready(), count);
    }

    /** So many were called off. */
    public QueueAssert cancelled(long count) {
        return check("cancelled tasks", stats().cancelled(), count);
    }

    /** Nothing waits, runs or is dead. */
    public QueueAssert isEmpty() {
        QueueStats stats = stats();
        return check("tasks that are not over",
                stats.scheduled() + stats.ready() + stats.leased() + stats.retrying() + stats.dead(), 0);
    }

    private QueueStats stats() {
        return millrace.queues()
                .stream()
                .filter(stats -> stats.name().equals(name))
                .findFirst()
                .orElse(new QueueStats(name, false, 0, 0, 0, 0, 0, 0, 0, 0));
    }

    private QueueAssert check(String what, long actual, long expected) {
        if (actual != expected) {
            Map<String, Long> types = enqueued.of(name);
            throw new AssertionError(
                    "queue " + name + " has " + actual + " " + what + ", not " + expected + "; enqueued: "
                            + types + "; now: " + stats());
        }
        return this;
    }
}
