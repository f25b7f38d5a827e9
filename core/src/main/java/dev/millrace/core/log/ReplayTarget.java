package dev.millrace.core.log;

import java.nio.ByteBuffer;

/** Receives what recovery reads: at most one snapshot first, then batches in order. */
public interface ReplayTarget {
    /** The newest valid snapshot; its checksum has been verified as a whole before this call. */
    void snapshot(SnapshotReader snapshot);

    /**
     * One batch.
     *
     * @param position
     *            where it stands
     * @param records
     *            header and records, positioned at the first record ({@link BatchBuffer#HEADER_BYTES}), limit after the
     *            last; valid during the call only
     */
    void batch(long position, int recordCount, long elapsedMillis, long wallMillis, ByteBuffer records);
}
