package dev.millrace.server;

import dev.millrace.server.cli.BackupCommand;
import dev.millrace.server.cli.BatchCommand;
import dev.millrace.server.cli.CheckCommand;
import dev.millrace.server.cli.CliException;
import dev.millrace.server.cli.CompletionCommand;
import dev.millrace.server.cli.ConfigCommand;
import dev.millrace.server.cli.DeadCommand;
import dev.millrace.server.cli.GroupCommand;
import dev.millrace.server.cli.LogCommand;
import dev.millrace.server.cli.PubCommand;
import dev.millrace.server.cli.QueueCommand;
import dev.millrace.server.cli.SubCommand;
import dev.millrace.server.cli.TaskCommand;
import dev.millrace.server.cli.TopCommand;
import dev.millrace.server.cli.TopicCommand;
import dev.millrace.server.cli.WorkerCommand;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The program behind {@code ./millrace}, {@code bin/nsqd} and {@code bin/nsqlookupd}: chooses a command and runs it.
 * Exit codes: 0 done, 1 failed, 2 wrong usage.
 */
@Command(name = "millrace", description = "Delivers work at the right time.", mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        subcommands = {Main.RunServer.class, Main.RunNsqd.class, Main.RunNsqlookupd.class, PubCommand.class,
            SubCommand.class, TopicCommand.class,
            GroupCommand.class, DeadCommand.class, TaskCommand.class, BatchCommand.class, QueueCommand.class,
            WorkerCommand.class,
            TopCommand.class, CheckCommand.class, BackupCommand.class,
            LogCommand.class,
            ImportCommand.class,
            ConfigCommand.class, CompletionCommand.class, WarmUp.class},
        footer = {"", "The server to talk to: --url or MILLRACE_URL, else http://127.0.0.1:7070.",
            "millrace COMMAND --help shows options and examples.",
            "The launcher ./millrace has besides: test, simulate, bench (each in the folder of the sources)."})
public final class Main implements Runnable {
    private static final int HELP_COLUMNS = 110;

    @Spec private CommandSpec spec;

    private Main() {}

    public static void main(String[] args) {
        System.exit(run(args));
    }

    /** What runs until it is stopped reads its own flags; the rest is picocli's. */
    private static int run(String[] args) {
        List<String> rest = Arrays.asList(args).subList(Math.min(1, args.length), args.length);
        @Nullable OwnFlags command = switch (args.length == 0 ? "" : args[0]) {
            case "server" -> new RunServer();
            case "nsqd" -> new RunNsqd();
            case "nsqlookupd" -> new RunNsqlookupd();
            default -> null;
        };
        return command == null ? commandLine().execute(args) : command.run(rest);
    }

    /** A command that reads its own flags; for picocli it takes whatever comes. */
    abstract static class OwnFlags implements Callable<Integer> {
        @Unmatched private List<String> args = new ArrayList<>();

        abstract int run(List<String> flags);

        @Override
        public Integer call() {
            return run(args);
        }
    }

    @Command(name = "server", description = "Runs the server; server --help lists its settings.")
    static final class RunServer extends OwnFlags {
        @Override
        int run(List<String> flags) {
            return new ServerCommand(System.out, System.err).run(flags);
        }
    }

    @Command(name = "nsqd", description = "Runs the NSQ doors alone, with nsqd's own flags.")
    static final class RunNsqd extends OwnFlags {
        @Override
        int run(List<String> flags) {
            return new NsqCommands(System.out, System.err).nsqd(flags);
        }
    }

    @Command(name = "nsqlookupd", description = "Runs the discovery service alone, with nsqlookupd's own flags.")
    static final class RunNsqlookupd extends OwnFlags {
        @Override
        int run(List<String> flags) {
            return new NsqCommands(System.out, System.err).nsqlookupd(flags);
        }
    }

    /** The whole command line, ready to execute; a new one for each use. */
    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new Main());
        giveHelp(line);
        line.setUsageHelpWidth(HELP_COLUMNS).setUsageHelpAutoWidth(true);
        line.setParameterExceptionHandler((e, _) -> misused(e));
        return line.setExecutionExceptionHandler((e, failed, _) -> {
            if (e instanceof CliException told) {
                failed.getErr().println("millrace: " + told.getMessage());
                return 1;
            }
            throw e;
        });
    }

    /** What is wrong comes last and is not scrolled away: a command's options are a page. */
    private static int misused(ParameterException e) {
        CommandLine command = e.getCommandLine();
        PrintWriter err = command.getErr();
        if (!command.getSubcommands().isEmpty()) {
            command.usage(err);
        }
        err.println("millrace: " + e.getMessage());
        UnmatchedArgumentException.printSuggestions(e, err);
        if (command.getSubcommands().isEmpty()) {
            err.println(command.getCommandSpec().qualifiedName() + " --help shows its options and examples.");
        }
        err.flush();
        return command.getCommandSpec().exitCodeOnInvalidInput();
    }

    /** --help for every command that has not its own. */
    private static void giveHelp(CommandLine line) {
        line.getSubcommands().forEach((name, command) -> {
            if (!(command.getCommand() instanceof OwnFlags) && !name.equals("config")) {
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
