package dev.millrace.log.file;

import dev.millrace.core.log.BatchBuffer;
import dev.millrace.core.log.Location;
import dev.millrace.core.log.ReplayTarget;
import dev.millrace.core.log.SnapshotReader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;

/**
 * The least that uses a log as the real engine does: bodies that live until they are killed, and may be moved to cold
 * segments. Its state follows from the records alone, so it can be compared with what a recovery rebuilds.
 */
final class MiniEngine implements ReplayTarget {
    private static final byte SERIAL = 1;
    private static final byte BODY = 2;
    private static final byte KILL = 3;
    private static final byte MOVE = 4;

    /** Where a body stands: batch, offset of its bytes, length. */
    record Place(long batch, int offset, int length) {}

    /** Serial numbers of all batches applied, in order. */
    final List<Long> serials = new ArrayList<>();
    final TreeMap<Long, Place> live = new TreeMap<>();

    // ---- writing records ----

    static void serial(BatchBuffer batch, long serial) {
        batch.ensure(9).put(SERIAL).putLong(serial);
        batch.countRecord();
    }

    static void body(BatchBuffer batch, long id) {
        byte[] bytes = bodyOf(id);
        batch.ensure(13 + bytes.length).put(BODY).putLong(id).putInt(bytes.length).put(bytes);
        batch.countRecord();
    }

    static void kill(BatchBuffer batch, long id) {
        batch.ensure(9).put(KILL).putLong(id);
        batch.countRecord();
    }

    static void move(BatchBuffer batch, long id, Place to) {
        batch.ensure(25).put(MOVE).putLong(id).putLong(to.batch).putInt(to.offset).putInt(to.length);
        batch.countRecord();
    }

    static byte[] bodyOf(long id) {
        Random random = new Random(id);
        byte[] bytes = new byte[random.nextInt(20) == 0 ? random.nextInt(20_000) : random.nextInt(2_000)];
        random.nextBytes(bytes);
        return bytes;
    }

    // ---- applying them ----

    @Override
    public void batch(long position, int recordCount, long elapsedMillis, long wallMillis, ByteBuffer records) {
        if (records.position() != BatchBuffer.HEADER_BYTES) {
            throw new AssertionError("records start at " + records.position());
        }
        int count = 0;
        while (records.hasRemaining()) {
            byte kind = records.get();
            long value = records.getLong();
            switch (kind) {
                case SERIAL -> serials.add(value);
                case BODY -> {
                    int length = records.getInt();
                    live.put(value, new Place(position, records.position(), length));
                    records.position(records.position() + length);
                }
                case KILL -> live.remove(value);
                case MOVE -> live.put(value, new Place(records.getLong(), records.getInt(), records.getInt()));
                default -> throw new AssertionError("unknown record " + kind + " at " + position);
            }
            count++;
        }
        if (count != recordCount) {
            throw new AssertionError(count + " records instead of " + recordCount + " at " + position);
        }
    }

    // ---- snapshots ----

    ByteBuffer image() {
        ByteBuffer bytes = ByteBuffer.allocate(8 + serials.size() * 8 + live.size() * 24);
        bytes.putInt(serials.size()).putInt(live.size());
        serials.forEach(bytes::putLong);
        live.forEach((id, place) -> bytes.putLong(id).putLong(place.batch).putInt(place.offset).putInt(place.length));
        return bytes.flip();
    }

    @Override
    public void snapshot(SnapshotReader snapshot) {
        ByteBuffer bytes = ByteBuffer.allocate((int) snapshot.remaining());
        snapshot.readFully(bytes);
        bytes.flip();
        int batches = bytes.getInt();
        int bodies = bytes.getInt();
        for (int i = 0; i < batches; i++) {
            serials.add(bytes.getLong());
        }
        for (int i = 0; i < bodies; i++) {
            live.put(bytes.getLong(), new Place(bytes.getLong(), bytes.getInt(), bytes.getInt()));
        }
    }

    /** Whether a body stands in the segment that starts at {@code start}. */
    boolean needs(long start, long segmentBytes) {
        return live.values()
                .stream()
                .anyMatch(place -> place.batch >= start && place.batch < start + segmentBytes
                        && (place.batch & Location.COLD) == (start & Location.COLD));
    }
}
