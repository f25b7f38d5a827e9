package dev.millrace.log.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.millrace.core.log.BatchBuffer;
import dev.millrace.core.log.LogException;
import dev.millrace.core.log.LogException.Category;
import dev.millrace.core.log.ShardLog;
import dev.millrace.core.message.BodyLayout;
import dev.millrace.log.contract.Texts;
import dev.millrace.log.file.disk.FilePort;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What recovery cuts, what it calls damage, and what it falls back on. */
class FileLogRecoveryTest {
    private final Simulation simulation = new Simulation(64 << 20, false);

    private static long bit(long position, int inBatch) {
        return (position % Simulation.SEGMENT_BYTES + inBatch) * 8;
    }

    @Test
    void aTornTailIsCutKeptAsideAndReported() throws IOException {
        ShardLog log = simulation.open();
        Texts.append(log, "whole", true);
        long torn = Texts.append(log, "torn", true);
        simulation.disk.flip(simulation.segment(0), bit(torn, BatchHeader.BYTES + 1));
        simulation.killAndRestart();
        assertThat(simulation.recovered.texts).containsExactly("whole");
        assertThat(simulation.report().tornBytes()).isEqualTo(192);
        assertThat(simulation.report().notes()).singleElement().asString().contains("192 bytes", "torn/cut-");
        Path kept = Simulation.FOLDER.resolve("shard-0/torn").resolve(String.format("cut-%016x.bytes", torn));
        assertThat(simulation.disk.content(kept)).hasSize(192).startsWith('M', 'R', 'L', 'B');
        simulation.killAndRestart();
        assertThat(simulation.report().notes()).as("it is reported once").isEmpty();
    }

    @Test
    void tornTails_ofManyCrashes_leaveTheNewestFew() throws IOException {
        Path folder = Simulation.FOLDER.resolve("shard-0/torn");
        List<Path> cut = new ArrayList<>();
        ShardLog log = simulation.open();
        simulation.disk.createFolders(folder);
        Path own = folder.resolve("notes.txt");
        simulation.disk.open(own, FilePort.Access.WRITE).close();
        for (int i = 0; i < TornKeeper.KEPT + 4; i++) {
            Texts.append(log, "whole " + i, true);
            long torn = Texts.append(log, "torn " + i, true);
            long segment = torn / Simulation.SEGMENT_BYTES;
            simulation.disk.flip(simulation.segment((int) segment), bit(torn, BatchHeader.BYTES + 1));
            log = simulation.killAndRestart();
            cut.add(folder.resolve(String.format("cut-%016x.bytes", torn)));
        }
        assertThat(simulation.recovered.texts).hasSize(TornKeeper.KEPT + 4);
        assertThat(simulation.disk.list(folder).stream().map(folder::resolve))
                .containsExactlyInAnyOrderElementsOf(Stream.concat(Stream.of(own),
                        cut.subList(3, cut.size()).stream()).toList());
        assertThat(simulation.report().notes()).anySatisfy(note -> assertThat(note)
                .contains("1 file in", "was deleted", "newest 8 of each kind"));
    }

    /** Of the files with batches and of the prepared ones. */
    private long bytesOfFiles() throws IOException {
        long bytes = 0;
        Path folder = Simulation.FOLDER.resolve("shard-0");
        for (String name : simulation.disk.list(folder)) {
            bytes += name.endsWith(".seg") ? simulation.disk.content(folder.resolve(name)).length : 0;
        }
        return bytes;
    }

    @Test
    void usage_saysWhatTheFilesTakeOfTheDisk_alsoAfterARestart() throws IOException {
        ShardLog log = simulation.open();
        for (int i = 0; i < 100; i++) {
            Texts.append(log, "x".repeat(3000), true);
        }
        assertThat(log.usage().files().bytesOnDisk()).isEqualTo(bytesOfFiles());
        assertThat(log.usage().files().bytesUsed()).isGreaterThan(300_000).isLessThan(500_000);
        log = simulation.killAndRestart();
        assertThat(log.usage().files().bytesOnDisk()).isEqualTo(bytesOfFiles());
        assertThat(log.usage().files().bytesUsed()).isGreaterThan(300_000)
                .isLessThanOrEqualTo(log.usage().files().bytesOnDisk());
    }

