package dev.millrace.log.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.millrace.core.log.BatchBuffer;
import dev.millrace.core.log.Location;
import dev.millrace.core.log.LogException;
import dev.millrace.core.log.LogException.Category;
import dev.millrace.core.log.RecoveryReport;
import dev.millrace.core.log.ShardLog;
import dev.millrace.core.log.SnapshotWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every log must do, whatever it is made of. A log's tests extend this class and say where the log lives; one that
 * does not pass does not ship.
 */
public abstract class ShardLogContract {
    private LogWorld world = new NoWorld();

    /** A new, empty place. */
    protected abstract LogWorld newWorld() throws Exception;

    @BeforeEach
    void makeWorld() throws Exception {
        world = newWorld();
    }

    @AfterEach
    void endWorld() {
        world.close();
    }

    // ---- the life of a log ----

    @Test
    void anEmptyLogRecoversToNothing() {
        ShardLog log = world.factory().open(0);
        Recovered recovered = new Recovered();
        RecoveryReport report = log.recover(recovered);
        assertThat(recovered.texts).isEmpty();
        assertThat(report.notes()).isEmpty();
        assertThat(report.tail()).isEqualTo(log.tail());
        assertThat(log.shard()).isZero();
        assertThat(log.replayStart()).isZero();
    }

