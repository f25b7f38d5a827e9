package dev.millrace.server;

import dev.millrace.server.cli.CheckCommand;
import dev.millrace.server.cli.CliException;
import dev.millrace.server.cli.ConfigCommand;
import dev.millrace.server.cli.DeadCommand;
import dev.millrace.server.cli.GroupCommand;
import dev.millrace.server.cli.LogCommand;
import dev.millrace.server.cli.PubCommand;
import dev.millrace.server.cli.SubCommand;
import dev.millrace.server.cli.TopCommand;
import dev.millrace.server.cli.TopicCommand;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The program behind {@code ./millrace}, {@code bin/nsqd} and {@code bin/nsqlookupd}: chooses a command and runs it.
 * Exit codes: 0 done, 1 failed, 2 wrong usage.
 */
@Command(name = "millrace", description = "Delivers work at the right time.", mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class, subcommands = {PubCommand.class, SubCommand.class, TopicCommand.class,
            GroupCommand.class, DeadCommand.class, TopCommand.class, CheckCommand.class, LogCommand.class,
            ConfigCommand.class, WarmUp.class},
        footer = {"",
            "millrace server runs the server; millrace server --help lists its settings.",
            "millrace nsqd and millrace nsqlookupd take those programs' own flags."})
public final class Main implements Runnable {
    @Spec private CommandSpec spec;

    private Main() {}

    public static void main(String[] args) {
        System.exit(run(args));
    }

    /** What runs until it is stopped reads its own flags; the rest is picocli's. */
    private static int run(String[] args) {
        List<String> rest = Arrays.asList(args).subList(Math.min(1, args.length), args.length);
        return switch (args.length == 0 ? "" : args[0]) {
            case "server" -> new ServerCommand(System.out, System.err).run(rest);
            case "nsqd" -> new NsqCommands(System.out, System.err).nsqd(rest);
            case "nsqlookupd" -> new NsqCommands(System.out, System.err).nsqlookupd(rest);
            default -> commandLine().execute(args);
        };
    }

    /** The whole command line, ready to execute; a new one for each use. */
    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new Main());
        giveHelp(line);
        return line.setExecutionExceptionHandler((e, failed, _) -> {
            if (e instanceof CliException told) {
                failed.getErr().println("millrace: " + told.getMessage());
                return 1;
            }
            throw e;
        });
    }

    /** --help for every command but config, which has its own. */
    private static void giveHelp(CommandLine line) {
        line.getSubcommands().forEach((name, command) -> {
            if (!name.equals("config")) {
                command.getCommandSpec().mixinStandardHelpOptions(true);
                giveHelp(command);
            }
        });
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "No command given.");
    }

    /** The version that the build wrote into the jar. */
    static String version() {
        String version = Main.class.getPackage().getImplementationVersion();
        return version == null ? "(run from classes)" : version;
    }

    /** For picocli. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[]{"millrace " + version()};
        }
    }
}
