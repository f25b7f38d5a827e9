package dev.millrace.api.task;

import dev.millrace.api.Subscription;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Handlers at work on the tasks of one or several queues. */
public interface Worker extends AutoCloseable {
    /** Handlers that run now. */
    int running();

    /** How it is, for a health check. */
    WorkerHealth health();

    /** Takes nothing new until {@link #resume}; what waits for a handler here is given back, what runs goes on. */
    void pause();

    void resume();

    /**
     * As {@link Subscription#close(Duration)}; the attempts of what it gives back do not count.
     *
     * @return tasks given back because their handlers had not ended
     */
    int close(Duration drain);

    /** The same with the worker's own drain time. */
    @Override
    void close();

    /** Completes when it has been closed; fails with the reason when it ended by itself. */
    CompletableFuture<Void> ended();

    /** Sets a worker up; used by one thread. */
    interface Builder {
        /** One more queue, with the weight 1. */
        default Builder queue(String name) {
            return queue(name, 1);
        }

        /**
         * One more queue; tasks of queues that have some are taken in proportion to their weights. A worker of several
         * queues keeps as many tasks of each at hand as it handles at once, and what {@link #prefetch} allows.
         */
        Builder queue(String name, int weight);

        /** A queue is served only when those named before it have nothing ready. */
        Builder strict();

        /** Handlers at once, over all queues; 1 unless set. */
        Builder concurrency(int handlers);

        /**
         * The most tasks that it holds beyond those, ready for handlers that become free, and while results are on their
         * way; 1,000 unless set, up to 10,000, 0 for none. It holds as many as handlers start within about 25 ms, so none
         * when they are slow; a task that has waited for 100 ms is given back, and no attempt is counted. If the process is
         * killed, though, an attempt counts for those held, too.
         */
        Builder prefetch(int tasks);

        /** How long a task is kept from others if this process dies without a word; 30 s unless set. */
        Builder lease(Duration lease);

        /** How long {@link Worker#close()} waits for running handlers; 10 s unless set. */
        Builder drain(Duration drain);

        /** What handles tasks of this type; a task of a type without one fails its attempt. */
        Builder handle(String type, TaskHandler handler);

        /** What handles tasks of all types that have no handler of their own. */
        Builder handleOthers(TaskHandler handler);

        /** What becomes of tasks whose handlers throw; {@link dev.millrace.api.SkipRetry} and snoozes never reach it. */
        Builder onFailure(FailureRule rule);

        /** Put around every handler; the first one named is outermost. */
        Builder use(Middleware middleware);

        /** Begins to work; returns when the queues are subscribed. */
        Worker start();
    }
}
