package dev.millrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;

/** Runs a command of the program in this JVM. */
public final class CommandLineRig {
    /** How it ended and what it said. */
    public record Run(int exit, String out, String err) {}

    private CommandLineRig() {}

    public static Run run(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exit = Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute(args);
        return new Run(exit, out.toString(), err.toString());
    }

    /** Runs it against a server. */
    public static Run run(ServerProcess server, String... args) {
        String[] all = Arrays.copyOf(args, args.length + 2);
        all[args.length] = "--url";
        all[args.length + 1] = server.url();
        return run(all);
    }

    /** What it prints when it succeeds, as it must. */
    public static String done(ServerProcess server, String... args) {
        Run run = run(server, args);
        assertThat(run.exit()).as(run.err()).isZero();
        return run.out().strip();
    }
}
