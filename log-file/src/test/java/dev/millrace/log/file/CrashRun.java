package dev.millrace.log.file;

import dev.millrace.core.log.BatchBuffer;
import dev.millrace.core.log.Block;
import dev.millrace.core.log.BlockReader;
import dev.millrace.core.log.Location;
import dev.millrace.core.log.LogException;
import dev.millrace.core.log.LogException.Category;
import dev.millrace.core.log.ShardLog;
import dev.millrace.core.log.SnapshotWriter;
import dev.millrace.log.file.MiniEngine.Place;
import dev.millrace.log.file.sim.InlineThreads;
import dev.millrace.log.file.sim.PowerCut;
import dev.millrace.log.file.sim.SimulatedDisk;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One random life of a log on a simulated disk: lives of a process, each ended by a power cut, a kill, a failing disk or
 * a clean stop, and after each the check that the log has kept its promises.
 *
 * <p>
 * What is promised: a recovery brings back the batches in order, without a gap, all that were answered and none that
 * was never written; what one recovery brought back, later ones bring back too; every body that lives can be read; no
 * damage is reported where nothing was damaged.
 */
final class CrashRun {
    private static final Path FOLDER = Path.of("/data");
    private static final int LIVES = 6;
    private static final int SEGMENT_BYTES = 64 << 10;

    /** One batch as it was handed to the log. */
    private record Written(long serial, int count, ByteBuffer records) {}

    private final long seed;
    private final long cutAt;
    private final Random random;
    private final SimulatedDisk disk;
    private final Set<PlantedBug> bugs;
    private final FileLogOptions options;
    private final List<Written> journal = new ArrayList<>();
    private int answered;
    private long serials;
    private long ids;
    private InlineThreads threads;
    private MiniEngine engine = new MiniEngine();
    private @Nullable FileLogFactory factory;
    private @Nullable ShardLog open;
    private String story = "";

    CrashRun(long seed, Set<PlantedBug> bugs) {
        this(seed, bugs, 0);
    }

    /** {@code cutAt}: the first life ends at this disk operation, the second is the last; 0 leaves it to chance. */
    CrashRun(long seed, Set<PlantedBug> bugs, long cutAt) {
        this.seed = seed;
        this.bugs = bugs;
        this.cutAt = cutAt;
        random = new Random(seed);
        boolean direct = random.nextInt(3) == 0;
        disk = new SimulatedDisk(seed, 64 << 20, direct);
        threads = new InlineThreads(seed);
        SyncLevel level = switch (random.nextInt(8)) {
            case 0 -> SyncLevel.INTERVAL;
            case 1 -> SyncLevel.OS;
            default -> SyncLevel.ALWAYS;
        };
        options = FileLogOptions.of(FOLDER)
                .withSegmentBytes(SEGMENT_BYTES)
                .withSyncLevel(level)
                .withMemory(new FileLogOptions.Memory(random.nextBoolean() ? 0 : 1 << 20, 64 << 10))
                .withFreeMarks(new FileLogOptions.FreeMarks(1 << 20, 2 << 20));
    }

    /** Whether a life was ended by the power cut that was planned for it. */
    boolean wasCut() {
        return story.contains(" cut");
    }

    /** Throws an AssertionError that names the seed when a promise was broken. */
    void run() {
        try {
            int lives = cutAt > 0 ? 2 : LIVES;
            for (int life = 0; life < lives; life++) {
                oneLife(life == lives - 1);
            }
        } catch (LogException | AssertionError broken) {
            throw new AssertionError("seed " + seed + ": " + broken.getMessage() + " [" + options.syncLevel() + ","
                    + story + "]", broken);
        }
    }

    private void oneLife(boolean last) {
        threads = new InlineThreads(random.nextLong());
        planEnd(last);
        try {
            recover();
            for (int steps = random.nextInt(120); steps > 0; steps--) {
                survive(this::step);
            }
            end();
        } catch (PowerCut cut) {
            story += " cut";
        }
        factory = null;
        open = null;
    }

    private void planEnd(boolean last) {
        disk.fail(0, 0, 0);
        if (last) {
            disk.keepPower();
        } else if (cutAt > 0) {
            disk.cutPowerAfter(cutAt);
        } else {
            disk.cutPowerAfter(1 + random.nextInt(random.nextBoolean() ? 60 : 1500));
            if (random.nextInt(3) == 0) {
                disk.fail(random.nextInt(300), random.nextInt(300), 20 + random.nextInt(200));
            }
        }
    }

