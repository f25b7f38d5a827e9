package dev.millrace.core.machine;

import dev.millrace.core.log.BatchBuffer;
import dev.millrace.core.log.Location;
import dev.millrace.core.message.Bodies;
import dev.millrace.core.message.MessageView;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A machine with its batches kept in memory, so that they can be replayed and bodies can be read back. */
final class MachineRig {
    static final int ORIGIN = 7;
    static final long SEGMENT_BYTES = 8 << 10;

    /** A finished batch. */
    record Written(long position, int recordCount, ByteBuffer bytes) {}

    final List<Written> written = new ArrayList<>();
    private final TreeMap<Long, ByteBuffer> byPosition = new TreeMap<>();
    private final BatchBuffer batch = new BatchBuffer(BatchBuffer.ALIGNMENT);
    private long position;
    private long coldPosition;
    long nowMillis;
    long wallMillis;
    Machine machine;

    private final PlantedBugs bugs;
    private final int shard;
    /** How often it went on. */
    int starts;

    MachineRig(long wallMillis) {
        this(wallMillis, PlantedBugs.NONE);
    }

    /** The same, with planted bugs. */
    MachineRig(long wallMillis, PlantedBugs bugs) {
        this(wallMillis, bugs, 0);
    }

    /** The same, as one shard of several. */
    MachineRig(long wallMillis, PlantedBugs bugs, int shard) {
        this.wallMillis = wallMillis;
        this.bugs = bugs;
        this.shard = shard;
        machine = fresh();
        machine.serve(MachineListener.NONE, 0, wallMillis);
        machine.attach(batch, position);
        machine.begin(nowMillis, wallMillis);
    }

    private Machine fresh() {
        Machine made = new Machine(ORIGIN + shard, 0, SEGMENT_BYTES, bugs);
        made.tracked().mail().shard(shard);
        return made;
    }

    State state() {
        return machine.state;
    }

    void passTime(long elapsedMillis, long wallChangeMillis) {
        nowMillis += elapsedMillis;
        wallMillis += wallChangeMillis;
        machine.begin(nowMillis, wallMillis);
    }

    /** Ends the batch under construction; the next one follows where a log would put it. */
    void closeBatch() {
        machine.finish();
        if (batch.isEmpty()) {
            return;
        }
        ByteBuffer copy = ByteBuffer.allocate(batch.length());
        copy.put(0, batch.bytes(), 0, batch.length());
        written.add(new Written(position, batch.recordCount(), copy.asReadOnlyBuffer()));
        byPosition.put(position, copy);
        position += batch.length() + (-batch.length() & Location.POSITION_UNIT - 1);
        batch.clear();
        machine.attach(batch, position);
    }

    /** Starts a snapshot of the state after all finished batches. */
    MemorySnapshot snapshot() {
        closeBatch();
        return new MemorySnapshot(machine, written.size(), position);
    }

    /** A machine that has seen the snapshot, if any, and all finished batches after it, and serves. */
    Machine replayed(@Nullable MemorySnapshot snapshot) {
        Machine fresh = fresh();
        Replayer replayer = new Replayer(fresh);
        if (snapshot != null) {
            replayer.snapshot(snapshot.reader());
            if (!replayer.isAsSaved()) {
                throw new AssertionError("the snapshot is not what its hash says");
            }
        }
        for (Written next : written.subList(snapshot == null ? 0 : snapshot.batches, written.size())) {
            replayer.batch(next.position, records(next));
        }
        fresh.serve(MachineListener.NONE, nowMillis, wallMillis);
        return fresh;
    }

    /** Starts to move what is needed out of every segment but the last one. */
    MovePlan relocation() {
        long[] segments = new long[(int) (position / SEGMENT_BYTES)];
        for (int i = 0; i < segments.length; i++) {
            segments[i] = i * SEGMENT_BYTES;
        }
        return new MovePlan(machine, segments, SEGMENT_BYTES);
    }

    /** Copies the records of a collected plan into one cold batch. */
    void copy(MovePlan plan) {
        BatchBuffer cold = new BatchBuffer(BatchBuffer.ALIGNMENT);
        long start = coldPosition | Location.COLD;
        for (int item = 0; item < plan.size(); item++) {
            ByteBuffer from = Objects.requireNonNull(byPosition.get(Location.batchPosition(plan.location(item))));
            int offset = Location.offset(plan.location(item));
            int length = MovePlan.recordBytes(from, offset);
            int gap = -cold.length() & Location.OFFSET_UNIT - 1;
            ByteBuffer to = cold.ensure(gap + length);
            int at = to.position() + gap;
            to.put(at, from, offset, length).position(at + length);
            plan.moved(item, Location.of(start, at));
        }
        byPosition.put(start, cold.bytes());
        coldPosition += cold.length() + (-cold.length() & Location.POSITION_UNIT - 1);
    }

    static ByteBuffer records(Written batch) {
        return batch.bytes.duplicate().position(BatchBuffer.HEADER_BYTES);
    }

    /** Goes on with another machine, as after a crash; the batch under construction must be empty. */
    void goOnWith(Machine other) {
        machine = other;
        machine.tracked().mail().epoch(++starts);
        machine.attach(batch, position);
        machine.begin(nowMillis, wallMillis);
    }

    private ByteBuffer bytes(long location) {
        long at = Location.batchPosition(location);
        ByteBuffer bytes = at == position ? batch.bytes() : byPosition.get(at);
        if (bytes == null) {
            throw new IllegalStateException("no batch at " + at);
        }
        return bytes;
    }

    /** Reads what an attempt left. */
    Attempt attempt(long location) {
        return Attempt.read(bytes(location), Location.offset(location));
    }

    /** Reads what a worker said. */
    Output output(long location) {
        return Output.read(bytes(location), Location.offset(location));
    }

    /** Reads what a letter is made of, as whoever carries it would. */
    void read(Letter letter) {
        for (int record = 0; record < letter.records(); record++) {
            long location = letter.location(record);
            letter.take(record, bytes(location), Location.offset(location));
        }
        if (!letter.isVoid()) {
            letter.write();
        }
    }

    /** Reads a message as a delivery would. */
    MessageView read(long location, int index) {
        Bodies bodies = new Bodies();
        bodies.wrap(bytes(location), Location.offset(location));
        MessageView view = new MessageView();
        bodies.read(index, view);
        return view;
    }

    /** Everything due and everything to sweep. */
    static void settle(Machine machine) {
        while (machine.applier.sweep()) {
            // a slice
        }
    }

    static ByteBuffer bodies(List<byte[]> bodies) {
        ByteBuffer bytes = ByteBuffer.allocate(bodies.stream().mapToInt(body -> body.length + Integer.BYTES).sum());
        for (byte[] body : bodies) {
            bytes.putInt(body.length).put(body);
        }
        return bytes.flip();
    }
}
