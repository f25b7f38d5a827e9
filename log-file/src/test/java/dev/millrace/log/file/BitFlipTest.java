package dev.millrace.log.file;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.log.BatchBuffer;
import dev.millrace.core.log.Location;
import dev.millrace.core.log.ReplayTarget;
import dev.millrace.core.log.ShardLog;
import dev.millrace.core.log.SnapshotReader;
import dev.millrace.core.log.SnapshotWriter;
import dev.millrace.log.file.disk.RealFiles;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every damaged bit of a folder that was stopped cleanly is reported, or lies where nobody reads. */
class BitFlipTest {
    private static final int FLIPS = 500;
    private static final long SEED = Long.getLong("log.firstSeed", 20_260_101L);
    private static final int SEGMENT_BYTES = 64 << 10;

    @TempDir Path folder = Path.of("");

    @ParameterizedTest
    @EnumSource(value = WriteMode.class, names = {"AUTO", "BUFFERED"})
    void aFlippedBitIsReportedOrLiesInDeadSpace(WriteMode mode) throws IOException {
        System.out.println("BitFlipTest: seed " + SEED);
        fill(mode);
        assertThat(FolderCheck.check(folder, null).problems()).isEmpty();
        assertThat(FolderCheck.check(folder, null).unclean()).isEmpty();
        Map<Path, BitSet> alive = alive();
        List<Path> files = new ArrayList<>(alive.keySet());
        files.sort(null);
        Random random = new Random(SEED);
        int dead = 0;
        for (int i = 0; i < FLIPS; i++) {
            Path file = files.get(random.nextInt(files.size()));
            long bit = random.nextLong(Files.size(file) * 8);
            flip(file, bit);
            CheckReport report = FolderCheck.check(folder, null);
            flip(file, bit);
            boolean reported = !report.problems().isEmpty() || !report.unclean().isEmpty();
            boolean inUse = live(alive, file).get((int) (bit / 8));
            assertThat(reported).as("bit %d of byte %d in %s is %s", bit % 8, bit / 8, file, inUse ? "alive" : "dead")
                    .isEqualTo(inUse);
            dead += inUse ? 0 : 1;
        }
        assertThat(dead).as("some must have hit dead space, not all").isBetween(1, FLIPS - 1);
    }

    @Test
    void theReportNamesFilePositionAndCure() throws IOException {
        fill(WriteMode.BUFFERED);
        Path segment = folder.resolve("shard-0").resolve("log-000000000000001.seg");
        flip(segment, (SegmentHeader.BYTES + 200) * 8L);
        CheckReport report = FolderCheck.check(folder, null);
        assertThat(report.isDamaged()).isTrue();
        assertThat(report.text())
                .contains("DAMAGE " + segment + " at position " + (SEGMENT_BYTES + SegmentHeader.BYTES))
                .contains("backup")
                .endsWith("DAMAGED\n");
    }

    private void fill(WriteMode mode) {
        FileLogOptions options = FileLogOptions.of(folder).withWriteMode(mode).withSegmentBytes(SEGMENT_BYTES);
        Random random = new Random(SEED);
        for (int life = 0; life < 3; life++) {
            try (FileLogFactory factory = FileLogFactory.onDisk(options, defect -> {
                throw new AssertionError("a log thread failed", defect);
            })) {
                ShardLog log = factory.open(0);
                log.recover(new Ignoring());
                for (int i = 0; i < 25; i++) {
                    append(log, random);
                }
                try (SnapshotWriter writer = log.startSnapshot(log.tail(), 1, 2)) {
                    writer.write(ByteBuffer.allocate(30_000 * (life + 1)));
                    writer.commit();
                }
                BatchBuffer cold = new BatchBuffer(8192);
                cold.ensure(5000).put(new byte[5000]);
                cold.countRecord();
                log.appendCold(cold);
                log.syncCold();
                append(log, random);
            }
        }
    }

    private static void append(ShardLog log, Random random) {
        byte[] bytes = new byte[random.nextInt(9_000)];
        random.nextBytes(bytes);
        log.batch().ensure(bytes.length).put(bytes);
        log.batch().countRecord();
        log.append(true);
    }

    /** Which bytes of each file are read for anything; worked out from the intact folder by the format's page. */
    private Map<Path, BitSet> alive() throws IOException {
        Map<Path, BitSet> alive = new HashMap<>();
        ShardFolder shard = new ShardFolder(new RealFiles(), folder.resolve("shard-0"), Set.of());
        LogMeta meta = LogMeta.decode(shard.head(shard.meta(), LogMeta.BYTES), shard.meta());
        live(alive, shard.meta()).set(0, LogMeta.BYTES);
        try (Stream<Path> files = Files.list(shard.path())) {
            files.filter(Files::isRegularFile).forEach(file -> live(alive, file));
        }
        ShardFolder.Listing listing = shard.list();
        for (long number : listing.segments()) {
            segment(alive, shard, meta, number, false);
        }
        for (long number : listing.cold()) {
            segment(alive, shard, meta, number, true);
        }
        for (long position : listing.snapshots()) {
            byte[] bytes = Files.readAllBytes(shard.snapshot(position));
            for (int at = 0; at < bytes.length; at += SnapshotBlock.BYTES) {
                int content = ByteBuffer.wrap(bytes).getInt(at + 48);
                live(alive, shard.snapshot(position)).set(at, at + SnapshotBlock.HEADER_BYTES + content);
            }
        }
        return alive;
    }

    private static void segment(Map<Path, BitSet> alive, ShardFolder shard, LogMeta meta, long number, boolean cold)
            throws IOException {
        long start = number * SEGMENT_BYTES | (cold ? Location.COLD : 0);
        Path path = shard.segment(number, cold);
        try (SegmentScan scan = new SegmentScan(shard, meta, path, start)) {
            SegmentHeader header = scan.header(cold);
            if (header == null) {
                return;
            }
            live(alive, path).set(0, 128);
            SegmentWalk walk = new SegmentWalk(scan, header, meta);
            walk.run(0, limit(shard, meta, header), (batch, _) -> {
                int offset = (int) (batch.position() - start);
                live(alive, path).set(offset, offset + batch.length());
            });
        }
    }

    private static long limit(ShardFolder shard, LogMeta meta, SegmentHeader header) throws IOException {
        for (long number : shard.list().segments()) {
            SegmentHeader next = SegmentHeader.decode(shard.head(shard.segment(number, false), SegmentHeader.BYTES),
                    meta, number * SEGMENT_BYTES, false);
            if (next != null && next.previousEnd() > header.start()
                    && next.previousEnd() <= header.start() + SEGMENT_BYTES) {
                return next.previousEnd();
            }
        }
        return -1;
    }

    private static BitSet live(Map<Path, BitSet> alive, Path file) {
        return alive.computeIfAbsent(file, _ -> new BitSet());
    }

    private static void flip(Path file, long bit) {
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
            open.seek(bit / 8);
            int old = open.read();
            open.seek(bit / 8);
            open.write(old ^ 1 << bit % 8);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Needs nothing of what is replayed. */
    private static final class Ignoring implements ReplayTarget {
        @Override
        public void snapshot(SnapshotReader snapshot) {
            // The test looks at the files.
        }

        @Override
        public void batch(long position, int recordCount, long elapsedMillis, long wallMillis, ByteBuffer records) {
            // The test looks at the files.
        }
    }
}
