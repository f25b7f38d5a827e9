package dev.millrace.log.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.log.BatchBuffer;
import dev.millrace.core.log.Block;
import dev.millrace.core.log.BlockReader;
import dev.millrace.core.log.LogException;
import dev.millrace.core.log.RecoveryReport;
import dev.millrace.core.log.ReplayTarget;
import dev.millrace.core.log.ShardLog;
import dev.millrace.core.log.SnapshotReader;
import dev.millrace.core.log.SnapshotWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FileLogSmokeTest {
    @TempDir Path folder;

    private static final class Replayed implements ReplayTarget {
        final List<String> texts = new ArrayList<>();
        String snapshot = "";

        @Override
        public void snapshot(SnapshotReader reader) {
            ByteBuffer bytes = ByteBuffer.allocate((int) reader.remaining());
            reader.readFully(bytes);
            snapshot = new String(bytes.array(), StandardCharsets.UTF_8);
        }

        @Override
        public void batch(long position, int recordCount, long elapsedMillis, long wallMillis, ByteBuffer records) {
            texts.add(text(records));
        }
    }

    private static String text(ByteBuffer records) {
        byte[] bytes = new byte[records.remaining()];
        records.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static long append(ShardLog log, String text) {
        BatchBuffer batch = log.batch();
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        batch.ensure(bytes.length).put(bytes);
        batch.countRecord();
        batch.stamp(1, 2);
        return log.append(true);
    }

    private FileLogFactory factory(WriteMode mode) {
        return FileLogFactory.onDisk(FileLogOptions.of(folder).withWriteMode(mode).withSegmentBytes(1 << 20),
                defect -> {
                    throw new AssertionError(defect);
                });
    }

    @ParameterizedTest
    @EnumSource(WriteMode.class)
    void whatWasAppendedComesBack(WriteMode mode) throws Exception {
        List<String> expected = new ArrayList<>();
        for (int round = 0; round < 5; round++) {
            try (FileLogFactory factory = factory(mode)) {
                ShardLog log = factory.open(0);
                Replayed replayed = new Replayed();
                RecoveryReport report = log.recover(replayed);
                assertThat(replayed.texts).isEqualTo(expected);
                assertThat(report.notes()).isEmpty();
                List<Long> positions = new ArrayList<>();
                List<String> texts = new ArrayList<>();
                for (int i = 0; i < 300; i++) {
                    String text = ("round " + round + " batch " + i + " ").repeat(i * 7 % 400 + 1);
                    positions.add(append(log, text));
                    texts.add(text);
                }
                expected.addAll(texts);
                for (int i = 0; i < texts.size(); i++) {
                    assertThat(read(log.reader(), positions.get(i))).isEqualTo(texts.get(i));
                }
            }
        }
    }

    private static String read(BlockReader reader, long position) throws Exception {
        CompletableFuture<String> text = new CompletableFuture<>();
        reader.load(position, new BlockReader.Sink() {
            @Override
            public void loaded(Block block) {
                ByteBuffer bytes = block.bytes();
                text.complete(text(bytes.slice(BatchBuffer.HEADER_BYTES, bytes.limit() - BatchBuffer.HEADER_BYTES)));
                block.unpin();
            }

            @Override
            public void failed(LogException reason) {
                text.completeExceptionally(reason);
            }
        });
        return text.get();
    }

    @Test
    void readsFromDiskWithoutRecentCache() throws Exception {
        var options = FileLogOptions.of(folder)
                .withSegmentBytes(1 << 20)
                .withMemory(new FileLogOptions.Memory(0, 1 << 16));
        try (FileLogFactory factory = FileLogFactory.onDisk(options, defect -> {
            throw new AssertionError(defect);
        })) {
            ShardLog log = factory.open(0);
            log.recover(new Replayed());
            List<Long> positions = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                positions.add(append(log, ("x" + i + " ").repeat(i * 31 % 5000)));
            }
            for (int i = 0; i < 500; i++) {
                assertThat(read(log.reader(), positions.get(i))).isEqualTo(("x" + i + " ").repeat(i * 31 % 5000));
            }
        }
    }

    @Test
    void snapshotReplacesReplay() {
        try (FileLogFactory factory = factory(WriteMode.AUTO)) {
            ShardLog log = factory.open(0);
            log.recover(new Replayed());
            append(log, "one");
            try (SnapshotWriter writer = log.startSnapshot(log.tail(), 5, 6)) {
                writer.write(ByteBuffer.wrap("state".repeat(100_000).getBytes(StandardCharsets.UTF_8)));
                writer.commit();
            }
            append(log, "two");
        }
        try (FileLogFactory factory = factory(WriteMode.AUTO)) {
            Replayed replayed = new Replayed();
            factory.open(0).recover(replayed);
            assertThat(replayed.snapshot).isEqualTo("state".repeat(100_000));
            assertThat(replayed.texts).containsExactly("two");
        }
    }

    @Test
    void secondFactoryIsRefused() {
        try (FileLogFactory first = factory(WriteMode.AUTO)) {
            assertThat(first).isNotNull();
            assertThatThrownBy(() -> factory(WriteMode.AUTO)).isInstanceOf(LogException.class)
                    .hasMessageContaining(Long.toString(ProcessHandle.current().pid()));
        }
    }
}
