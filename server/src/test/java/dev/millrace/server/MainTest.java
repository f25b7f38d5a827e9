package dev.millrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class MainTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int execute(String... args) {
        CommandLine line = Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        return line.execute(args);
    }

    @Test
    void help_printsUsage_exits0() {
        assertThat(execute("--help")).isZero();
        assertThat(out.toString()).startsWith("Usage: millrace").doesNotContain("warm-up");
    }

    @Test
    void version_printsName_exits0() {
        assertThat(execute("--version")).isZero();
        assertThat(out.toString()).startsWith("millrace ");
    }

    @Test
    void unknownCommand_saysSoAndPrintsUsage_exits2() {
        assertThat(execute("qqqq")).isEqualTo(2);
        assertThat(err.toString()).contains("qqqq").contains("Usage: millrace");
    }

    @Test
    void noCommand_saysSoAndPrintsUsage_exits2() {
        assertThat(execute()).isEqualTo(2);
        assertThat(err.toString()).contains("No command given").contains("Usage: millrace");
    }

    @Test
    void warmUp_endsByItself_printsNothing() {
        assertThat(execute("warm-up")).isZero();
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString()).isEmpty();
    }
}
