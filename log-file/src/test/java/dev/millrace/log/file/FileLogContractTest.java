package dev.millrace.log.file;

import dev.millrace.core.log.LogFactory;
import dev.millrace.log.contract.LogWorld;
import dev.millrace.log.contract.ShardLogContract;
import dev.millrace.log.file.disk.FilePort;
import dev.millrace.log.file.disk.RealFiles;
import dev.millrace.log.file.sim.InlineThreads;
import dev.millrace.log.file.sim.SimulatedDisk;
import java.nio.file.Path;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

/** The contract of every log, held by the file log on the real disk and on a simulated one, in both write modes. */
class FileLogContractTest {
    private static final long SEGMENT_BYTES = 128 << 10;

    private static FileLogOptions options(Path folder, WriteMode mode) {
        return FileLogOptions.of(folder)
                .withWriteMode(mode)
                .withSegmentBytes(SEGMENT_BYTES)
                .withMemory(new FileLogOptions.Memory(1 << 20, 256 << 10));
    }

    @Nested
    class OnTheRealDiskPastThePageCache extends ShardLogContract {
        @TempDir Path folder = Path.of("");

        @Override
        protected LogWorld newWorld() {
            return new RealWorld(options(folder, WriteMode.AUTO));
        }
    }

    @Nested
    class OnTheRealDiskThroughThePageCache extends ShardLogContract {
        @TempDir Path folder = Path.of("");

        @Override
        protected LogWorld newWorld() {
            return new RealWorld(options(folder, WriteMode.BUFFERED));
        }
    }

    @Nested
    class OnASimulatedDiskPastThePageCache extends ShardLogContract {
        @Override
        protected LogWorld newWorld() {
            return new SimulatedWorld(7, true);
        }
    }

    @Nested
    class OnASimulatedDiskThroughThePageCache extends ShardLogContract {
        @Override
        protected LogWorld newWorld() {
            return new SimulatedWorld(8, false);
        }
    }

    /** A killed process is one that gives up its lock and nothing else. */
    private static final class RealWorld implements LogWorld {
        private final FileLogOptions options;
        private AbandonedLocks files = new AbandonedLocks(new RealFiles());
        private FileLogFactory factory;

        RealWorld(FileLogOptions options) {
            this.options = options;
            factory = make();
        }

        private FileLogFactory make() {
            return new FileLogFactory(options, files, new RealThreads(2, defect -> {
                throw new AssertionError("a log thread failed", defect);
            }), () -> 4711);
        }

        @Override
        public LogFactory factory() {
            return factory;
        }

        @Override
        public void kill() {
            files.abandon();
            files = new AbandonedLocks(new RealFiles());
            factory = make();
        }

        @Override
        public void losePower() {
            kill();
        }

        @Override
        public void close() {
            factory.close();
        }
    }

    private static final class SimulatedWorld implements LogWorld {
        private final SimulatedDisk disk;
        private final long seed;
        private FileLogFactory factory;

        SimulatedWorld(long seed, boolean direct) {
            this.seed = seed;
            disk = new SimulatedDisk(seed, 64 << 20, direct);
            factory = make(disk);
        }

        private FileLogFactory make(FilePort port) {
            return new FileLogFactory(options(Path.of("/data"), WriteMode.AUTO), port, new InlineThreads(seed),
                    () -> 4711);
        }

        @Override
        public LogFactory factory() {
            return factory;
        }

        @Override
        public void kill() {
            disk.kill();
            factory = make(disk);
        }

        @Override
        public void losePower() {
            disk.losePower();
            factory = make(disk);
        }

        @Override
        public void close() {
            factory.close();
        }
    }
}