    private void end() {
        if (random.nextBoolean()) {
            story += " kill";
            disk.kill();
        } else {
            story += " stop";
            try {
                factory().close();
                answered = journal.size();
            } catch (LogException failure) {
                story += " failed-stop " + failure.getMessage();
            }
            disk.kill();
        }
    }

    // ---- opening ----

    private void recover() {
        factory = new FileLogFactory(options, disk, threads, () -> 42, bugs);
        reopen();
    }

    private void reopen() {
        for (int tries = 0;; tries++) {
            MiniEngine found = new MiniEngine();
            try {
                open = factory().open(0);
                story += " " + log().recover(found).notes();
            } catch (LogException failure) {
                if (failure.category() != Category.UNKNOWN_OUTCOME && failure.category() != Category.CALLER
                        && !failedTwice(failure)) {
                    throw failure;
                }
                story += " failed-open";
                threads.advance(120_000);
                if (tries > 2) {
                    disk.fail(0, 0, 0);
                }
                if (tries > 10) {
                    throw failure;
                }
                continue;
            }
            compare(found);
            return;
        }
    }

    private static boolean failedTwice(LogException failure) {
        return String.valueOf(failure.getMessage()).contains("twice");
    }

    private void compare(MiniEngine found) {
        int count = found.serials.size();
        List<Long> expected = journal.stream().map(Written::serial).toList();
        if (count > expected.size() || !expected.subList(0, count).equals(found.serials)) {
            throw new AssertionError("the batches that came back are not those that were written: " + expected.size()
                    + " written, " + count + " came back, different from number " + firstDifference(expected, found));
        }
        if (count < answered) {
            throw new AssertionError(answered + " batches were answered, only " + count + " came back");
        }
        MiniEngine replayed = new MiniEngine();
        for (Written written : journal.subList(0, count)) {
            replayed.batch(0, written.count, 0, 0, written.records.duplicate());
        }
        if (!replayed.live.keySet().equals(found.live.keySet())) {
            throw new AssertionError("the bodies that live are not those that should");
        }
        journal.subList(count, journal.size()).clear();
        answered = count;
        engine = found;
        readAll();
    }

    private static int firstDifference(List<Long> expected, MiniEngine found) {
        int i = 0;
        while (i < expected.size() && i < found.serials.size() && expected.get(i).equals(found.serials.get(i))) {
            i++;
        }
        return i;
    }

    // ---- living ----

    /** A failing disk ends this opening of the log; the shard opens it anew. */
    private void survive(Runnable step) {
        try {
            step.run();
        } catch (LogException failure) {
            if (failure.category() != Category.UNKNOWN_OUTCOME) {
                throw failure;
            }
            story += " failed";
            if (random.nextBoolean()) {
                threads.advance(61_000);
            }
            reopen();
        }
    }

    private void step() {
        switch (random.nextInt(20)) {
            case 0 -> snapshot();
            case 1 -> relocate();
            case 2, 3 -> releaseEmpty();
            case 4 -> threads.runWaiting();
            case 5 -> threads.advance(random.nextInt(500));
            case 6 -> log().append(true);
            case 7 -> {
                log().sync();
                answered = journal.size();
            }
            case 8 -> {
                log().hasRoom();
                emptyOneSegment();
            }
            case 9 -> readAll();
            case 10, 11, 12 -> killSome();
            default -> publish();
        }
    }

    private void publish() {
        begin();
        for (int n = random.nextInt(4); n >= 0; n--) {
            MiniEngine.body(log().batch(), ++ids);
        }
        append();
    }

    private void killSome() {
        begin();
        List<Long> live = new ArrayList<>(engine.live.keySet());
        int count = random.nextInt(8) == 0 ? live.size() : random.nextInt(6);
        for (int n = 0; n < count && n < live.size() && n < 500; n++) {
            MiniEngine.kill(log().batch(), live.get(n));
        }
        append();
    }

    /** The last bodies of a segment die, and it is released before that is synced. */
    private void emptyOneSegment() {
        if (engine.live.isEmpty()) {
            return;
        }
        long segment = engine.live.firstEntry().getValue().batch() / SEGMENT_BYTES;
        begin();
        for (Map.Entry<Long, Place> entry : engine.live.entrySet()) {
            if (entry.getValue().batch() / SEGMENT_BYTES == segment) {
                MiniEngine.kill(log().batch(), entry.getKey());
            }
        }
        append(false);
        if (segment != log().tail() / SEGMENT_BYTES) {
            log().release(segment * SEGMENT_BYTES);
        }
        threads.runWaiting();
    }

