package dev.millrace.bench.e2e.load;

import java.io.IOException;

/** Something that handles messages on threads of its own until it is closed. */
public interface Load extends AutoCloseable {
    /**
     * Messages handled so far.
     *
     * @throws IllegalStateException if it has stopped because of a failure
     */
    long messages();

    @Override
    void close() throws IOException;
}
