package dev.millrace.server.cli;

import dev.millrace.core.log.LogException;
import dev.millrace.core.machine.RecordPrinter;
import dev.millrace.log.file.LogDump;
import java.io.PrintWriter;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code log dump}: what stands in a log. */
@Command(name = "log", description = "Shows what stands in a log.", subcommands = LogCommand.Dump.class)
public final class LogCommand extends Parent {
    @Command(name = "dump", description = "Prints segments, batches and records readably; changes nothing.",
            footer = {"",
                "Example:", "  millrace log dump data --from 65536"})
    static final class Dump implements Runnable {
        @Parameters(paramLabel = "DIR", description = "the data folder") private Path folder;
        @Option(names = "--from", paramLabel = "POSITION", defaultValue = "0",
                description = "begin at this position of the log") private long from;
        @Spec private CommandSpec spec;

        @Override
        public void run() {
            PrintWriter out = spec.commandLine().getOut();
            RecordPrinter printer = new RecordPrinter();
            try {
                LogDump.dump(folder, from, out,
                        (_, _, records, writer) -> printer.print(records, writer::println));
            } catch (LogException e) {
                throw new CliException(String.valueOf(e.getMessage()));
            }
            out.flush();
        }
    }
}
