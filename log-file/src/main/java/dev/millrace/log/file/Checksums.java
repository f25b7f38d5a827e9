package dev.millrace.log.file;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** CRC-32C (RFC 3720, appendix B.4) of ranges of buffers. */
final class Checksums {
    private Checksums() {}

    static int of(ByteBuffer bytes, int from, int to) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate().limit(to).position(from));
        return (int) crc.getValue();
    }

    /** Of two ranges of one buffer, as if they stood one after the other. */
    static int of(ByteBuffer bytes, int from, int to, int from2, int to2) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate().limit(to).position(from));
        crc.update(bytes.duplicate().limit(to2).position(from2));
        return (int) crc.getValue();
    }
}
