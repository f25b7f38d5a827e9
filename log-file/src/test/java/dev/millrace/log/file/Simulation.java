package dev.millrace.log.file;

import dev.millrace.core.log.RecoveryReport;
import dev.millrace.core.log.ShardLog;
import dev.millrace.log.contract.Recovered;
import dev.millrace.log.file.sim.InlineThreads;
import dev.millrace.log.file.sim.SimulatedDisk;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A file log on a simulated disk, for tests that tell one story. */
final class Simulation {
    static final Path FOLDER = Path.of("/data");
    static final int SEGMENT_BYTES = 64 << 10;

    final SimulatedDisk disk;
    InlineThreads threads = new InlineThreads(1);
    FileLogOptions options = FileLogOptions.of(FOLDER)
            .withSegmentBytes(SEGMENT_BYTES)
            .withMemory(new FileLogOptions.Memory(0, 256 << 10));
    Recovered recovered = new Recovered();
    @Nullable RecoveryReport report;
    private @Nullable FileLogFactory factory;

    Simulation(long capacityBytes, boolean direct) {
        disk = new SimulatedDisk(1, capacityBytes, direct);
    }

    /** Opens and recovers, as the process that lives. */
    ShardLog open() {
        ShardLog log = factory().open(0);
        recovered = new Recovered();
        report = log.recover(recovered);
        return log;
    }

    RecoveryReport report() {
        if (report == null) {
            throw new IllegalStateException("not recovered");
        }
        return report;
    }

    FileLogFactory factory() {
        if (factory == null) {
            factory = new FileLogFactory(options, disk, threads, () -> 4711, Set.of());
        }
        return factory;
    }

    /** Stops cleanly and opens as another process. */
    ShardLog restart() {
        factory().close();
        return reborn();
    }

    ShardLog killAndRestart() {
        disk.kill();
        return reborn();
    }

    ShardLog losePowerAndRestart() {
        disk.losePower();
        return reborn();
    }

    private ShardLog reborn() {
        disk.kill();
        factory = null;
        threads = new InlineThreads(2);
        return open();
    }

    Path segment(int number) {
        return FOLDER.resolve("shard-0").resolve(String.format(java.util.Locale.ROOT, "log-%015x.seg", number));
    }
}
