package dev.millrace.server;

import java.io.PrintWriter;
import java.io.Writer;
import picocli.CommandLine.Command;

/**
 * What the launcher runs once per build to train the JVM's start cache: it does what a start does, then ends by itself.
 * Whatever a start loads and is not exercised here is loaded the slow way at each start.
 */
@Command(name = "warm-up", hidden = true, description = "Exercises a start, for the launcher's start cache.")
final class WarmUp implements Runnable {
    @Override
    public void run() {
        Main.commandLine().setOut(new PrintWriter(Writer.nullWriter())).execute("--help");
    }
}
