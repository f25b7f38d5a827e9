package dev.millrace.core.machine;

import dev.millrace.core.log.SnapshotWriter;
import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Writes one snapshot: the frozen image by a background thread, and what waits, which the owner brings slice by slice.
 *
 * <p>
 * Thread safety: {@link #bringWaiting} belongs to the owner, {@link #run} to one background thread at a time, which the
 * owner asks for after each slice; they meet in a bounded queue of blocks. Neither blocks: a full queue means "later".
 */
public final class ImageWriter implements Runnable {
    private static final int QUEUE_BLOCKS = 4;
    private static final int ENTRY_LONGS = 3;
    /** Waiting entries in one block. */
    private static final int BLOCK_ENTRIES = 8_192;
    private static final long[] END = new long[0];

    private final Machine machine;
    private final Image image;
    private final SnapshotWriter writer;
    private final ArrayBlockingQueue<long[]> blocks = new ArrayBlockingQueue<>(QUEUE_BLOCKS);
    private long[] block = new long[BLOCK_ENTRIES * ENTRY_LONGS];
    private int filled;
    private long nextSlot;
    private @Nullable FileSink file;
    private volatile boolean committed;

    private static final class FileSink extends ImageSink {
        private final SnapshotWriter writer;
        private final ByteBuffer bytes = ByteBuffer.allocateDirect(64 << 10);

        FileSink(SnapshotWriter writer) {
            this.writer = writer;
        }

        @Override
        void put(long value) {
            if (!bytes.hasRemaining()) {
                flush();
            }
            bytes.putLong(value);
        }

        void flush() {
            writer.write(bytes.flip());
            bytes.clear();
        }
    }

    /** Freezes the machine as it is now: everything before {@code writer}'s position applied, nothing after. */
    public ImageWriter(Machine machine, SnapshotWriter writer) {
        this.machine = machine;
        this.writer = writer;
        image = new Image(machine.state);
    }

    // ---- owner ----

    /** Brings the next slice of waiting entries; returns whether all have been brought. */
    public boolean bringWaiting(int slots) {
        if (nextSlot < 0) {
            return true;
        }
        if (blocks.remainingCapacity() < 2) {
            return false;
        }
        nextSlot = machine.state.waiting.scan(nextSlot, Math.min(slots, BLOCK_ENTRIES), this::add);
        if (filled > 0 && (nextSlot < 0 || filled > block.length / 2)) {
            offer(java.util.Arrays.copyOf(block, filled));
            filled = 0;
        }
        if (nextSlot < 0) {
            offer(END);
            return true;
        }
        return false;
    }

    private void add(long handle, long dueMillis, long id, long payload) {
        if (filled == block.length) {
            block = java.util.Arrays.copyOf(block, block.length * 2);
        }
        block[filled++] = dueMillis;
        block[filled++] = id;
        block[filled++] = payload;
    }

    private void offer(long[] full) {
        if (!blocks.offer(full)) {
            throw new IllegalStateException("the snapshot's queue is full");
        }
    }

    /** Whether the snapshot is valid. */
    public boolean isCommitted() {
        return committed;
    }

    // ---- background ----

    /** Writes what there is so far; makes the snapshot valid once all has been brought. */
    @Override
    public void run() {
        FileSink sink = file;
        if (sink == null) {
            sink = new FileSink(writer);
            file = sink;
            image.write(sink);
            Image.beginWaiting(sink);
        }
        for (long[] next = blocks.poll(); next != null; next = blocks.poll()) {
            if (next.length == 0) {
                Image.end(sink, image.hash());
                sink.flush();
                writer.commit();
                committed = true;
                return;
            }
            for (int i = 0; i < next.length; i += ENTRY_LONGS) {
                Image.waiting(sink, next[i], next[i + 1], next[i + 2]);
            }
        }
    }
}
