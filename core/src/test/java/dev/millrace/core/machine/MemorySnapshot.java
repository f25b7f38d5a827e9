package dev.millrace.core.machine;

import dev.millrace.core.log.SnapshotReader;
import dev.millrace.core.log.SnapshotWriter;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/** A snapshot in memory: written by an {@link ImageWriter}, slice by slice, then read back. */
final class MemorySnapshot implements SnapshotWriter {
    /** Batches written before it. */
    final int batches;
    private final long position;
    private final ByteArrayOutputStream content = new ByteArrayOutputStream();
    private final ImageWriter image;
    private boolean brought;
    private boolean committed;

    MemorySnapshot(Machine machine, int batches, long position) {
        this.batches = batches;
        this.position = position;
        image = new ImageWriter(machine, this);
    }

    /** The owner brings a slice of what waits, the background writes it; returns whether the snapshot is valid. */
    boolean goOn(int slots) {
        if (!brought) {
            brought = image.bringWaiting(slots);
        }
        image.run();
        return committed;
    }

    SnapshotReader reader() {
        return reader(content(), position);
    }

    /** What was written. */
    ByteBuffer content() {
        return ByteBuffer.wrap(content.toByteArray());
    }

    static SnapshotReader reader(ByteBuffer bytes, long position) {
        return new SnapshotReader() {
            @Override
            public long position() {
                return position;
            }

            @Override
            public long elapsedMillis() {
                return 0;
            }

            @Override
            public long wallMillis() {
                return 0;
            }

            @Override
            public void readFully(ByteBuffer target) {
                int length = target.remaining();
                target.put(bytes.slice(bytes.position(), length));
                bytes.position(bytes.position() + length);
            }

            @Override
            public long remaining() {
                return bytes.remaining();
            }
        };
    }

    @Override
    public void write(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        content.writeBytes(copy);
    }

    @Override
    public void commit() {
        committed = true;
    }

    @Override
    public void close() {
        // nothing to give back
    }
}
