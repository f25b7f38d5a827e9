package dev.millrace.log.file;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.log.ShardLog;
import dev.millrace.log.contract.Texts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Starts keep no room that they do not need, and find some on a disk that is full. */
class StartsTest {
    private static final long DISK_BYTES = 4 << 20;
    private static final int LIVES = 400;
    private static final int LIVES_PER_SNAPSHOT = 8;

    private Simulation simulation = new Simulation(64 << 20, false);

    @Test
    void whatWasPreparedAndNotUsedIsGivenBack() throws IOException {
        Texts.append(simulation.open(), "one", true);
        assertThat(simulation.disk.content(simulation.segment(0))).hasSize(Simulation.SEGMENT_BYTES);
        simulation.killAndRestart();
        assertThat(simulation.disk.content(simulation.segment(0))).hasSize(8192);
        assertThat(simulation.recovered.texts).containsExactly("one");
        simulation.losePowerAndRestart();
        assertThat(simulation.recovered.texts).containsExactly("one");
    }

    @Test
    void whatIsTornIsKeptBeforeItsRoomIsGivenBack() throws IOException {
        ShardLog log = simulation.open();
        Texts.append(log, "whole", true);
        long torn = Texts.append(log, "torn " + "x".repeat(20_000), true);
        simulation.disk.flip(simulation.segment(0), (torn + BatchHeader.BYTES + 1) * 8);
        simulation.killAndRestart();
        assertThat(simulation.report().tornBytes()).isGreaterThan(20_000);
        simulation.losePowerAndRestart();
        assertThat(simulation.recovered.texts).containsExactly("whole");
        assertThat(simulation.disk.content(simulation.segment(0))).hasSize(8192);
        Path kept = Simulation.FOLDER.resolve("shard-0/torn").resolve(String.format("cut-%016x.bytes", torn));
        assertThat(simulation.disk.content(kept).length).isGreaterThan(20_000);
    }

    @Test
    void startsThatWriteNothingLeaveNothing() {
        Texts.append(simulation.open(), "kept", true);
        for (int life = 0; life < 50; life++) {
            if (life % 2 == 0) {
                simulation.killAndRestart();
            } else {
                simulation.losePowerAndRestart();
            }
            assertThat(simulation.recovered.texts).containsExactly("kept");
            assertThat(simulation.report().notes()).isEmpty();
        }
        assertThat(simulation.disk.files().stream().filter(StartsTest::isSegment))
                .as("two with the batch, before and after its copy, and the last")
                .hasSize(3);
    }

    private static boolean isSegment(Path file) {
        return String.valueOf(file.getFileName()).startsWith("log-");
    }

    /** Others leave less than two segments; each life writes what consumers say, a snapshot comes now and then. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void hundredsOfCrashesOnANearlyFullDisk_neverKeepItFromStarting(boolean direct) {
        simulation = new Simulation(DISK_BYTES, direct);
        ShardLog log = simulation.open();
        List<String> bodies = fill(log);
        long firstFree = log.tail() / Simulation.SEGMENT_BYTES + 1;
        long free = simulation.disk.usableBytes(Simulation.FOLDER);
        simulation.disk.others(Math.max(0, free - 7 * Simulation.SEGMENT_BYTES / 4));
        List<String> acks = new ArrayList<>();
        for (int life = 0; life < LIVES; life++) {
            log = life % 3 == 0 ? simulation.losePowerAndRestart() : simulation.killAndRestart();
            List<String> all = new ArrayList<>(log.replayStart() == 0 ? bodies : List.of());
            all.addAll(acks);
            assertThat(simulation.recovered.texts).isEqualTo(all);
            acks.add("ack " + life);
            Texts.append(log, acks.getLast(), true);
            if (life % LIVES_PER_SNAPSHOT == LIVES_PER_SNAPSHOT - 1) {
                Texts.snapshot(log, "state", true);
                acks.clear();
                acks.add("after the snapshot of life " + life);
                Texts.append(log, acks.getLast(), true);
                Texts.snapshot(log, "state", true);
                acks.clear();
                release(log, firstFree);
            }
        }
        assertThat(log.hasRoom()).isFalse();
        release(log, 0);
        Texts.append(log, "drained", true);
        Texts.snapshot(log, "state", true);
        Texts.append(log, "and one more", true);
        Texts.snapshot(log, "state", true);
        for (int looks = 0; looks < 4; looks++) {
            log.hasRoom();
            simulation.threads.advance(300);
        }
        assertThat(log.hasRoom()).as("room once everything is consumed").isTrue();
    }

    private List<String> fill(ShardLog log) {
        List<String> bodies = new ArrayList<>();
        while (log.hasRoom()) {
            bodies.add("body " + bodies.size() + " ".repeat(20_000));
            Texts.append(log, bodies.getLast(), true);
            simulation.threads.advance(300);
        }
        return bodies;
    }

    private void release(ShardLog log, long from) {
        for (long number = from; number < log.tail() / log.segmentBytes(); number++) {
            log.release(number * log.segmentBytes());
        }
        simulation.threads.runWaiting();
    }
}