    @Test
    void batchesComeBackInOrderWithTheirPositionsAndClocks() {
        ShardLog log = open();
        List<Long> positions = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            positions.add(Texts.append(log, "batch " + i, true));
            assertThat(log.durable()).isEqualTo(log.tail());
        }
        log.close();
        Recovered recovered = new Recovered();
        RecoveryReport report = world.factory().open(0).recover(recovered);
        assertThat(recovered.texts).hasSize(100).startsWith("batch 0").endsWith("batch 99");
        assertThat(recovered.positions).isEqualTo(positions);
        assertThat(recovered.clocks.subList(0, 2)).containsExactly(11L, 22L);
        assertThat(report.batches()).isEqualTo(100);
        assertThat(report.lastElapsedMillis()).isEqualTo(11);
        assertThat(report.lastWallMillis()).isEqualTo(22);
    }

    @Test
    void whatWasSyncedSurvivesAPowerCut() {
        ShardLog log = open();
        Texts.append(log, "one", true);
        Texts.append(log, "two", false);
        log.sync();
        world.losePower();
        assertThat(recover().texts).containsExactly("one", "two");
    }

    @Test
    void whatWasNotSyncedIsAPrefixAfterAPowerCut() {
        ShardLog log = open();
        Texts.append(log, "synced", true);
        List<String> written = new ArrayList<>(List.of("synced"));
        for (int i = 0; i < 20; i++) {
            Texts.append(log, "loose " + i, false);
            written.add("loose " + i);
        }
        world.losePower();
        List<String> found = recover().texts;
        assertThat(found).isNotEmpty().isEqualTo(written.subList(0, found.size()));
        world.losePower();
        assertThat(recover().texts).as("what came back once stays").isEqualTo(found);
    }

    @Test
    void aKilledProcessLosesNothingItWrote() {
        ShardLog log = open();
        Texts.append(log, "synced", true);
        Texts.append(log, "written", false);
        world.kill();
        assertThat(recover().texts).containsExactly("synced", "written");
        world.losePower();
        assertThat(recover().texts).containsExactly("synced", "written");
    }

    @Test
    void startsThatWriteNothingTakeNoRoomForGood() {
        Texts.append(open(), "kept", true);
        world.kill();
        open();
        world.kill();
        int segments = open().usage().files().segments();
        for (int start = 0; start < 30; start++) {
            world.kill();
            assertThat(recover().texts).containsExactly("kept");
        }
        world.kill();
        assertThat(open().usage().files().segments()).isLessThanOrEqualTo(segments);
    }

    @Test
    void anEmptyBatchIsLegalAndInvisible() {
        ShardLog log = open();
        Texts.append(log, "one", true);
        long before = log.tail();
        assertThat(log.append(true)).isEqualTo(before);
        Texts.append(log, "two", true);
        world.kill();
        assertThat(recover().texts).containsExactly("one", "two");
    }

    @Test
    void aLogCanBeOpenedAgainAndAgain() {
        List<String> written = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            ShardLog log = world.factory().open(0);
            Recovered recovered = new Recovered();
            log.recover(recovered);
            assertThat(recovered.texts).isEqualTo(written);
            Texts.append(log, "round " + i, true);
            written.add("round " + i);
            if (i % 3 == 0) {
                world.kill();
            } else {
                log.close();
            }
        }
    }

    // ---- reserving ----

    @Test
    void aReservedPositionHolds() {
        ShardLog log = open();
        for (int i = 0; i < 200; i++) {
            long reserved = log.reserve(4096);
            assertThat(Texts.append(log, "x".repeat(i * 10), true)).isEqualTo(reserved);
            assertThat(reserved % Location.POSITION_UNIT).isZero();
        }
    }

    @Test
    void aBatchThatOutgrowsItsReservationIsRefusedAndCanBeSplit() {
        ShardLog log = open();
        log.reserve(256);
        Texts.write(log, "y".repeat(1000));
        assertThatThrownBy(() -> log.append(true)).asInstanceOf(type(LogException.class))
                .extracting(LogException::category)
                .isEqualTo(Category.CALLER);
        log.batch().clear();
        Texts.append(log, "small", true);
        world.kill();
        assertThat(recover().texts).containsExactly("small");
    }

    @Test
    void aBatchLargerThanASegmentIsRefused() {
        ShardLog log = open();
        long tooMuch = Math.min(Integer.MAX_VALUE - 8192, log.segmentBytes());
        assertThatThrownBy(() -> log.reserve((int) tooMuch)).asInstanceOf(type(LogException.class))
                .extracting(LogException::category)
                .isEqualTo(Category.CALLER);
        Texts.append(log, "still alive", true);
    }

    // ---- ownership ----

    @Test
    void aStaleOwnerIsFenced() {
        ShardLog stale = open();
        Texts.append(stale, "mine", true);
        ShardLog owner = world.factory().open(0);
        Recovered recovered = new Recovered();
        owner.recover(recovered);
        assertThat(owner.epoch()).isGreaterThan(stale.epoch());
        Texts.write(stale, "late");
        assertThatThrownBy(() -> stale.append(true)).asInstanceOf(type(LogException.class))
                .extracting(LogException::category)
                .isEqualTo(Category.FENCED);
        Texts.append(owner, "theirs", true);
        world.kill();
        assertThat(recover().texts).containsExactly("mine", "theirs");
    }

    @Test
    void aClosedLogTakesNothingAndClosesAgain() {
        ShardLog log = open();
        Texts.append(log, "one", true);
        log.close();
        log.close();
        Texts.write(log, "late");
        assertThatThrownBy(() -> log.append(true)).isInstanceOf(LogException.class);
        assertThat(recover().texts).containsExactly("one");
    }

    // ---- snapshots ----

    @Test
    void bothClocksAreOfOneInstant_evenIfTheSnapshotIsYoungerThanTheLastBatch() {
        ShardLog log = open();
        Texts.append(log, "one", true);
        try (SnapshotWriter writer = log.startSnapshot(log.tail(), 500, 600)) {
            writer.write(ByteBuffer.wrap(new byte[]{'s'}));
            writer.commit();
        }
        log.close();
        RecoveryReport report = world.factory().open(0).recover(new Recovered());
        assertThat(report.lastElapsedMillis()).isEqualTo(500);
        assertThat(report.lastWallMillis()).isEqualTo(600);
    }

    @Test
    void aSnapshotReplacesWhatIsBeforeIt() {
        ShardLog log = open();
        Texts.append(log, "before", true);
        String state = "state ".repeat(150_000);
        long position = log.tail();
        Texts.snapshot(log, state, true);
        assertThat(log.replayStart()).isEqualTo(position);
        Texts.append(log, "after", true);
        world.losePower();
        Recovered recovered = recover();
        assertThat(recovered.snapshot).isEqualTo(state);
        assertThat(recovered.texts).containsExactly("after");
    }

    @Test
    void aSnapshotThatWasNotCommittedNeverWas() {
        ShardLog log = open();
        Texts.append(log, "one", true);
        Texts.snapshot(log, "first", true);
        Texts.append(log, "two", true);
        Texts.snapshot(log, "abandoned", false);
        Texts.append(log, "three", true);
        world.kill();
        Recovered recovered = recover();
        assertThat(recovered.snapshot).isEqualTo("first");
        assertThat(recovered.texts).containsExactly("two", "three");
    }

    @Test
    void aCommittedSnapshotCarriesUnsyncedBatchesWithIt() {
        ShardLog log = open();
        long position = Texts.append(log, "loose", false);
        Texts.snapshot(log, "state", true);
        world.losePower();
        Recovered recovered = new Recovered();
        ShardLog again = world.factory().open(0);
        again.recover(recovered);
        assertThat(recovered.snapshot).isEqualTo("state");
        assertThat(recovered.texts).isEmpty();
        assertThat(Texts.read(again, position)).isEqualTo("loose");
    }

    @Test
    void oneSnapshotAtATime() {
        ShardLog log = open();
        try (SnapshotWriter first = log.startSnapshot(log.tail(), 1, 2)) {
            assertThat(first).isNotNull();
            assertThatThrownBy(() -> log.startSnapshot(log.tail(), 1, 2)).isInstanceOf(LogException.class);
        }
        Texts.snapshot(log, "next", true);
    }

    // ---- bodies ----

    @Test
    void batchesCanBeReadByPositionNowAndAfterARestart() {
        ShardLog log = open();
        List<Long> positions = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            positions.add(Texts.append(log, ("body " + i + " ").repeat(i % 40 + 1), true));
        }
        for (int i = 0; i < 300; i += 7) {
            assertThat(Texts.read(log, positions.get(i))).isEqualTo(("body " + i + " ").repeat(i % 40 + 1));
        }
        log.close();
        ShardLog again = open();
        for (int i = 0; i < 300; i += 3) {
            assertThat(Texts.read(again, positions.get(i))).isEqualTo(("body " + i + " ").repeat(i % 40 + 1));
        }
    }

    @Test
    void aPositionWithoutABatchFails() {
        ShardLog log = open();
        Texts.append(log, "one", true);
        assertThatThrownBy(() -> Texts.read(log, log.tail())).hasRootCauseInstanceOf(LogException.class);
        assertThatThrownBy(() -> Texts.read(log, 1L << 40)).hasRootCauseInstanceOf(LogException.class);
    }

    @Test
    void coldBatchesSurviveTheReleaseOfTheirFirstHome() {
        ShardLog log = open();
        long first = Texts.append(log, "long lived", true);
        BatchBuffer copy = new BatchBuffer(4096);
        copy.ensure(10).put("long lived".getBytes(StandardCharsets.UTF_8));
        copy.countRecord();
        long cold = log.appendCold(copy);
        log.syncCold();
        assertThat(cold & Location.COLD).isNotZero();
        Texts.append(log, "moved to " + cold, true);
        Texts.snapshot(log, "one", true);
        while (log.tail() / log.segmentBytes() == first / log.segmentBytes()) {
            Texts.append(log, "filler ".repeat(1000), false);
        }
        Texts.snapshot(log, "two", true);
        log.release(first);
        Texts.append(log, "last", true);
        world.losePower();
        ShardLog again = open();
        assertThat(Texts.read(again, cold)).isEqualTo("long lived");
        again.release(cold);
    }

    // ---- helpers ----

    private ShardLog open() {
        ShardLog log = world.factory().open(0);
        log.recover(new Recovered());
        return log;
    }

    private Recovered recover() {
        Recovered recovered = new Recovered();
        world.factory().open(0).recover(recovered);
        return recovered;
    }

    /** Stands in until a test begins. */
    private static final class NoWorld implements LogWorld {
        @Override
        public dev.millrace.core.log.LogFactory factory() {
            throw new IllegalStateException("no test has begun");
        }

        @Override
        public void kill() {
            // Nothing lives.
        }

        @Override
        public void losePower() {
            // Nothing lives.
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }
}
