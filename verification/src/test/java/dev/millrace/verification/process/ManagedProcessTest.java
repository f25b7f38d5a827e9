package dev.millrace.verification.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManagedProcessTest {
    private static final long LONG_MILLIS = 60_000;

    @TempDir private Path dir;

    private ManagedProcess shell(String script) throws IOException {
        return ManagedProcess.start(List.of("sh", "-c", script), dir, Map.of("GREETING", "hello"));
    }

    @Test
    void await_lineOnEitherStream_itsGroups() throws IOException {
        try (ManagedProcess process = shell("echo listening on :41; echo \"$GREETING\" >&2; exec cat")) {
            assertThat(process.await(Pattern.compile(":(\\d+)"), LONG_MILLIS).group(1)).isEqualTo("41");
            assertThat(process.await(Pattern.compile("hello"), LONG_MILLIS).group()).isEqualTo("hello");
        }
    }

    @Test
    void await_processThatEnds_failsWithItsLastLines() throws IOException {
        try (ManagedProcess process = shell("echo cannot bind; exit 1")) {
            assertThatIOException().isThrownBy(() -> process.await(Pattern.compile("ready"), LONG_MILLIS))
                    .withMessageContaining("ended")
                    .withMessageContaining("cannot bind");
        }
    }

    @Test
    void await_noSuchLine_failsWhenTheTimeIsOver() throws IOException {
        try (ManagedProcess process = shell("echo waiting; exec cat")) {
            process.await(Pattern.compile("waiting"), LONG_MILLIS);
            assertThatIOException().isThrownBy(() -> process.await(Pattern.compile("ready"), 1))
                    .withMessageContaining("no such line");
        }
    }

    @Test
    void close_processThatHasStartedAnother_bothAreDead() throws Exception {
        ManagedProcess process = shell("sleep 600 & echo child $!; wait");
        ProcessHandle child = ProcessHandle
                .of(Long.parseLong(process.await(Pattern.compile("child (\\d+)"), LONG_MILLIS).group(1)))
                .orElseThrow();
        process.close();
        assertThat(child.onExit().get(LONG_MILLIS, TimeUnit.MILLISECONDS).isAlive()).isFalse();
    }

    @Test
    void kill_processThatIgnoresTerm_isDead() throws IOException {
        ManagedProcess process = shell("trap '' TERM; echo up; while :; do read x; done");
        process.await(Pattern.compile("up"), LONG_MILLIS);
        process.kill();
        assertThat(process.isAlive()).isFalse();
    }
}
