package dev.millrace.verification.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ResultsTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final Results results = new Results(new PrintStream(out, true, StandardCharsets.UTF_8));

    private String lastLine() {
        return out.toString(StandardCharsets.UTF_8).lines().toList().getLast();
    }

    @Test
    void summary_allPassed_true() {
        results.check("a", () -> {});
        results.pass("b");
        assertThat(results.summary()).isTrue();
        assertThat(lastLine()).isEqualTo("2 passed, 0 failed");
    }

    @Test
    void summary_exceptionOrFailedAssertion_false() {
        results.check("a", () -> {
            throw new IOException("no answer");
        });
        results.check("b", () -> {
            throw new AssertionError("two");
        });
        results.pass("c");
        assertThat(results.summary()).isFalse();
        assertThat(lastLine()).isEqualTo("1 passed, 2 failed");
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("FAILED   a", "| no answer", "FAILED   b", "| two");
    }

    @Test
    void summary_nothingRun_false() {
        results.notRun("a", "no go");
        assertThat(results.summary()).isFalse();
        assertThat(lastLine()).isEqualTo("0 passed, 0 failed, 1 not run");
    }
}