    @Test
    void messagesInACutTailAreCountedWithTheirIds() throws IOException {
        ShardLog log = simulation.open();
        Texts.append(log, "whole", true);
        putBodies(log.batch(), BodyLayout.PUBLISH, 0x1000, 3);
        putBodies(log.batch(), BodyLayout.DEFER, 0x4000, 1);
        long torn = log.append(true);
        simulation.disk.flip(simulation.segment(0), bit(torn, BatchHeader.BYTES + BodyLayout.BODIES + 1));
        simulation.killAndRestart();
        assertThat(simulation.report().notes()).singleElement()
                .asString()
                .contains("At least 4 messages", "0000000000001000", "0000000000004000");
    }

    /** The head of a record with bodies, and 16 bytes of body. */
    private static void putBodies(BatchBuffer batch, byte kind, long firstId, int count) {
        int bytes = BodyLayout.BODIES + 16;
        ByteBuffer record = batch.ensure(bytes);
        int at = record.position();
        for (int i = 0; i < bytes; i++) {
            record.put((byte) 0);
        }
        record.put(at, kind);
        record.putInt(at + BodyLayout.LENGTH, bytes);
        record.putInt(at + BodyLayout.COUNT, count);
        record.putLong(at + BodyLayout.FIRST_ID, firstId);
        batch.countRecord();
    }

    @Test
    void damageBeforeASyncedBatchStopsTheShardAndChangesNothing() throws IOException {
        ShardLog log = simulation.open();
        long broken = Texts.append(log, "broken", true);
        Texts.append(log, "later", true);
        simulation.disk.flip(simulation.segment(0), bit(broken, BatchHeader.BYTES + 1));
        var files = simulation.disk.files();
        assertThatThrownBy(simulation::killAndRestart)
                .hasMessageContaining("log-000000000000000.seg")
                .hasMessageContaining("position " + broken)
                .hasMessageContaining("backup")
                .asInstanceOf(type(LogException.class))
                .extracting(LogException::category)
                .isEqualTo(Category.DAMAGED);
        assertThat(simulation.disk.files()).isEqualTo(files);
        assertThatThrownBy(simulation::killAndRestart).isInstanceOf(LogException.class);
    }

    @Test
    void aMarkMakesDamageToTheLastBatchRecognisable() throws IOException {
        ShardLog log = simulation.open();
        long broken = Texts.append(log, "last", true);
        log.append(true);
        simulation.disk.flip(simulation.segment(0), bit(broken, 70));
        assertThatThrownBy(simulation::killAndRestart).asInstanceOf(type(LogException.class))
                .extracting(LogException::category)
                .isEqualTo(Category.DAMAGED);
    }

    @Test
    void aCleanStopMakesDamageToTheLastBatchRecognisable() throws IOException {
        ShardLog log = simulation.open();
        long broken = Texts.append(log, "last", true);
        log.close();
        simulation.disk.flip(simulation.segment(0), bit(broken, 70));
        assertThatThrownBy(simulation::killAndRestart).isInstanceOf(LogException.class);
    }

    @Test
    void aDamagedSegmentHeaderIsDamage() throws IOException {
        ShardLog log = simulation.open();
        Texts.append(log, "one", true);
        log.append(true);
        simulation.disk.flip(simulation.segment(0), 100);
        assertThatThrownBy(simulation::killAndRestart).asInstanceOf(type(LogException.class))
                .extracting(LogException::category)
                .isEqualTo(Category.DAMAGED);
    }

    @Test
    void aMissingSegmentIsDamage() throws IOException {
        ShardLog log = simulation.open();
        for (int i = 0; i < 100; i++) {
            Texts.append(log, "x".repeat(3000), true);
        }
        simulation.disk.delete(simulation.segment(1));
        assertThatThrownBy(simulation::killAndRestart).asInstanceOf(type(LogException.class))
                .extracting(LogException::category)
                .isEqualTo(Category.DAMAGED);
    }

