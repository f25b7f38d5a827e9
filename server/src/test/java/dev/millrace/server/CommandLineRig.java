package dev.millrace.server;

import java.io.PrintWriter;
import java.io.StringWriter;

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
}