    private void begin() {
        MiniEngine.serial(log().batch(), ++serials);
    }

    private void append() {
        append(random.nextInt(4) > 0);
    }

    private void append(boolean sync) {
        BatchBuffer batch = log().batch();
        batch.stamp(journal.size(), 1_000 + journal.size());
        ByteBuffer records = ByteBuffer.allocate(batch.length())
                .put(0, batch.bytes(), 0, batch.length())
                .position(BatchBuffer.HEADER_BYTES);
        int count = batch.recordCount();
        journal.add(new Written(serials, count, records));
        long position = log().append(sync);
        engine.batch(position, count, 0, 0, records.duplicate());
        if (sync && options.syncLevel() == SyncLevel.ALWAYS) {
            answered = journal.size();
        }
    }

    private void snapshot() {
        MiniEngine copy = engine;
        try (SnapshotWriter writer = log().startSnapshot(log().tail(), journal.size(), 1_000 + journal.size())) {
            ByteBuffer image = copy.image();
            while (image.hasRemaining()) {
                int part = Math.min(image.remaining(), 1 + random.nextInt(100_000));
                writer.write(image.slice(image.position(), part));
                image.position(image.position() + part);
            }
            if (random.nextInt(8) > 0) {
                writer.commit();
                answered = journal.size();
            }
        } catch (LogException notNow) {
            if (notNow.category() != Category.CALLER) {
                throw notNow;
            }
        }
    }

    private void relocate() {
        if (engine.live.isEmpty()) {
            return;
        }
        long segment = engine.live.firstEntry().getValue().batch() / SEGMENT_BYTES;
        BatchBuffer copy = new BatchBuffer(4096);
        begin();
        List<Map.Entry<Long, Integer>> copied = new ArrayList<>();
        for (Map.Entry<Long, Place> entry : engine.live.entrySet()) {
            if (entry.getValue().batch() / SEGMENT_BYTES == segment && copy.length() < SEGMENT_BYTES / 2) {
                byte[] body = MiniEngine.bodyOf(entry.getKey());
                copied.add(Map.entry(entry.getKey(), copy.length()));
                copy.ensure(body.length).put(body);
                copy.countRecord();
            }
        }
        long position;
        try {
            position = log().appendCold(copy);
            log().syncCold();
        } catch (LogException failure) {
            if (failure.category() != Category.CALLER) {
                throw failure;
            }
            story += " not-moved";
            log().batch().clear();
            return;
        }
        for (Map.Entry<Long, Integer> entry : copied) {
            Place to = new Place(position, entry.getValue(), MiniEngine.bodyOf(entry.getKey()).length);
            MiniEngine.move(log().batch(), entry.getKey(), to);
        }
        append();
        releaseEmpty();
    }

    private void releaseEmpty() {
        long current = log().tail() / SEGMENT_BYTES;
        for (long number = 0; number < current; number++) {
            long start = number * SEGMENT_BYTES;
            if (!engine.needs(start, SEGMENT_BYTES)) {
                log().release(start);
            }
        }
        for (long number = 0; number < 40; number++) {
            long start = Location.COLD | number * SEGMENT_BYTES;
            if (!engine.needs(start, SEGMENT_BYTES)) {
                log().release(start);
            }
        }
    }

    private void readAll() {
        engine.live.forEach((id, place) -> {
            byte[] expected = MiniEngine.bodyOf(id);
            log().reader().load(place.batch(), new BlockReader.Sink() {
                @Override
                public void loaded(Block block) {
                    byte[] bytes = new byte[place.length()];
                    block.bytes().get(place.offset(), bytes);
                    block.unpin();
                    if (!Arrays.equals(bytes, expected)) {
                        throw new AssertionError("body " + id + " at " + place + " reads differently");
                    }
                }

                @Override
                public void failed(LogException reason) {
                    throw new AssertionError("body " + id + " at " + place + " cannot be read: " + reason.getMessage(),
                            reason);
                }
            });
        });
    }

    private ShardLog log() {
        if (open == null) {
            throw new IllegalStateException("not open");
        }
        return open;
    }

    private FileLogFactory factory() {
        if (factory == null) {
            throw new IllegalStateException("no factory");
        }
        return factory;
    }
}
