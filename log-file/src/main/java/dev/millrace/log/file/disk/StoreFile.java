package dev.millrace.log.file.disk;

import java.io.IOException;
import java.nio.ByteBuffer;

/** An open file. Any number of threads may read and write disjoint ranges at once. */
public interface StoreFile extends AutoCloseable {
    /**
     * Writes the remaining bytes at {@code offset}, extending the file where needed.
     *
     * @return bytes written; fewer than remained means that the write failed in the middle
     */
    int write(ByteBuffer source, long offset) throws IOException;

    /**
     * Reads up to the remaining bytes.
     *
     * @return bytes read, -1 when {@code offset} is at or after the end
     */
    int read(ByteBuffer target, long offset) throws IOException;

    /** Makes all written bytes and the size durable. After an exception nothing is known about any of them. */
    void force() throws IOException;

    long sizeBytes() throws IOException;

    /** Gives back what lies at and behind {@code bytes}; durable after {@link #force}. Never makes the file longer. */
    void truncate(long bytes) throws IOException;

    @Override
    void close() throws IOException;
}
