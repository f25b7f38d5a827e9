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

    void expect(long mark, String what) {
        long found = get();
        if (found != mark) {
            throw new IllegalStateException("the snapshot has " + Long.toHexString(found) + " where " + what
                    + " should start (" + Long.toHexString(mark) + "); was it written by a newer release?");
        }
    }
}
