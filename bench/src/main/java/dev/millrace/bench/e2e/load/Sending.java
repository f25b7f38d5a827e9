package dev.millrace.bench.e2e.load;

import java.io.IOException;

/** Publishes to a server as fast as a window allows. */
public interface Sending extends AutoCloseable {
    /**
     * Publishes until the count or the deadline is reached, whichever comes first, and returns when every message sent has
     * been answered.
     *
     * @param messages the most messages to send
     * @param deadlineNanos a reading of {@link System#nanoTime()} after which nothing more is sent
     * @return the messages sent, all of them answered
     */
    long publish(long messages, long deadlineNanos) throws IOException;

    /** Messages that the server has answered so far; any thread. */
    long acknowledged();

    @Override
    void close() throws IOException;
}
