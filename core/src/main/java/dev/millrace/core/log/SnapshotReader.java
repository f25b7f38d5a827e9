package dev.millrace.core.log;

import java.nio.ByteBuffer;

/** The content of a snapshot as it was written, read once from the start. */
public interface SnapshotReader {
    /** All batches before this position are part of the snapshot's state. */
    long position();

    long elapsedMillis();

    long wallMillis();

    /** Fills {@code target} completely; throws {@link LogException} ({@code DAMAGED}) when the content ends first. */
    void readFully(ByteBuffer target);

    /** Content bytes not yet read. */
    long remaining();
}
