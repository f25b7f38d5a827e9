package dev.millrace.log.file;

import dev.millrace.log.file.disk.StoreFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The segment file that the writer is in, and how far it is prewritten.
 *
 * <p>
 * Thread safety: {@link #write} belongs to the owner; {@link #prepare} may be called by the owner and by the background
 * thread. Zeros are only ever written behind {@code prepared}, batches only before it.
 */
final class CurrentFile {
    private static final int LEAD = 4;

    final StoreFile file;
    final Segment segment;
    private final SegmentSupply supply;
    private final long segmentBytes;
    private final AtomicBoolean extending = new AtomicBoolean();
    private volatile long prepared;

    CurrentFile(StoreFile file, Segment segment, long prepared, SegmentSupply supply, long segmentBytes) {
        this.file = file;
        this.segment = segment;
        this.prepared = prepared;
        this.supply = supply;
        this.segmentBytes = segmentBytes;
    }

    void write(ByteBuffer bytes, long offset) throws IOException {
        if (offset + bytes.remaining() > prepared) {
            throw new IllegalStateException("write behind the prepared part of " + path() + " at " + offset);
        }
        ShardFolder.writeFully(file, bytes, offset);
    }

    Path path() {
        return segment.path;
    }

    /** True for the caller who shall {@link #extend}; after a failed extension nobody. */
    boolean startExtending() {
        return extending.compareAndSet(false, true);
    }

    /** Background work: keeps ahead of the writer until it is far enough. */
    void extend() throws IOException {
        for (long goal = wanted(used()); !isPrepared(goal); goal = wanted(used())) {
            prepare(goal);
        }
        extending.set(false);
    }

    private long used() {
        return segment.end - segment.start;
    }

    /** How far it should be prepared when {@code used} bytes are taken. */
    long wanted(long used) {
        return supply.chunkEnd(Math.min(segmentBytes, LEAD * used));
    }

    boolean isPrepared(long offset) {
        return offset <= prepared;
    }

    long prepared() {
        return prepared;
    }

    /** Bytes of the segment that no file holds yet. */
    long unprepared() {
        return segmentBytes - prepared;
    }

    /** Prewrites chunk by chunk until {@code offset} is covered. */
    void prepare(long offset) throws IOException {
        while (prepareChunk(offset)) {
            // Between two chunks the other thread may have its turn.
        }
    }

    private synchronized boolean prepareChunk(long offset) throws IOException {
        if (offset <= prepared) {
            return false;
        }
        long to = supply.chunkEnd(prepared + 1);
        supply.extend(path(), prepared, to);
        prepared = to;
        return offset > to;
    }
}
