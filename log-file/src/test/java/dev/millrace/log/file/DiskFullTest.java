package dev.millrace.log.file;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.log.ShardLog;
import dev.millrace.log.contract.Recovered;
import dev.millrace.log.contract.Texts;
import dev.millrace.log.file.disk.FilePort;
import dev.millrace.log.file.disk.RealFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The whole way through a full disk, with the log's own choice of segment size. The file system is one of 64 MiB where
 * the machine lets this process mount one, and in any case one of files that are counted.
 */
class DiskFullTest {
    private static final long BYTES = 64 << 20;

    @TempDir Path folder = Path.of("");
    private final AtomicReference<Throwable> defect = new AtomicReference<>();
    private boolean mounted;

    @AfterEach
    void unmount() throws Exception {
        if (mounted) {
            run("umount", folder.resolve("small").toString());
        }
    }

    private static boolean run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getInputStream().readAllBytes();
        return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
    }

    @ParameterizedTest
    @EnumSource(value = WriteMode.class, names = {"AUTO", "BUFFERED"})
    void onAFileSystemOf64MiB(WriteMode mode) throws Exception {
        Path small = Files.createDirectory(folder.resolve("small"));
        mounted = run("mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", small.toString());
        System.out.println("DiskFullTest: " + (mounted ? "on a tmpfs of 64 MiB"
                : "this process may not mount: on files that are counted instead"));
        fillAndResume(mounted ? new RealFiles() : new CountedFiles(BYTES), small.resolve("data"), mode);
    }

    @Test
    void onFilesThatAreCounted() throws Exception {
        fillAndResume(new CountedFiles(BYTES), folder.resolve("data"), WriteMode.AUTO);
    }

    private void fillAndResume(FilePort files, Path data, WriteMode mode) throws IOException {
        FileLogOptions options = FileLogOptions.of(data).withWriteMode(mode);
        List<String> written = new ArrayList<>();
        try (FileLogFactory factory = factory(options, files)) {
            ShardLog log = factory.open(0);
            log.recover(new Recovered());
            assertThat(log.segmentBytes()).isEqualTo(4 << 20);
            fill(log, written);
            long bytes = written.stream().mapToLong(String::length).sum();
            assertThat(bytes).as("bytes taken before bodies were refused").isGreaterThan(BYTES / 4);
            for (int i = 0; i < 200; i++) {
                written.add("ack " + i);
                Texts.append(log, written.getLast(), true);
            }
            Texts.snapshot(log, "state", true);
            written.add("after the snapshot");
            Texts.append(log, written.getLast(), true);
            Texts.snapshot(log, "state", true);
            long current = log.tail() / log.segmentBytes();
            for (long number = 0; number < current; number++) {
                log.release(number * log.segmentBytes());
            }
            awaitRoom(log, true);
            written.clear();
            written.add("room again");
            Texts.append(log, "room again", true);
        }
        assertThat(defect.get()).isNull();
        try (FileLogFactory factory = factory(options, files)) {
            Recovered recovered = new Recovered();
            factory.open(0).recover(recovered);
            assertThat(recovered.texts).isEqualTo(written);
        }
        assertThat(new FolderCheck(files, data, null).run().problems()).isEmpty();
    }

    @Test
    void aProcessKilledManyTimesOnAFullDiskStartsAgain() throws IOException {
        Path data = folder.resolve("killed");
        FileLogOptions options = FileLogOptions.of(data);
        List<String> written = new ArrayList<>();
        AbandonedLocks files = new AbandonedLocks(new CountedFiles(BYTES));
        ShardLog log = factory(options, files).open(0);
        log.recover(new Recovered());
        fill(log, written);
        for (int life = 0; life < 100; life++) {
            files.abandon();
            files = new AbandonedLocks(new CountedFiles(BYTES));
            log = factory(options, files).open(0);
            Recovered recovered = new Recovered();
            log.recover(recovered);
            assertThat(recovered.texts).isEqualTo(written);
            written.add("ack in life " + life);
            Texts.append(log, written.getLast(), true);
        }
        awaitRoom(log, false);
        Texts.snapshot(log, "state", true);
        Texts.append(log, "after the snapshot", true);
        Texts.snapshot(log, "state", true);
        long current = log.tail() / log.segmentBytes();
        for (long number = 0; number < current; number++) {
            log.release(number * log.segmentBytes());
        }
        awaitRoom(log, true);
        files.abandon();
    }

    private FileLogFactory factory(FileLogOptions options, FilePort files) {
        return new FileLogFactory(options, files, new RealThreads(2, defect::set), () -> 4711);
    }

    /** Publishes until bodies are refused. */
    private static void fill(ShardLog log, List<String> written) {
        while (log.hasRoom()) {
            written.add("body " + written.size() + " ".repeat(30_000));
            Texts.append(log, written.getLast(), true);
        }
    }

    /** The log looks at the disk now and then; each question may start a look. */
    private static void awaitRoom(ShardLog log, boolean wanted) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (log.hasRoom() != wanted) {
            assertThat(System.nanoTime()).as("the log must see that there is room").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }
}
