package dev.millrace.bench.log;

import dev.millrace.core.log.ReplayTarget;
import dev.millrace.core.log.ShardLog;
import dev.millrace.core.log.SnapshotReader;
import dev.millrace.log.file.FileLogFactory;
import dev.millrace.log.file.FileLogOptions;
import dev.millrace.log.file.WriteMode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One durable append of a batch, by the file log and by a bare loop that writes the same bytes into a file written once
 * before and forces it. The log copies the batch into its cache and computes checksums; the loop does neither. Both start
 * anew with each iteration and write into {@code java.io.tmpdir}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 3, time = 3)
@Fork(1)
public class AppendBenchmark {
    private static final long BARE_BYTES = 64 << 20;
    private static final int HEADER_BYTES = 128;

    /** Bytes of a batch, header included. */
    @Param({"4096", "65536", "1048576"}) public int batchBytes;

    /** DIRECT: O_DIRECT and O_DSYNC; BUFFERED: write and fdatasync; BARE: the loop. */
    @Param({"DIRECT", "BUFFERED", "BARE"}) public String way = "BARE";

    private byte[] records = new byte[0];
    private ByteBuffer bytes = ByteBuffer.allocateDirect(0);
    private List<AutoCloseable> open = List.of();
    private Path folder = Path.of("");
    private Appender appender = () -> 0;

    private interface Appender {
        long append() throws IOException;
    }

    /** A new folder, and what writes into it. */
    @Setup(Level.Iteration)
    public void open() throws IOException {
        folder = Files.createTempDirectory("append-bench");
        records = new byte[batchBytes - HEADER_BYTES];
        new Random(1).nextBytes(records);
        if (way.equals("BARE")) {
            openBare();
        } else {
            openLog();
        }
    }

    private void openLog() {
        FileLogFactory factory = FileLogFactory.onDisk(FileLogOptions.of(folder).withWriteMode(WriteMode.valueOf(way)),
                defect -> {
                    throw new IllegalStateException(defect);
                });
        ShardLog log = factory.open(0);
        log.recover(new Nothing());
        appender = () -> {
            log.batch().ensure(records.length).put(records);
            log.batch().countRecord();
            return log.append(true);
        };
        open = List.of(factory);
    }

    private void openBare() throws IOException {
        FileChannel channel = FileChannel.open(folder.resolve("bare"), StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        bytes = ByteBuffer.allocateDirect(batchBytes);
        for (long at = 0; at < BARE_BYTES; at += batchBytes) {
            channel.write(bytes.clear(), at);
        }
        channel.force(true);
        long[] position = {0};
        appender = () -> {
            bytes.clear().put(HEADER_BYTES, records).position(0);
            channel.write(bytes, position[0] % BARE_BYTES);
            channel.force(false);
            position[0] += batchBytes;
            return position[0];
        };
        open = List.of(channel);
    }

    /** One durable append. */
    @Benchmark
    public long append() throws IOException {
        return appender.append();
    }

    /** Closes and deletes. */
    @TearDown(Level.Iteration)
    public void close() throws Exception {
        for (AutoCloseable closeable : open) {
            closeable.close();
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    /** A new log has nothing to replay. */
    private static final class Nothing implements ReplayTarget {
        @Override
        public void snapshot(SnapshotReader snapshot) {
            throw new IllegalStateException("a new log has no snapshot");
        }

        @Override
        public void batch(long position, int recordCount, long elapsedMillis, long wallMillis, ByteBuffer bytes) {
            throw new IllegalStateException("a new log has no batch");
        }
    }
}
