package dev.millrace.bench.e2e;

import dev.millrace.bench.e2e.nsq.CommandRing;
import dev.millrace.bench.e2e.report.Measurement.Figures;
import dev.millrace.bench.e2e.report.Metric;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * The bare disk beside a durable figure: one thread writes as many bytes as a full window holds and forces them, again and
 * again, into a file that was written before. No server that syncs before it answers can do better with whole windows.
 */
final class DiskLoop {
    /** How it is named among the servers. */
    static final String NAME = "disk loop";

    static final String DURABILITY = "one thread, write + force(false) of a window's bodies into a prewritten file";

    private static final int BLOCK_BYTES = 4_096;
    private static final int FILE_BYTES = 256 << 20;

    private DiskLoop() {}

    /**
     * @param groupMessages messages made durable by one force; with 1 only the time of a force is reported
     * @param bodyBytes bytes of each
     * @param seconds how long
     */
    static Figures run(Path dir, int groupMessages, int bodyBytes, int seconds) throws IOException {
        int groupBytes = Math.ceilDiv(Math.multiplyExact(groupMessages, bodyBytes), BLOCK_BYTES) * BLOCK_BYTES;
        Path file = Files.createDirectories(dir).resolve("disk-loop");
        ByteBuffer group = ByteBuffer.allocateDirect(groupBytes)
                .put(CommandRing.letters(groupBytes, new SplittableRandom(3)));
        Histogram nanos = new Histogram(3);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            int groups = FILE_BYTES / groupBytes;
            for (int i = 0; i < groups; i++) {
                writeGroup(channel, group, (long) i * groupBytes);
            }
            channel.force(true);
            long start = System.nanoTime();
            long end = start + TimeUnit.SECONDS.toNanos(seconds);
            long at = start;
            long written = 0;
            while (at - end < 0) {
                writeGroup(channel, group, written % groups * groupBytes);
                channel.force(false);
                long now = System.nanoTime();
                nanos.recordValue(now - at);
                at = now;
                written++;
            }
            double elapsed = (at - start) / 1e9;
            Figures figures = new Figures();
            if (groupMessages > 1) {
                figures.put(Metric.RATE, written * groupMessages / elapsed)
                        .put(Metric.MEGABYTES,
                                written * (double) groupBytes / elapsed / 1e6);
            }
            return figures.put(Metric.SYNC_P50, nanos.getValueAtPercentile(50) / 1e3)
                    .put(Metric.SYNC_P99, nanos.getValueAtPercentile(99) / 1e3);
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private static void writeGroup(FileChannel channel, ByteBuffer group, long position) throws IOException {
        group.clear();
        while (group.hasRemaining()) {
            channel.write(group, position + group.position());
        }
    }
}
