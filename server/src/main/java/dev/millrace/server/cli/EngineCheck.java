package dev.millrace.server.cli;

import dev.millrace.core.log.Location;
import dev.millrace.core.log.LogException;
import dev.millrace.core.log.ReplayTarget;
import dev.millrace.core.log.SnapshotReader;
import dev.millrace.log.file.MachineCheck;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Lets the engine's own check look at what the check of the folder reads. */
final class EngineCheck implements MachineCheck {
    /** Only says to which segment a position belongs, which no finding depends on. */
    private static final long SEGMENT_BYTES = 64 << 20;

    private final dev.millrace.core.machine.MachineCheck machine;
    private final ReplayTarget target;

    EngineCheck(int shard) {
        machine = new dev.millrace.core.machine.MachineCheck(shard, SEGMENT_BYTES);
        target = machine.target();
    }

    @Override
    public void snapshot(SnapshotReader snapshot) {
        target.snapshot(snapshot);
    }

    @Override
    public void batch(long position, int recordCount, long elapsedMillis, long wallMillis, ByteBuffer records) {
        target.batch(position, recordCount, elapsedMillis, wallMillis, records);
    }

    @Override
    public List<String> compare(SnapshotReader later) {
        return machine.compare(later);
    }

    @Override
    public List<String> finish(Bodies bodies) {
        List<String> problems = new ArrayList<>(machine.problems());
        machine.bodies((location, owner, check) -> {
            try {
                String problem = check.problem(bodies.batch(Location.batchPosition(location)));
                if (!problem.isEmpty()) {
                    problems.add(owner + ": " + problem);
                }
            } catch (LogException e) {
                problems.add(owner + ": " + e.getMessage());
            }
        });
        return problems;
    }
}
