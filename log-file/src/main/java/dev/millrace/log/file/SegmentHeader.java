package dev.millrace.log.file;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The first block of a segment (docs/log-format.md, "Segment header").
 *
 * @param epoch
 *            of all batches in it
 * @param start
 *            position of its first byte
 * @param previousEnd
 *            where the log leaves the segment before, 0 for the first one
 * @param synced
 *            everything before this position was synced when the header was written
 * @param previousCrc
 *            what the first batch must name as its predecessor
 */
record SegmentHeader(long epoch, long start, long previousEnd, long synced, int previousCrc, boolean cold) {
    /** What a segment file gives to its header; the first batch stands right after. */
    static final int BYTES = 4096;

    private static final int MAGIC = 0x4D524C53; // MRLS
    private static final int VERSION = 1;
    private static final int USED = 128;
    private static final int CRC_AT = USED - 4;

    /** A whole header block, ready to be written at offset 0. */
    ByteBuffer encode(LogMeta meta) {
        ByteBuffer bytes = AlignedMemory.allocate(BYTES);
        bytes.putInt(0, MAGIC)
                .putShort(4, (short) VERSION)
                .put(7, (byte) (cold ? BatchHeader.COLD : 0))
                .putLong(8, meta.logId())
                .putLong(16, epoch)
                .putLong(24, start)
                .putLong(32, previousEnd)
                .putLong(40, synced)
                .putLong(48, meta.segmentBytes())
                .putInt(56, meta.shard())
                .putInt(60, previousCrc);
        return bytes.putInt(CRC_AT, Checksums.of(bytes, 0, CRC_AT));
    }

    /** The header in {@code bytes[0..]} if it is valid and belongs to the segment that starts at {@code start}. */
    static @Nullable SegmentHeader decode(ByteBuffer bytes, LogMeta meta, long start, boolean cold) {
        if (bytes.limit() < USED || bytes.getInt(0) != MAGIC || bytes.getShort(4) != VERSION
                || bytes.getLong(8) != meta.logId() || bytes.getLong(24) != start
                || bytes.getLong(48) != meta.segmentBytes() || bytes.getInt(56) != meta.shard()
                || (bytes.get(7) == BatchHeader.COLD) != cold
                || bytes.getInt(CRC_AT) != Checksums.of(bytes, 0, CRC_AT)) {
            return null;
        }
        return new SegmentHeader(bytes.getLong(16), start, bytes.getLong(32), bytes.getLong(40), bytes.getInt(60),
                cold);
    }

    long firstBatch() {
        return start + BYTES;
    }
}
