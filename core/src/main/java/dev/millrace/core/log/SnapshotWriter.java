package dev.millrace.core.log;

import java.nio.ByteBuffer;

/** A snapshot being written; used by one background thread. Nothing is valid before {@link #commit}. */
public interface SnapshotWriter extends AutoCloseable {
    /** Appends all remaining bytes of {@code bytes}. */
    void write(ByteBuffer bytes);

    /** Makes the snapshot valid and durable, after the log up to its position is durable. Keeps the last two. */
    void commit();

    /** Drops the snapshot unless it was committed. */
    @Override
    void close();
}