    @Test
    void aMissingMetaFileIsDamage() throws IOException {
        Texts.append(simulation.open(), "one", true);
        simulation.disk.delete(Simulation.FOLDER.resolve("shard-0/meta"));
        assertThatThrownBy(simulation::killAndRestart)
                .hasMessageContaining("meta")
                .asInstanceOf(type(LogException.class))
                .extracting(LogException::category)
                .isEqualTo(Category.DAMAGED);
    }

    @Test
    void aBrokenSnapshotFallsBackToTheOneBeforeWithANote() throws IOException {
        ShardLog log = simulation.open();
        Texts.append(log, "one", true);
        Texts.snapshot(log, "after one", true);
        Texts.append(log, "two", true);
        long newest = log.tail();
        Texts.snapshot(log, "after two", true);
        Texts.append(log, "three", true);
        simulation.disk.flip(Simulation.FOLDER.resolve("shard-0").resolve(String.format("snap-%016x.snap", newest)),
                70 * 8);
        simulation.killAndRestart();
        assertThat(simulation.recovered.snapshot).isEqualTo("after one");
        assertThat(simulation.recovered.texts).containsExactly("two", "three");
        assertThat(simulation.report().notes()).singleElement().asString().contains("snapshot", "torn/");
        simulation.killAndRestart();
        assertThat(simulation.report().notes()).isEmpty();
    }

    @Test
    void theOnlySnapshotBrokenMeansTheWholeLog() throws IOException {
        ShardLog log = simulation.open();
        Texts.append(log, "one", true);
        long position = log.tail();
        Texts.snapshot(log, "after one", true);
        simulation.disk.flip(Simulation.FOLDER.resolve("shard-0").resolve(String.format("snap-%016x.snap", position)),
                70 * 8);
        simulation.killAndRestart();
        assertThat(simulation.recovered.texts).containsExactly("one");
    }

    @Test
    void aSnapshotOfAPositionThatTheLogDoesNotHaveIsDamage() throws IOException {
        ShardLog log = simulation.open();
        for (int i = 0; i < 100; i++) {
            Texts.append(log, "x".repeat(3000), true);
        }
        Texts.snapshot(log, "state", true);
        long segment = log.tail() / Simulation.SEGMENT_BYTES;
        simulation.disk.delete(simulation.segment((int) segment));
        assertThatThrownBy(simulation::killAndRestart).asInstanceOf(type(LogException.class))
                .extracting(LogException::category)
                .isEqualTo(Category.DAMAGED);
    }

    @Test
    void aHigherFeatureLevelIsRefusedBeforeAnythingIsTouched() {
        simulation.options = simulation.options.withFeatureLevel(3);
        Texts.append(simulation.open(), "from the future", true);
        simulation.options = simulation.options.withFeatureLevel(2);
        long operations = simulation.disk.operations();
        assertThatThrownBy(simulation::killAndRestart)
                .hasMessageContaining("feature level 3")
                .asInstanceOf(type(LogException.class))
                .extracting(LogException::category)
                .isEqualTo(Category.CALLER);
        assertThat(simulation.disk.operations() - operations).as("only reads: it opens meta").isEqualTo(1);
        simulation.options = simulation.options.withFeatureLevel(4);
        simulation.killAndRestart();
        assertThat(simulation.recovered.texts).containsExactly("from the future");
    }

    @Test
    void aThousandOpeningsKeepTheFolderSmall() {
        ShardLog log = simulation.open();
        for (int i = 0; i < 1000; i++) {
            Texts.append(log, "round " + i, true);
            Texts.snapshot(log, "state " + i, true);
            long current = log.tail() / Simulation.SEGMENT_BYTES;
            for (long number = Math.max(0, current - 5); number < current; number++) {
                log.release(number * Simulation.SEGMENT_BYTES);
            }
            log = i % 2 == 0 ? simulation.restart() : simulation.losePowerAndRestart();
            assertThat(simulation.recovered.snapshot).isEqualTo("state " + i);
        }
        assertThat(simulation.disk.files()).hasSizeLessThan(20);
    }
}
