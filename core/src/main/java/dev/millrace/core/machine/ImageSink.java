package dev.millrace.core.machine;

import java.nio.charset.StandardCharsets;

/** Where an {@link Image} is written to: a stream of longs. */
abstract class ImageSink {
    abstract void put(long value);

    /** Length in bytes, then the UTF-8 bytes in longs, the last one filled up with zeros. */
    void text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        put(bytes.length);
        long word = 0;
        for (int i = 0; i < bytes.length; i++) {
            word |= (bytes[i] & 0xFFL) << (8 * (i % 8));
            if (i % 8 == 7 || i == bytes.length - 1) {
                put(word);
                word = 0;
            }
        }
    }

    /** Hashes what is put, so that equal images have equal digests. */
    static final class Digest extends ImageSink {
        private long hash = 0x243F_6A88_85A3_08D3L;

        @Override
        void put(long value) {
            long h = (hash ^ value) * 0x9E37_79B9_7F4A_7C15L;
            hash = h ^ (h >>> 31);
        }

        long value() {
            return hash;
        }
    }
}
