package dev.millrace.server.cli;

import dev.millrace.server.config.ConfigException;
import dev.millrace.server.config.Configuration;
import dev.millrace.server.config.Flags;
import java.io.PrintWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/** {@code config}: the effective settings, as the server with the same flags would have them. */
@Command(name = "config",
        description = "Prints the settings that a server with these flags would have, with their origin.")
public final class ConfigCommand implements Runnable {
    @Unmatched
    @Nullable private List<String> args;
    @Spec private CommandSpec spec;

    @Override
    public void run() {
        PrintWriter out = spec.commandLine().getOut();
        try {
            Flags flags = Flags.parse(args == null ? List.of() : args);
            out.print(flags.help() ? Flags.usage() : Configuration.load(flags.settings(), System.getenv()).print());
        } catch (ConfigException e) {
            throw new CliException(String.valueOf(e.getMessage()));
        }
        out.flush();
    }
}
