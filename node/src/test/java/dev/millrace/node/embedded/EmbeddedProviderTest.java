package dev.millrace.node.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.api.Message;
import dev.millrace.api.Millrace;
import dev.millrace.api.MillraceException;
import dev.millrace.api.OpenOptions;
import dev.millrace.api.Sync;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user writes first. */
final class EmbeddedProviderTest {
    @TempDir Path folder;

    @Test
    void open_aNewFolder_serves_atEverySyncLevel() {
        for (Sync sync : Sync.values()) {
            Path data = folder.resolve("new").resolve(sync.name());
            try (Millrace m = Millrace.open(data, OpenOptions.defaults().sync(sync).segmentBytes(1 << 20))) {
                m.topic("orders").publish("a");
            }
            try (Millrace m = Millrace.open(data)) {
                assertThat(m.topic("orders").stats().accepted()).isEqualTo(1);
            }
        }
    }

    @Test
    void open_twice_saysWhoHasIt() {
        try (Millrace m = Millrace.open(folder)) {
            assertThatThrownBy(() -> Millrace.open(folder)).isInstanceOf(MillraceException.Unavailable.class)
                    .hasMessageContaining("in use by process " + ProcessHandle.current().pid());
            assertThat(m.topics()).isEmpty();
        }
    }

    @Test
    void open_whatIsNoFolder_orWithNonsense_isTheCallersFault() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "x");
        assertThatThrownBy(() -> Millrace.open(file)).isInstanceOf(MillraceException.Invalid.class)
                .hasMessageContaining("file");
        assertThatThrownBy(() -> Millrace.open(folder, OpenOptions.defaults().segmentBytes(12345)))
                .isInstanceOf(MillraceException.Invalid.class)
                .hasMessageContaining("segmentBytes");
    }

    @Test
    void open_interrupted_stillOpens_andKeepsTheFlag() {
        Thread.currentThread().interrupt();
        try (Millrace m = Millrace.open(folder)) {
            assertThat(Thread.interrupted()).isTrue();
            m.topic("orders").publish("a");
            Thread.currentThread().interrupt();
        }
        assertThat(Thread.interrupted()).isTrue();
        try (Millrace m = Millrace.open(folder)) {
            assertThat(m.topic("orders").stats().accepted()).isEqualTo(1);
        }
    }

    @Test
    void futures_areContinuedOnThreadsThatMayBlock() throws ExecutionException, InterruptedException {
        try (Millrace m = Millrace.open(folder)) {
            CompletableFuture<Boolean> virtual = m.topic("orders")
                    .publishAsync(Message.of("a"))
                    .thenApply(id -> Thread.currentThread().isVirtual() || !isEngine(Thread.currentThread()));
            assertThat(virtual.get()).isTrue();
        }
    }

    private static boolean isEngine(Thread thread) {
        return thread.getName().startsWith("shard-") || thread.getName().startsWith("millrace-log");
    }
}
