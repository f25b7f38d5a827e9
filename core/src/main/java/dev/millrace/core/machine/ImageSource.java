package dev.millrace.core.machine;

import dev.millrace.core.log.SnapshotReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Reads back what an {@link ImageSink} wrote. */
final class ImageSource {
    private static final int BLOCK_BYTES = 64 << 10;

    private final SnapshotReader reader;
    private final ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES).limit(0);

    ImageSource(SnapshotReader reader) {
        this.reader = reader;
    }

    long get() {
        if (!block.hasRemaining()) {
            block.clear().limit((int) Math.min(BLOCK_BYTES, reader.remaining()));
            if (block.limit() < Long.BYTES) {
                throw new IllegalStateException("the snapshot ends too early");
            }
            reader.readFully(block);
            block.flip();
        }
        return block.getLong();
    }

    /** A counted list of longs. */
    long[] all() {
        long[] values = new long[(int) get()];
        for (int i = 0; i < values.length; i++) {
            values[i] = get();
        }
        return values;
    }

    String text() {
        byte[] bytes = new byte[(int) get()];
        long word = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (i % 8 == 0) {
                word = get();
            }
            bytes[i] = (byte) (word >>> (8 * (i % 8)));
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Enters a section, which must be of this kind and of a version from 1 to {@code newest}; returns its version. */
    int section(long mark, int newest, String what) {
        long found = get();
        int version = (int) found;
        if ((found ^ mark) >>> 32 != 0 || version < 1 || version > newest) {
            throw new IllegalStateException("the snapshot has " + Long.toHexString(found) + " where " + what
                    + " should start (" + Long.toHexString(mark | newest) + "); was it written by a newer release?");
        }
        return version;
    }
}
