package dev.millrace.api;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * A handler at work. It goes on by itself when the engine comes back after a failure, and ends when it is closed or its
 * group is deleted.
 */
public interface Subscription extends AutoCloseable {
    String topic();

    String group();

    /** Handlers that run now. */
    int running();

    /**
     * Takes no new work, waits up to {@code drain} for the handlers that run, then interrupts those left and gives back
     * what they had. Called by one of its own handlers, it returns at once and closes in the background. An interrupt
     * cuts the waiting short. Others get what was given back a moment later.
     *
     * @return messages given back because their handlers had not ended
     */
    int close(Duration drain);

    /** The same with the options' drain time. */
    @Override
    void close();

    /** Completes when it has been closed; fails with the reason when it ended by itself. */
    CompletableFuture<Void> ended();
}
