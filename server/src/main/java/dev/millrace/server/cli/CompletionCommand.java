package dev.millrace.server.cli;

import dev.millrace.server.config.Setting;
import dev.millrace.server.config.Settings;
import java.io.PrintWriter;
import java.util.Objects;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Spec;

/** {@code completion}: a script for the shell. */
@Command(name = "completion", description = "Prints a script by which bash and zsh complete commands and options.",
        footer = {"", "Examples:", "  source <(./millrace completion)",
            "  ./millrace completion > /etc/bash_completion.d/millrace"})
public final class CompletionCommand implements Runnable {
    @Spec private CommandSpec spec;

    @Override
    public void run() {
        CommandLine root = spec.root().commandLine();
        CommandSpec server = Objects.requireNonNull(root.getSubcommands().get("server")).getCommandSpec();
        for (Setting<?> setting : Settings.ALL) {
            server.addOption(OptionSpec.builder("--" + setting.key()).type(String.class).arity("1").build());
        }
        PrintWriter out = spec.commandLine().getOut();
        out.print(AutoComplete.bash("millrace", root));
        out.flush();
    }
}
