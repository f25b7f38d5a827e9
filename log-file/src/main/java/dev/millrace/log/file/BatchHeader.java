package dev.millrace.log.file;

import dev.millrace.core.log.BatchBuffer;
import dev.millrace.core.log.Location;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The first 128 bytes of a batch (docs/log-format.md, "Batch header").
 *
 * <p>
 * A header read by {@link #read} has a valid checksum and stands where it says it stands. Whether it continues the
 * chain is {@link #follows}, whether its records are whole {@link #bodyIsWhole}.
 */
final class BatchHeader {
    static final int BYTES = BatchBuffer.HEADER_BYTES;
    static final int MAGIC = 0x4D524C42; // MRLB
    static final int VERSION = 1;
    static final int MARK = 1;
    static final int CLEAN_STOP = 2;
    static final int COLD = 4;
    static final int COPIED = 8;
    static final int POSITION_AT = 24;

    private static final int CRC_AT = BYTES - 4;
    private static final int ZEROS_AT = 76;

    private final byte alignShift;
    private final byte flags;
    private final long epoch;
    private final long position;
    private final long synced;
    private final long elapsedMillis;
    private final long wallMillis;
    private final int length;
    private final int recordCount;
    private final int previousCrc;
    private final int bodyCrc;
    private final int headerCrc;

    /** Who writes: one opening of a log. */
    record Author(LogMeta meta, byte alignShift, long epoch) {}

    /** What of a header does not follow from the batch itself. */
    record Stamp(Author author, int flags, long position, long synced, long elapsedMillis, long wallMillis,
            int recordCount, int previousCrc) {}

    private BatchHeader(ByteBuffer bytes, int at, long position) {
        this.position = position;
        alignShift = bytes.get(at + 6);
        flags = bytes.get(at + 7);
        epoch = bytes.getLong(at + 16);
        synced = bytes.getLong(at + 32);
        elapsedMillis = bytes.getLong(at + 40);
        wallMillis = bytes.getLong(at + 48);
        length = bytes.getInt(at + 60);
        recordCount = bytes.getInt(at + 64);
        previousCrc = bytes.getInt(at + 68);
        bodyCrc = bytes.getInt(at + 72);
        headerCrc = bytes.getInt(at + CRC_AT);
    }

    /**
     * Fills the header of a batch whose records stand at {@code bytes[128..length)}.
     *
     * @return the header checksum, which the next batch names as its predecessor
     */
    static int write(ByteBuffer bytes, int length, Stamp stamp) {
        bytes.putInt(0, MAGIC)
                .putShort(4, (short) VERSION)
                .put(6, stamp.author.alignShift)
                .put(7, (byte) stamp.flags)
                .putLong(8, stamp.author.meta.logId())
                .putLong(16, stamp.author.epoch)
                .putLong(POSITION_AT, stamp.position)
                .putLong(32, stamp.synced)
                .putLong(40, stamp.elapsedMillis)
                .putLong(48, stamp.wallMillis)
                .putInt(56, stamp.author.meta.shard())
                .putInt(60, length)
                .putInt(64, stamp.recordCount)
                .putInt(68, stamp.previousCrc)
                .putInt(72, Checksums.of(bytes, BYTES, length));
        for (int at = ZEROS_AT; at < CRC_AT; at += 4) {
            bytes.putInt(at, 0);
        }
        int crc = Checksums.of(bytes, 0, CRC_AT);
        bytes.putInt(CRC_AT, crc);
        return crc;
    }

    /** The header at {@code bytes[at..]} if a batch of this log begins there and says it stands at {@code position}. */
    static @Nullable BatchHeader read(ByteBuffer bytes, int at, LogMeta meta, long position) {
        if (bytes.limit() - at < BYTES || bytes.getInt(at) != MAGIC || bytes.getLong(at + POSITION_AT) != position
                || bytes.getShort(at + 4) != VERSION || bytes.getLong(at + 8) != meta.logId()
                || bytes.getInt(at + 56) != meta.shard()) {
            return null;
        }
        if (bytes.getInt(at + CRC_AT) != Checksums.of(bytes, at, at + CRC_AT)) {
            return null;
        }
        BatchHeader header = new BatchHeader(bytes, at, position);
        return header.isSane(meta) ? header : null;
    }

    /** A planted mistake: takes a header for one that stands at {@code position}, whatever it says itself. */
    static @Nullable BatchHeader readStale(ByteBuffer bytes, int at, LogMeta meta, long position) {
        boolean whole = bytes.limit() - at >= BYTES && read(bytes, at, meta, bytes.getLong(at + POSITION_AT)) != null;
        return whole ? new BatchHeader(bytes, at, position) : null;
    }

    private boolean isSane(LogMeta meta) {
        boolean cold = (position & Location.COLD) != 0;
        return length >= BYTES && meta.offset(position) + (long) length <= meta.segmentBytes() && recordCount >= 0
                && alignShift >= 6 && alignShift <= 12 && cold == has(COLD);
    }

    byte flags() {
        return flags;
    }

    long epoch() {
        return epoch;
    }

    long position() {
        return position;
    }

    long synced() {
        return synced;
    }

    long elapsedMillis() {
        return elapsedMillis;
    }

    long wallMillis() {
        return wallMillis;
    }

    int length() {
        return length;
    }

    int recordCount() {
        return recordCount;
    }

    int previousCrc() {
        return previousCrc;
    }

    int headerCrc() {
        return headerCrc;
    }

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    boolean follows(long segmentEpoch, int crcBefore) {
        return epoch == segmentEpoch && previousCrc == crcBefore;
    }

    /** Whether {@code bytes[at..at + length)} holds the records that the header names. */
    boolean bodyIsWhole(ByteBuffer bytes, int at) {
        return bytes.limit() - at >= length && bodyCrc == Checksums.of(bytes, at + BYTES, at + length);
    }

    /** Where the next batch of the segment starts. */
    long next() {
        return position + align(length, alignShift);
    }

    static long align(long length, int shift) {
        long unit = 1L << shift;
        return (length + unit - 1) & -unit;
    }
}
