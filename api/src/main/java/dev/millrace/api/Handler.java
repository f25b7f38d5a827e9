package dev.millrace.api;

/** Handles one message at a time on a thread of its own; called by as many threads as the subscription allows. */
@FunctionalInterface
public interface Handler {
    /**
     * Returning acknowledges the message, unless the handler has settled it itself. An exception gives it back with a
     * growing delay, its text kept as the attempt's error; {@link SkipRetry} buries it, {@link Snooze} names the delay.
     */
    void handle(Delivery delivery) throws Exception;
}
