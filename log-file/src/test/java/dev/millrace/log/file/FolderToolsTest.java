package dev.millrace.log.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.log.LogException;
import dev.millrace.core.log.ShardLog;
import dev.millrace.core.log.SnapshotReader;
import dev.millrace.log.contract.Texts;
import dev.millrace.log.file.CheckReport.Severity;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Check with a machine's verifier, and dump. */
class FolderToolsTest {
    private final Simulation simulation = new Simulation(64 << 20, false);

    /** A machine whose state is the texts so far, and whose snapshots are their number. */
    private static final class Counting implements MachineCheck {
        private final List<Long> positions = new ArrayList<>();
        private int count;

        @Override
        public void snapshot(SnapshotReader snapshot) {
            count = number(snapshot);
        }

        @Override
        public void batch(long position, int recordCount, long elapsedMillis, long wallMillis, ByteBuffer records) {
            count += recordCount;
            positions.add(position);
        }

        @Override
        public List<String> compare(SnapshotReader later) {
            int there = number(later);
            return there == count ? List.of() : List.of("the snapshot says " + there + ", the replay " + count);
        }

        @Override
        public List<String> finish(Bodies bodies) {
            positions.forEach(position -> assertThat(bodies.batch(position).remaining()).isPositive());
            return count == 40 ? List.of() : List.of(count + " texts are accounted for, not 40");
        }

        private static int number(SnapshotReader reader) {
            ByteBuffer bytes = ByteBuffer.allocate((int) reader.remaining());
            reader.readFully(bytes);
            return Integer.parseInt(StandardCharsets.US_ASCII.decode(bytes.flip()).toString());
        }
    }

    private CheckReport check() {
        return new FolderCheck(simulation.disk, Simulation.FOLDER, _ -> new Counting()).run();
    }

    private void fill(int lieAt) {
        ShardLog log = simulation.open();
        for (int i = 1; i <= 40; i++) {
            Texts.append(log, "text " + i + " ".repeat(4000), true);
            if (i % 10 == 0) {
                Texts.snapshot(log, Integer.toString(i == lieAt ? 7 : i), true);
            }
        }
        simulation.factory().close();
    }

    @Test
    void aSoundFolderAgreesWithItsMachine() {
        fill(-1);
        CheckReport report = check();
        assertThat(report.problems()).isEmpty();
        assertThat(report.snapshots()).isEqualTo(2);
        assertThat(report.records()).isEqualTo(40);
        assertThat(report.text()).endsWith("sound\n");
    }

    @Test
    void aSnapshotThatIsNotTheReplayIsDamage() {
        fill(40);
        assertThat(check().problems()).singleElement().satisfies(problem -> {
            assertThat(problem.severity()).isEqualTo(Severity.DAMAGE);
            assertThat(problem.what()).isEqualTo("the snapshot says 7, the replay 40");
            assertThat(problem.file().toString()).endsWith(".snap");
        });
    }

    @Test
    void aFolderInUseIsNotChecked() {
        simulation.open();
        assertThatThrownBy(this::check).isInstanceOf(LogException.class)
                .hasMessageContaining("process " + ProcessHandle.current().pid());
    }

    @Test
    void aDumpShowsSegmentsBatchesAndRecords() {
        fill(-1);
        StringWriter text = new StringWriter();
        new LogDump(simulation.disk, Simulation.FOLDER, new PrintWriter(text), (position, count, records, out) -> out
                .println("  " + StandardCharsets.UTF_8.decode(records.duplicate()).toString().strip())).run(0);
        assertThat(text.toString()).contains("shard 0 log 0000000000001267 segment bytes 65536",
                "previous end 0 synced 0",
                "batch 4224 length 4134 records 1 synced 4224 elapsed 11 wall 1970-01-01T00:00:00.022Z", "  text 40",
                "mark clean-stop");
    }
}
