package dev.millrace.log.file;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The header of one block of a snapshot file (docs/log-format.md, "Snapshot block header").
 *
 * @param position
 *            all batches before it are in the snapshot
 * @param index
 *            of the block, from 0
 * @param contentBytes
 *            that follow the header
 * @param previousCrc
 *            header checksum of the last batch before {@code position}
 * @param chain
 *            checksum of the block before, 0 in the first
 */
record SnapshotBlock(boolean last, long position, long elapsedMillis, long wallMillis, int index, int contentBytes,
        int previousCrc, int chain) {
    static final int HEADER_BYTES = 64;
    /** Every block but the last has this size. */
    static final int BYTES = 256 << 10;

    private static final int MAGIC = 0x4D524C50; // MRLP
    private static final int VERSION = 1;
    private static final int CRC_AT = HEADER_BYTES - 4;

    /** Fills the header in front of the content that stands at {@code block[64..]}; returns the block's checksum. */
    int write(ByteBuffer block, LogMeta meta) {
        block.putInt(0, MAGIC)
                .putShort(4, (short) VERSION)
                .putShort(6, (short) (last ? 1 : 0))
                .putLong(8, meta.logId())
                .putLong(16, position)
                .putLong(24, elapsedMillis)
                .putLong(32, wallMillis)
                .putInt(40, meta.shard())
                .putInt(44, index)
                .putInt(48, contentBytes)
                .putInt(52, previousCrc)
                .putInt(56, chain);
        int crc = crc(block, contentBytes);
        block.putInt(CRC_AT, crc);
        return crc;
    }

    /** The header of a valid block, else null. */
    static @Nullable SnapshotBlock read(ByteBuffer block, LogMeta meta) {
        if (block.limit() < HEADER_BYTES || block.getInt(0) != MAGIC || block.getShort(4) != VERSION
                || block.getLong(8) != meta.logId() || block.getInt(40) != meta.shard()) {
            return null;
        }
        int content = block.getInt(48);
        if (content < 0 || content > block.limit() - HEADER_BYTES || block.getInt(CRC_AT) != crc(block, content)) {
            return null;
        }
        return new SnapshotBlock(block.getShort(6) == 1, block.getLong(16), block.getLong(24), block.getLong(32),
                block.getInt(44), content, block.getInt(52), block.getInt(56));
    }

    static int crcOf(ByteBuffer block) {
        return block.getInt(CRC_AT);
    }

    private static int crc(ByteBuffer block, int content) {
        return Checksums.of(block, 0, CRC_AT, HEADER_BYTES, HEADER_BYTES + content);
    }
}
