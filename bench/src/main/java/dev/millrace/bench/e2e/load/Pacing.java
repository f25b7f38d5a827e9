package dev.millrace.bench.e2e.load;

import java.io.IOException;

/**
 * Publishes single messages at a fixed rate whatever the server does. The first eight bytes of a body are the instant at
 * which it was due, the next eight that at which its sender was there.
 */
public interface Pacing extends AutoCloseable {
    /**
     * Sends the plan, then waits until all of it has been answered.
     *
     * @param messages how many
     * @param startNanos when the first is due, as {@link System#nanoTime()}
     * @param intervalNanos time between two messages
     */
    void publish(long messages, long startNanos, long intervalNanos) throws IOException;

    @Override
    void close() throws IOException;
}
