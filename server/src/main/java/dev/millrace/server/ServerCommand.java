package dev.millrace.server;

import dev.millrace.core.log.LogException;
import dev.millrace.net.ListenAddress;
import dev.millrace.net.NetException;
import dev.millrace.node.Broker;
import dev.millrace.server.config.ConfigException;
import dev.millrace.server.config.Configuration;
import dev.millrace.server.config.Flags;
import dev.millrace.server.config.Setting;
import dev.millrace.server.config.Settings;
import dev.millrace.server.logging.LogSetup;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.slf4j.LoggerFactory;

/** {@code millrace server}: reads the settings, runs the server, waits for its end. */
final class ServerCommand {
    static final int OK = 0;
    static final int FAILED = 1;
    static final int WRONG_USAGE = 2;

    private final PrintStream out;
    private final PrintStream err;

    ServerCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    int run(List<String> args) {
        try {
            Flags flags = Flags.parse(args);
            if (flags.help()) {
                out.print(Flags.usage());
                return OK;
            }
            if (flags.version()) {
                out.println("millrace " + Main.version());
                return OK;
            }
            Configuration settings = Configuration.load(flags.settings(), System.getenv());
            if (flags.printConfig()) {
                out.print(settings.print());
                return OK;
            }
            return serve(settings);
        } catch (ConfigException e) {
            err.println("millrace: " + e.getMessage());
            return WRONG_USAGE;
        }
    }

    private int serve(Configuration settings) {
        LogSetup.choose(settings.get(Settings.LOG_LEVEL).name().toLowerCase(Locale.ROOT),
                settings.get(Settings.LOG_FORMAT).name().toLowerCase(Locale.ROOT));
        settings.warnings().forEach(LoggerFactory.getLogger(ServerCommand.class)::warn);
        Stop stop = Stop.onSignals();
        Server server = Server.create(settings.get(Settings.IO_THREADS));
        return run(server, stop, settings.get(Settings.STOP_TIMEOUT), () -> open(server, settings));
    }

    /** Opens every part that the settings ask for. */
    static void open(Server server, Configuration settings) {
        Broker broker = server.openNode(Options.log(settings), Options.node(settings));
        ListenAddress lookupd = ListenAddress.OFF;
        if (isOn(settings, Settings.LOOKUPD_TCP) || isOn(settings, Settings.LOOKUPD_HTTP)) {
            lookupd = server.openLookupd(Options.nsqlookupd(settings));
        }
        if (isOn(settings, Settings.NSQ_TCP) || isOn(settings, Settings.NSQ_HTTP)) {
            server.openNsq(broker, Options.nsqd(settings, lookupd));
        }
        if (isOn(settings, Settings.GRPC)) {
            server.openGrpc(broker, Options.grpc(settings, Main.version()));
        }
        if (isOn(settings, Settings.HTTP)) {
            server.openHttp(broker, Options.http(settings, Main.version()));
        }
    }

    private static boolean isOn(Configuration settings, Setting<ListenAddress> address) {
        return !(settings.get(address) instanceof ListenAddress.Off);
    }

    /** Opens the server's parts, says where it listens and that it is ready, and stays until it is asked to stop. */
    int run(Server server, Stop stop, Duration drain, Runnable opening) {
        try {
            opening.run();
        } catch (ConfigException | NetException | LogException | IllegalStateException e) {
            err.println("millrace: " + e.getMessage());
            server.close(Duration.ZERO);
            return e instanceof ConfigException ? WRONG_USAGE : FAILED;
        }
        for (Map.Entry<String, ListenAddress> door : server.addresses()) {
            out.println(door.getKey() + " listening on " + door.getValue());
        }
        out.println("ready in " + millisSinceStart() + " ms");
        out.flush();
        return stop.awaitAndClose(server, drain);
    }

    private static long millisSinceStart() {
        return ProcessHandle.current()
                .info()
                .startInstant()
                .map(start -> Math.max(0, Duration.between(start, Instant.now()).toMillis()))
                .orElse(0L);
    }
}
