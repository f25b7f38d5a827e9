package dev.millrace.server;

import dev.millrace.door.nsq.NsqDoor;
import dev.millrace.door.nsq.options.NsqdOptions;
import dev.millrace.door.nsq.options.NsqlookupdOptions;
import dev.millrace.door.nsq.options.OptionException;
import dev.millrace.net.TlsContexts;
import dev.millrace.server.config.ConfigException;
import dev.millrace.server.config.Configuration;
import dev.millrace.server.config.Settings;
import dev.millrace.server.logging.LogSetup;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.slf4j.LoggerFactory;

/**
 * {@code nsqd} and {@code nsqlookupd}: those programs' own flags, and nothing but their doors. An address that nobody
 * gave is a loopback one; theirs is every interface.
 */
final class NsqCommands {
    /** nsqd's own files lie in its data path; ours in a folder of it. */
    private static final String FOLDER = "millrace";
    private static final Duration DRAIN = Duration.ofSeconds(10);

    private final PrintStream out;
    private final PrintStream err;

    NsqCommands(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    private interface Starting {
        int start();
    }

    private int guarded(List<String> args, String usage, Starting starting) {
        if (args.stream().anyMatch(arg -> arg.matches("--?(help|h)"))) {
            err.print(usage);
            return ServerCommand.OK;
        }
        try {
            return starting.start();
        } catch (OptionException | ConfigException e) {
            err.println(e.getMessage());
            return ServerCommand.WRONG_USAGE;
        }
    }

    int nsqd(List<String> args) {
        return guarded(args, NsqdOptions.usage(), () -> {
            NsqdOptions given = NsqdOptions.parse(args);
            if (given.version()) {
                out.println("nsqd v" + NsqDoor.VERSION);
                return ServerCommand.OK;
            }
            return serve(given, given.logLevel(), new Given(args));
        });
    }

    private int serve(NsqdOptions given, String logLevel, Given addresses) {
        LogSetup.choose(logLevel.equals("fatal") ? "error" : logLevel, "text");
        NsqdOptions options = given;
        for (String flag : List.of("tcp-address", "http-address", "https-address")) {
            if (!addresses.has(flag)) {
                options = options.with(flag, loopback(flag, given));
            }
        }
        NsqdOptions used = options;
        Path data = given.dataPath().resolve(FOLDER);
        if (used.tls().configured()) {
            TlsContexts.prepare();
        }
        warnOfNsqdsData(given.dataPath(), data);
        Configuration engine = engine(data, used);
        Server server = Server.create(engine.get(Settings.IO_THREADS));
        return new ServerCommand(out, err).run(server, Stop.onSignals(), engine.get(Settings.STOP_TIMEOUT),
                () -> server.openNsq(server.openNode(Options.log(engine), Options.node(engine)), used));
    }

    /** What nsqd has no flags for, such as the sync level, comes from the environment; its own flags come first. */
    private static Configuration engine(Path data, NsqdOptions options) {
        return Configuration.load(List.of(Map.entry(Settings.DATA.key(), data.toString()),
                Map.entry(Settings.NODE_ID.key(), "" + options.nodeId()),
                Map.entry("nsqd.mem-queue-size", "" + options.memQueueSize())), System.getenv());
    }

    private static String loopback(String flag, NsqdOptions options) {
        String text = switch (flag) {
            case "tcp-address" -> options.listen().tcp();
            case "http-address" -> options.listen().http();
            default -> options.listen().https();
        };
        return loopback(flag, text);
    }

    private static String loopback(String flag, String text) {
        String local = text.replace("0.0.0.0:", "127.0.0.1:");
        LoggerFactory.getLogger(NsqCommands.class).info("--{} is not given: {} instead of {}", flag, local, text);
        return local;
    }

    private static void warnOfNsqdsData(Path folder, Path data) {
        if (Files.exists(folder.resolve("nsqd.dat")) && !ImportCommand.wasBegun(data)) {
            LoggerFactory.getLogger(NsqCommands.class)
                    .warn("{} holds the backlog of an nsqd, which is not served. To bring it over, stop this before "
                            + "anybody publishes, run: millrace import nsqd {} --data {} and start again", folder,
                            folder, data);
        }
    }

    int nsqlookupd(List<String> args) {
        return guarded(args, NsqlookupdOptions.usage(), () -> {
            NsqlookupdOptions given = NsqlookupdOptions.parse(args);
            if (given.version()) {
                out.println("nsqlookupd v" + NsqDoor.VERSION);
                return ServerCommand.OK;
            }
            LogSetup.choose(given.logLevel().equals("fatal") ? "error" : given.logLevel(), "text");
            Given addresses = new Given(args);
            NsqlookupdOptions options = given;
            if (!addresses.has("tcp-address")) {
                options = options.with("tcp-address", loopback("tcp-address", given.tcpAddress()));
            }
            if (!addresses.has("http-address")) {
                options = options.with("http-address", loopback("http-address", given.httpAddress()));
            }
            NsqlookupdOptions used = options;
            Server server = Server.create(0);
            return new ServerCommand(out, err).run(server, Stop.onSignals(), DRAIN, () -> server.openLookupd(used));
        });
    }

    /** Which options the command line or its configuration file names. */
    private static final class Given {
        private final List<String> args;
        private final String config;

        Given(List<String> args) {
            this.args = args;
            config = readConfig(args);
        }

        boolean has(String flag) {
            Pattern argument = Pattern.compile("--?" + Pattern.quote(flag) + "(=.*)?");
            return args.stream().anyMatch(arg -> argument.matcher(arg).matches())
                    || Pattern.compile("(?m)^\\s*" + flag.replace('-', '_') + "\\s*=").matcher(config).find();
        }

        private static String readConfig(List<String> args) {
            for (int i = 0; i < args.size(); i++) {
                String arg = args.get(i);
                boolean next = arg.matches("--?config") && i + 1 < args.size();
                if (next || arg.matches("--?config=.*")) {
                    try {
                        return Files.readString(Path.of(next ? args.get(i + 1) : arg.substring(arg.indexOf('=') + 1)));
                    } catch (IOException e) {
                        throw new OptionException("failed to load the config file: " + e);
                    }
                }
            }
            return "";
        }
    }
}
