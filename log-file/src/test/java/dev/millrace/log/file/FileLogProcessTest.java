package dev.millrace.log.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.millrace.core.log.Block;
import dev.millrace.core.log.LogException;
import dev.millrace.core.log.LogException.Category;
import dev.millrace.core.log.ShardLog;
import dev.millrace.log.contract.Recovered;
import dev.millrace.log.contract.Texts;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The file log among real processes and threads. */
class FileLogProcessTest {
    @TempDir Path folder = Path.of("");
    private final AtomicReference<Throwable> defect = new AtomicReference<>();

    private FileLogFactory factory(FileLogOptions options) {
        return FileLogFactory.onDisk(options, defect::set);
    }

    private FileLogOptions options() {
        return FileLogOptions.of(folder).withSegmentBytes(1 << 20);
    }

    @ParameterizedTest
    @EnumSource(value = WriteMode.class, names = {"AUTO", "BUFFERED"})
    void killedProcessesLoseNothingTheyAnsweredAndLeaveNoLock(WriteMode mode) throws Exception {
        int before = -1;
        for (int round = 0; round < 4; round++) {
            int answered;
            try (FolderHolder.Child child = FolderHolder.Child.start(folder, mode)) {
                int last = child.await(100 + round * 200);
                assertThatThrownBy(() -> factory(options()))
                        .hasMessageContaining("process " + child.process().pid())
                        .asInstanceOf(type(LogException.class))
                        .extracting(LogException::category)
                        .isEqualTo(Category.LOCKED);
                answered = child.kill(last);
            }
            assertThat(answered).isGreaterThan(before);
            try (FileLogFactory factory = factory(options().withWriteMode(mode))) {
                Recovered recovered = new Recovered();
                factory.open(0).recover(recovered);
                assertThat(recovered.texts).hasSizeGreaterThan(answered);
                for (int i = 0; i < recovered.texts.size(); i++) {
                    assertThat(recovered.texts.get(i)).startsWith("number " + i + " ".repeat(i % 900));
                }
                before = recovered.texts.size() - 1;
            }
            assertThat(FolderCheck.check(folder, null).isDamaged()).isFalse();
        }
    }

    @Test
    void interruptedCallersDoNotCloseTheLog() throws Exception {
        try (FileLogFactory factory = factory(options().withMemory(new FileLogOptions.Memory(0, 64 << 10)))) {
            ShardLog log = factory.open(0);
            log.recover(new Recovered());
            List<Long> positions = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                positions.add(Texts.append(log, "body " + i + "x".repeat(i * 20), true));
            }
            AtomicReference<Throwable> failed = new AtomicReference<>();
            Thread user = Thread.ofPlatform().start(() -> {
                try {
                    for (int i = 0; i < 2000; i++) {
                        Thread.currentThread().interrupt();
                        assertThat(Texts.read(log, positions.get(i % 200))).startsWith("body " + i % 200);
                        Block cached = log.reader().pinIfCached(positions.get(i * 7 % 200));
                        if (cached != null) {
                            cached.unpin();
                        }
                    }
                } catch (Throwable broken) {
                    failed.set(broken);
                }
            });
            for (int i = 0; user.isAlive(); i++) {
                Texts.append(log, "meanwhile " + i, true);
            }
            user.join();
            assertThat(failed.get()).isNull();
            Thread.currentThread().interrupt();
        }
        assertThat(Thread.interrupted()).as("the interrupt is kept, and the stop was clean").isTrue();
        assertThat(defect.get()).isNull();
        CheckReport report = FolderCheck.check(folder, null);
        assertThat(report.unclean()).isEmpty();
        assertThat(report.problems()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(value = WriteMode.class, names = {"AUTO", "BUFFERED"})
    void manyReadersGetEveryBodyFromASmallCache(WriteMode mode) throws Exception {
        FileLogOptions options = options().withWriteMode(mode)
                .withMemory(new FileLogOptions.Memory(256 << 10, 512 << 10));
        try (FileLogFactory factory = factory(options)) {
            ShardLog log = factory.open(0);
            log.recover(new Recovered());
            List<Long> positions = new ArrayList<>();
            for (int i = 0; i < 1500; i++) {
                positions.add(Texts.append(log, "body " + i + " ".repeat(i * 37 % 9000), i % 10 == 0));
            }
            AtomicReference<Throwable> failed = new AtomicReference<>();
            List<Thread> users = new ArrayList<>();
            for (int t = 0; t < 6; t++) {
                int seed = t;
                users.add(Thread.ofVirtual().start(() -> {
                    try {
                        Random random = new Random(seed);
                        for (int i = 0; i < 1500; i++) {
                            int n = seed % 2 == 0 ? i : random.nextInt(1500);
                            String text = Texts.read(log, positions.get(n));
                            assertThat(text).isEqualTo("body " + n + " ".repeat(n * 37 % 9000));
                        }
                    } catch (Throwable broken) {
                        failed.set(broken);
                    }
                }));
            }
            for (Thread user : users) {
                user.join();
            }
            assertThat(failed.get()).isNull();
            assertThat(defect.get()).isNull();
        }
    }

    @Test
    void aReadWaitsWhileAllMemoryIsPinned() throws Exception {
        FileLogOptions options = options().withMemory(new FileLogOptions.Memory(0, 64 << 10));
        try (FileLogFactory factory = factory(options)) {
            ShardLog log = factory.open(0);
            log.recover(new Recovered());
            List<Long> positions = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                positions.add(Texts.append(log, i + "x".repeat(14_000), true));
            }
            List<Block> pinned = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                Texts.read(log, positions.get(i));
                Block block = log.reader().pinIfCached(positions.get(i));
                assertThat(block).isNotNull();
                pinned.add(block);
            }
            Thread waiting = Thread.ofPlatform()
                    .start(() -> assertThat(Texts.read(log, positions.get(4))).startsWith("4x"));
            assertThat(Texts.of(pinned.get(0))).startsWith("0x");
            pinned.get(2).unpin();
            waiting.join();
            assertThat(Texts.of(pinned.get(0))).as("what is pinned stays").startsWith("0x");
            pinned.get(0).unpin();
            pinned.get(1).unpin();
            pinned.get(3).unpin();
        }
    }
}
