package dev.millrace.core.machine;

import dev.millrace.core.log.BatchBuffer;
import dev.millrace.core.log.Location;
import dev.millrace.core.message.Bodies;
import dev.millrace.core.message.MessageView;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** A machine with its batches kept in memory, so that they can be replayed and bodies can be read back. */
final class MachineRig {
    static final int ORIGIN = 7;
    static final long SEGMENT_BYTES = 64 << 10;

    /** A finished batch. */
    record Written(long position, int recordCount, ByteBuffer bytes) {}

    final List<Written> written = new ArrayList<>();
    private final TreeMap<Long, ByteBuffer> byPosition = new TreeMap<>();
    private final BatchBuffer batch = new BatchBuffer(BatchBuffer.ALIGNMENT);
    private long position;
    long nowMillis;
    long wallMillis;
    Machine machine;

    MachineRig(long wallMillis) {
        this.wallMillis = wallMillis;
        machine = new Machine(ORIGIN, 0, SEGMENT_BYTES);
        machine.serve(MachineListener.NONE, 0);
        machine.attach(batch, position);
        machine.begin(nowMillis, wallMillis);
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

    /** A machine that has seen all finished batches and serves. */
    Machine replayed() {
        Machine fresh = new Machine(ORIGIN, 0, SEGMENT_BYTES);
        Replayer replayer = new Replayer(fresh);
        for (Written next : written) {
            replayer.batch(next.position, records(next));
        }
        fresh.serve(MachineListener.NONE, nowMillis);
        return fresh;
    }

    static ByteBuffer records(Written batch) {
        return batch.bytes.duplicate().position(BatchBuffer.HEADER_BYTES);
    }

    /** Goes on with another machine, as after a crash; the batch under construction must be empty. */
    void goOnWith(Machine other) {
        machine = other;
        machine.attach(batch, position);
        machine.begin(nowMillis, wallMillis);
    }

    /** Reads a message as a delivery would. */
    MessageView read(long location, int index) {
        long at = Location.batchPosition(location);
        ByteBuffer bytes = at == position ? batch.bytes() : byPosition.get(at);
        if (bytes == null) {
            throw new IllegalStateException("no batch at " + at);
        }
        Bodies bodies = new Bodies();
        bodies.wrap(bytes, Location.offset(location));
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
