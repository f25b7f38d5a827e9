package dev.millrace.core.shard;

import dev.millrace.core.log.ReplayTarget;
import dev.millrace.core.log.ShardLog;
import dev.millrace.core.log.SnapshotReader;
import dev.millrace.core.machine.Machine;
import dev.millrace.core.machine.Replayer;
import java.nio.ByteBuffer;

/** Takes snapshots of the machine in the background and loads them at recovery. Owner thread only. */
final class Snapshots {
    private final Machine machine;
    private final ShardLog log;
    private final long everyBytes;

    Snapshots(Machine machine, ShardLog log, long everyBytes) {
        this.machine = machine;
        this.log = log;
        this.everyBytes = everyBytes;
    }

    ReplayTarget replayTarget() {
        Replayer replayer = new Replayer(machine);
        return new ReplayTarget() {
            @Override
            public void snapshot(SnapshotReader snapshot) {
                throw new IllegalStateException("snapshots are not read yet");
            }

            @Override
            public void batch(long position, int recordCount, long elapsedMillis, long wallMillis, ByteBuffer records) {
                replayer.batch(position, records);
            }
        };
    }

    boolean work() {
        return everyBytes < 0 && log.tail() < 0;
    }

    void close() {
        // nothing under way
    }
}
