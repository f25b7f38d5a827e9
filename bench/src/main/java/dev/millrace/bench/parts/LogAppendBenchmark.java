package dev.millrace.bench.parts;

import dev.millrace.core.log.BatchBuffer;
import dev.millrace.core.log.ReplayTarget;
import dev.millrace.core.log.ShardLog;
import dev.millrace.core.log.SnapshotReader;
import dev.millrace.core.log.SnapshotWriter;
import dev.millrace.log.file.FileLogFactory;
import dev.millrace.log.file.FileLogOptions;
import dev.millrace.log.file.RealThreads;
import dev.millrace.log.file.SyncLevel;
import dev.millrace.log.file.disk.FilePort;
import dev.millrace.log.file.disk.RealFiles;
import dev.millrace.verification.process.Folders;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Appends batches of one PUBLISH record with bodies of 100 bytes to the file log: the record written into the batch, the
 * header and both checksums, the write, and for {@code disk} the sync.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgs = {"-Xms512m", "-Xmx512m", "-XX:+UseCompactObjectHeaders"})
public class LogAppendBenchmark {
    static final int BATCH = 1_000;
    static final int BODY_BYTES = 100;

    /** Where batches go: nowhere, into the page cache, or to the disk with a sync for each. */
    @Param({"nowhere", "page-cache", "disk"}) public String to = "";
    /** Folder for the data; a new one in the system's folder for temporary files if empty. */
    @Param("") public String data = "";

    private Path folder = Path.of("");
    private ByteBuffer thousand = ByteBuffer.allocate(0);
    private ByteBuffer single = ByteBuffer.allocate(0);
    private @Nullable FileLogFactory logs;
    private @Nullable ShardLog opened;
    private boolean sync;
    private long releasedTo;

    /** Opens a new log. */
    @Setup(Level.Trial)
    public void open() throws IOException {
        folder = data.isEmpty()
                ? Files.createTempDirectory("millrace-append")
                : Files.createTempDirectory(Files.createDirectories(Path.of(data)), "append");
        sync = to.equals("disk");
        FilePort files = to.equals("nowhere") ? new BlindFiles() : new RealFiles();
        FileLogFactory factory = new FileLogFactory(
                FileLogOptions.of(folder).withSyncLevel(sync ? SyncLevel.ALWAYS : SyncLevel.OS), files,
                new RealThreads(1, LogAppendBenchmark::defect), () -> 42);
        ShardLog log = factory.open(0);
        log.recover(new Nothing());
        logs = factory;
        opened = log;
        thousand = new Messages(BATCH, BODY_BYTES).bodies();
        single = new Messages(1, BODY_BYTES).bodies();
    }

    private static void defect(Throwable reason) {
        throw new IllegalStateException(reason);
    }

    private ShardLog log() {
        ShardLog log = opened;
        if (log == null) {
            throw new IllegalStateException("not open");
        }
        return log;
    }

    /** Lets go of what the iteration wrote, so that its files come round again. */
    @TearDown(Level.Iteration)
    public void release() {
        ShardLog log = log();
        try (SnapshotWriter snapshot = log.startSnapshot(log.tail(), 1, 1)) {
            snapshot.write(ByteBuffer.allocate(8));
            snapshot.commit();
        }
        long current = log.tail() / log.segmentBytes() * log.segmentBytes();
        for (; releasedTo < current; releasedTo += log.segmentBytes()) {
            log.release(releasedTo);
        }
    }

    /** Deletes the folder. */
    @TearDown(Level.Trial)
    public void close() throws IOException {
        FileLogFactory factory = logs;
        if (factory != null) {
            factory.close();
        }
        Folders.delete(folder);
    }

    /** A window of P1. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public long batchOf1000() {
        return append(thousand, BATCH);
    }

    /** The smallest batch. */
    @Benchmark
    public long batchOf1() {
        return append(single, 1);
    }

    private long append(ByteBuffer bodies, int messages) {
        ShardLog log = log();
        BatchBuffer batch = log.batch();
        Messages.record(batch.ensure(bodies.remaining() + 1_024), bodies, messages);
        batch.countRecord();
        batch.stamp(1, 1);
        log.reserve(batch.length());
        return log.append(sync);
    }

    /** A new log has nothing to say. */
    private static final class Nothing implements ReplayTarget {
        @Override
        public void snapshot(SnapshotReader snapshot) {
            throw new IllegalStateException("the folder is not new");
        }

        @Override
        public void batch(long position, int recordCount, long elapsedMillis, long wallMillis, ByteBuffer records) {
            throw new IllegalStateException("the folder is not new");
        }
    }
}
