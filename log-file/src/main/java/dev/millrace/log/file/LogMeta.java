package dev.millrace.log.file;

import dev.millrace.core.log.LogException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** Who a log is: the content of its {@code meta} file (docs/log-format.md). */
record LogMeta(long logId, int shard, long segmentBytes, int featureLevel) {
    static final int BYTES = 128;
    static final int VERSION = 1;

    private static final int MAGIC = 0x4D524C4D; // MRLM
    private static final int CRC_AT = BYTES - 4;

    ByteBuffer encode() {
        ByteBuffer bytes = ByteBuffer.allocateDirect(BYTES);
        bytes.putInt(0, MAGIC)
                .putShort(4, (short) VERSION)
                .putLong(8, logId)
                .putLong(16, segmentBytes)
                .putInt(24, featureLevel)
                .putInt(28, shard);
        return bytes.putInt(CRC_AT, Checksums.of(bytes, 0, CRC_AT));
    }

    static LogMeta decode(ByteBuffer bytes, Path file) {
        if (bytes.remaining() != BYTES || bytes.getInt(0) != MAGIC
                || bytes.getInt(CRC_AT) != Checksums.of(bytes, 0, CRC_AT)) {
            throw new LogException(LogException.Category.DAMAGED, file + " is damaged or is not a Millrace file; "
                    + "put it back from a backup of the same folder, nothing else was touched");
        }
        int version = bytes.getShort(4);
        if (version > VERSION) {
            throw new LogException(LogException.Category.CALLER, file + " has format version " + version
                    + ", this program reads up to " + VERSION + "; start a newer program");
        }
        return new LogMeta(bytes.getLong(8), bytes.getInt(28), bytes.getLong(16), bytes.getInt(24));
    }

    /** Offset of a position inside its segment file; the cold flag does not matter. */
    int offset(long position) {
        return (int) (position & (segmentBytes - 1));
    }
}
