package dev.millrace.core.log;

import java.nio.ByteBuffer;

/**
 * The batch under construction: room for the log's header, then records.
 *
 * <p>
 * The owner of a shard writes records at {@link #bytes()}'s position; the log fills the first {@value #HEADER_BYTES}
 * bytes when the batch is appended. The buffer is direct, aligned to {@value #ALIGNMENT} bytes (so that it can be
 * written past the page cache) and big-endian. It grows on demand and is reused from batch to batch.
 *
 * <p>
 * Thread safety: none; it belongs to the thread that owns the shard.
 */
public final class BatchBuffer {
    /** Bytes at the start of every batch that belong to the log. */
    public static final int HEADER_BYTES = 128;
    /** Alignment of the first byte in memory; capacity is a multiple of it. */
    public static final int ALIGNMENT = 4096;

    private ByteBuffer bytes;
    private int recordCount;
    private long elapsedMillis;
    private long wallMillis;

    public BatchBuffer(int capacityBytes) {
        bytes = allocate(capacityBytes);
        clear();
    }

    /** The buffer itself; its position is where the next record starts. May be replaced by {@link #ensure}. */
    public ByteBuffer bytes() {
        return bytes;
    }

    /** Makes room for at least {@code more} bytes after the position; the content is kept. */
    public ByteBuffer ensure(int more) {
        if (bytes.remaining() < more) {
            int used = bytes.position();
            long wanted = Math.max((long) used + more, 2L * bytes.capacity());
            if (wanted > Integer.MAX_VALUE - ALIGNMENT) {
                throw new IllegalStateException("a batch of " + wanted + " bytes is too large");
            }
            ByteBuffer larger = allocate((int) wanted);
            larger.put(0, bytes, 0, used);
            larger.position(used);
            bytes = larger;
        }
        return bytes;
    }

    /** Forgets all records. */
    public void clear() {
        bytes.clear().position(HEADER_BYTES);
        recordCount = 0;
    }

    public boolean isEmpty() {
        return recordCount == 0;
    }

    /** Called once for each record written. */
    public void countRecord() {
        recordCount++;
    }

    public int recordCount() {
        return recordCount;
    }

    /** Bytes of header and records. */
    public int length() {
        return bytes.position();
    }

    /** Sets both clocks as the owner read them last, at one instant: a shard that is opened goes on from there. */
    public void stamp(long elapsedMillisNow, long wallMillisNow) {
        elapsedMillis = elapsedMillisNow;
        wallMillis = wallMillisNow;
    }

    public long elapsedMillis() {
        return elapsedMillis;
    }

    public long wallMillis() {
        return wallMillis;
    }

    private static ByteBuffer allocate(int capacityBytes) {
        int rounded = (capacityBytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        return ByteBuffer.allocateDirect(rounded + ALIGNMENT).alignedSlice(ALIGNMENT).slice(0, rounded);
    }
}
