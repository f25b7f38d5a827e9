package dev.millrace.core.machine;

import dev.millrace.core.message.BodyLayout;
import dev.millrace.core.message.Ids;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Writes the records that carry bodies. Publishes of one topic that follow each other become one PUBLISH record, which
 * stays open until {@link #close}; only then the state learns of them.
 *
 * <p>
 * Thread safety: owner thread only.
 */
final class Publisher {
    private static final int MAX_RECORD_BODIES = 1 << 20;

    private final int origin;
    private final State state;
    private final Applier applier;
    private final RecordWriter out;

    private @Nullable Topic topic;
    private long bornMillis;
    private long firstId;
    private int count;
    private int bodies;
    /** Of a publish under way: the open record as it was before; -1 if there is none under way. */
    private int countBefore = -1;
    private int bodiesBefore;
    private int lengthBefore;
    private final int[] offsets = new int[BodyLayout.MAX_COUNT / BodyLayout.STRIDE + 1];

    Publisher(int origin, State state, Applier applier, RecordWriter out) {
        this.origin = origin;
        this.state = state;
        this.applier = applier;
        this.out = out;
    }

    boolean isOpen() {
        return topic != null;
    }

    /** Messages of this topic in the open record, of which the state does not know yet. */
    int pending(Topic target) {
        return topic == target ? count : 0;
    }

    /** As {@link Machine#publish}; no record of another kind may be open. */
    long publish(Topic target, ByteBuffer source, int offset, int messages, long wallMillis) {
        long first = 0;
        int at = offset;
        int left = messages;
        while (left > 0) {
            if (topic != target || count == BodyLayout.MAX_COUNT || bodies >= MAX_RECORD_BODIES) {
                open(target, wallMillis);
            }
            if (left == messages) {
                first = Ids.plus(firstId, count);
                countBefore = count;
                bodiesBefore = bodies;
                lengthBefore = out.length();
            }
            int start = bodies;
            int taken = measure(source, at, left);
            int length = bodies - start;
            ByteBuffer bytes = out.room(length + BodyLayout.offsetsBytes(count));
            bytes.put(bytes.position(), source, at, length);
            bytes.position(bytes.position() + length);
            at += length;
            left -= taken;
            if (left > 0) {
                out.touch(); // a part of it is complete: the rest must follow
            }
        }
        countBefore = -1;
        return first;
    }

    /** Takes back what a publish that failed has put into the open record. */
    void rollBack() {
        if (countBefore > 0) {
            count = countBefore;
            bodies = bodiesBefore;
            out.bytes().position(lengthBefore);
        } else if (countBefore == 0) {
            out.abandon();
            topic = null;
        }
        countBefore = -1;
    }

    /** Counts messages into the open record until it is full; notes every 64th offset. */
    private int measure(ByteBuffer source, int offset, int messages) {
        int taken = 0;
        int end = bodies;
        int total = count;
        int base = offset - bodies;
        while (taken < messages && total < BodyLayout.MAX_COUNT && (end < MAX_RECORD_BODIES || taken == 0)) {
            if (total % BodyLayout.STRIDE == 0) {
                offsets[total / BodyLayout.STRIDE] = end;
            }
            end += Integer.BYTES + source.getInt(base + end);
            total++;
            taken++;
        }
        bodies = end;
        count = total;
        return taken;
    }

    private void open(Topic target, long wallMillis) {
        close();
        firstId = nextId(wallMillis);
        ByteBuffer bytes = out.beginPointedAt(BodyLayout.PUBLISH, BodyLayout.BODIES);
        bytes.position(out.start() + BodyLayout.BODIES);
        topic = target;
        bornMillis = wallMillis;
        count = 0;
        bodies = 0;
    }

    private long nextId(long wallMillis) {
        return Ids.of(Math.max(state.lastCounter + 1, Ids.counterAt(wallMillis)), origin);
    }

    /** Ends the open record, if there is one. */
    void close() {
        Topic target = topic;
        if (target == null) {
            return;
        }
        topic = null;
        long written = out.written();
        out.touch();
        int start = out.start();
        ByteBuffer bytes = out.room(BodyLayout.offsetsBytes(count));
        for (int stride = 1; stride <= (count - 1) / BodyLayout.STRIDE; stride++) {
            bytes.putInt(offsets[stride]);
        }
        header(start, target, firstId, target.nextSeq);
        applier.published(target, finished(start));
        out.settle(written);
    }

    /** As {@link Machine#defer} and {@link Machine#deferByWall}; no record may be open. */
    long defer(Topic target, ByteBuffer source, int offset, long dueMillis, long wallMillis, boolean byWall) {
        long id = nextId(wallMillis);
        int length = Integer.BYTES + source.getInt(offset);
        ByteBuffer bytes = out.beginPointedAt(BodyLayout.DEFER, BodyLayout.BODIES + length);
        int start = out.start();
        bytes.position(start + BodyLayout.BODIES);
        bytes.put(bytes.position(), source, offset, length);
        bytes.position(bytes.position() + length);
        firstId = id;
        bornMillis = wallMillis;
        count = 1;
        bodies = length;
        header(start, target, id, dueMillis);
        bytes.putShort(start + BodyLayout.FLAGS, (short) (byWall ? BodyLayout.FLAG_BY_WALL : 0));
        applier.deferred(target, finished(start), dueMillis, byWall);
        return id;
    }

    private void header(int start, Topic target, long id, long extra) {
        out.bytes()
                .putInt(start + BodyLayout.TOPIC, target.number)
                .putInt(start + BodyLayout.COUNT, count)
                .putLong(start + BodyLayout.FIRST_ID, id)
                .putLong(start + BodyLayout.BORN, bornMillis * 1_000_000)
                .putLong(start + BodyLayout.EXTRA, extra)
                .putInt(start + BodyLayout.BODIES_BYTES, bodies)
                .putInt(start + BodyLayout.BODIES_BYTES + Integer.BYTES, 0);
    }

    private Published finished(int start) {
        long location = out.location();
        out.end();
        int units = SegmentUse.units(out.bytes().position() - start);
        return new Published(location, count, bodies - (long) Integer.BYTES * count, units, firstId);
    }
}
