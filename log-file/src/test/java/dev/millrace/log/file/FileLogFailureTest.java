package dev.millrace.log.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.millrace.core.log.LogException;
import dev.millrace.core.log.LogException.Category;
import dev.millrace.core.log.ShardLog;
import dev.millrace.log.contract.Texts;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A disk that fails, is short or is full. */
class FileLogFailureTest {
    private final Simulation simulation = new Simulation(64 << 20, false);

    private static void failsWith(Category category, Runnable call) {
        assertThatThrownBy(call::run).asInstanceOf(type(LogException.class))
                .extracting(LogException::category)
                .isEqualTo(category);
    }

    @ParameterizedTest
    @ValueSource(strings = {"write", "short write", "sync"})
    void aFailureIsFinalForTheFileAndTheOutcomeUnknown(String what) {
        ShardLog log = simulation.open();
        Texts.append(log, "answered", true);
        simulation.disk.fail(what.equals("write") ? 1 : 0, what.equals("short write") ? 1 : 0,
                what.equals("sync") ? 1 : 0);
        failsWith(Category.UNKNOWN_OUTCOME, () -> Texts.append(log, "unknown", true));
        simulation.disk.fail(0, 0, 0);
        failsWith(Category.UNKNOWN_OUTCOME, () -> Texts.append(log, "refused", true));
        ShardLog again = simulation.open();
        assertThat(simulation.recovered.texts).as("what was not synced is forgotten").containsExactly("answered");
        assertThat(again.epoch()).isGreaterThan(log.epoch());
        Texts.append(again, "after", true);
        simulation.losePowerAndRestart();
        assertThat(simulation.recovered.texts).containsExactly("answered", "after");
    }

    @Test
    void theSecondFailureWithinAMinuteKeepsTheShardDown() {
        ShardLog log = simulation.open();
        simulation.disk.fail(0, 0, 1);
        failsWith(Category.UNKNOWN_OUTCOME, () -> Texts.append(log, "one", true));
        simulation.disk.fail(0, 0, 0);
        ShardLog second = simulation.open();
        simulation.disk.fail(0, 0, 1);
        failsWith(Category.UNKNOWN_OUTCOME, () -> Texts.append(second, "two", true));
        simulation.disk.fail(0, 0, 0);
        assertThatThrownBy(simulation::open).hasMessageContaining("twice")
                .hasMessageContaining("Input/output error")
                .hasMessageContaining("log-")
                .asInstanceOf(type(LogException.class))
                .extracting(LogException::category)
                .isEqualTo(Category.DAMAGED);
    }

    @Test
    void aFailureAMinuteLaterIsTheFirstAgain() {
        for (int i = 0; i < 5; i++) {
            ShardLog log = simulation.open();
            simulation.disk.fail(0, 0, 1);
            failsWith(Category.UNKNOWN_OUTCOME, () -> Texts.append(log, "one", true));
            simulation.disk.fail(0, 0, 0);
            simulation.threads.advance(60_000);
        }
        Texts.append(simulation.open(), "alive", true);
    }

    @Test
    void aFailedSnapshotLeavesTheLogAlone() {
        ShardLog log = simulation.open();
        Texts.append(log, "one", true);
        simulation.disk.fail(1, 0, 0);
        failsWith(Category.CALLER, () -> Texts.snapshot(log, "state", true));
        simulation.disk.fail(0, 0, 0);
        Texts.append(log, "two", true);
        Texts.snapshot(log, "state", true);
        simulation.killAndRestart();
        assertThat(simulation.recovered.snapshot).isEqualTo("state");
    }

    @Test
    void aFullDiskRefusesBodiesKeepsTakingAcksAndResumesByItself() {
        Simulation small = new Simulation(2 << 20, false);
        ShardLog log = small.open();
        List<String> written = new ArrayList<>();
        while (hasRoom(small, log)) {
            written.add("body " + written.size() + "x".repeat(4000));
            Texts.append(log, written.getLast(), true);
        }
        assertThat(written).hasSizeGreaterThan(200);
        assertThat(log.usage().freeBytes()).isLessThan(log.usage().neededBytes());
        for (int i = 0; i < 500; i++) {
            written.add("ack " + i);
            Texts.append(log, written.getLast(), true);
        }
        small.disk.others(small.disk.usableBytes(Simulation.FOLDER));
        for (int i = 0; i < 400; i++) {
            written.add("ack from the reserve " + i);
            Texts.append(log, written.getLast(), true);
        }
        assertThat(hasRoom(small, log)).isFalse();
        small.disk.others(-(2 << 20));
        assertThat(hasRoom(small, log)).as("room again without a restart").isTrue();
        written.add("body again");
        Texts.append(log, "body again", true);
        small.losePowerAndRestart();
        assertThat(small.recovered.texts).isEqualTo(written);
    }

    private static boolean hasRoom(Simulation simulation, ShardLog log) {
        simulation.threads.advance(300);
        log.hasRoom();
        simulation.threads.runWaiting();
        return log.hasRoom();
    }

    @Test
    void releasedSegmentsAreRecycled() {
        ShardLog log = simulation.open();
        for (int i = 0; i < 200; i++) {
            for (int n = 0; n < 30; n++) {
                Texts.append(log, "x".repeat(2500), true);
            }
            Texts.snapshot(log, "state " + i, true);
            long current = log.tail() / Simulation.SEGMENT_BYTES;
            for (long number = 0; number < current; number++) {
                log.release(number * Simulation.SEGMENT_BYTES);
            }
            simulation.threads.runWaiting();
        }
        assertThat(log.tail() / Simulation.SEGMENT_BYTES).isGreaterThan(200);
        assertThat(simulation.disk.files()).hasSizeLessThan(20);
        simulation.losePowerAndRestart();
        assertThat(simulation.recovered.snapshot).isEqualTo("state 199");
    }

    @Test
    void atIntervalTheBackgroundSyncsWithoutTheOwner() {
        simulation.options = simulation.options.withSyncLevel(SyncLevel.INTERVAL);
        ShardLog log = simulation.open();
        Texts.append(log, "one", true);
        assertThat(log.durable()).as("as durable as the level asks").isEqualTo(log.tail());
        simulation.threads.advance(simulation.options.syncIntervalMillis());
        Texts.append(log, "two", true);
        simulation.losePowerAndRestart();
        assertThat(simulation.recovered.texts).contains("one");
    }

    @Test
    void aFailedBackgroundSyncMeetsTheOwnerAtItsNextCall() {
        simulation.options = simulation.options.withSyncLevel(SyncLevel.INTERVAL);
        ShardLog log = simulation.open();
        Texts.append(log, "one", true);
        simulation.disk.fail(0, 0, 1);
        simulation.threads.advance(simulation.options.syncIntervalMillis());
        simulation.disk.fail(0, 0, 0);
        failsWith(Category.UNKNOWN_OUTCOME, () -> Texts.append(log, "two", true));
    }
}
