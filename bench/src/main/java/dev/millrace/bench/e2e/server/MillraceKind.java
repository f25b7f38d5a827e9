package dev.millrace.bench.e2e.server;

import dev.millrace.verification.process.ManagedProcess;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Millrace, started by its launcher on free ports of the loopback address. It prints one line for each port and, last,
 * that it is ready.
 *
 * @param label its name at the sync level always
 * @param launcher the {@code millrace} script
 * @param sync its sync level: always, interval or os
 * @param tasks whether it also listens for the native protocol
 */
public record MillraceKind(String label, Path launcher, String sync, boolean tasks) implements ServerKind {
    /** What the launcher takes additional JVM options from. */
    public static final String JVM_OPTIONS_VARIABLE = "MILLRACE_JAVA_OPTIONS";

    private static final Pattern TCP = Pattern.compile("nsq-tcp listening on (\\S+):(\\d+)");
    private static final Pattern HTTP = Pattern.compile("nsq-http listening on (\\S+):(\\d+)");
    private static final Pattern GRPC = Pattern.compile("grpc listening on (\\S+):(\\d+)");
    private static final Pattern READY = Pattern.compile("ready in (\\d+) ms");
    /** The first start may build the project. */
    private static final long START_MILLIS = 600_000;

    @Override
    public String name() {
        return sync.equals("always") ? label : label + "-" + sync;
    }

    @Override
    public String durability() {
        return switch (sync) {
            case "always" -> "on disk before OK (fsync)";
            case "interval" -> "page cache, synced at an interval";
            default -> "page cache, synced by the operating system";
        };
    }

    @Override
    public int warmUpDivisor() {
        return 1;
    }

    @Override
    public ServerKind withSyncByOs() {
        return new MillraceKind(label, launcher, "os", tasks);
    }

    @Override
    public ServerKind withTasks() {
        return new MillraceKind(label, launcher, sync, true);
    }

    @Override
    public Server start(Path dataDir, List<String> jvmOptions) throws IOException {
        if (!Files.isExecutable(launcher)) {
            throw new IOException("there is no launcher at " + launcher + ": name it with --launcher FILE");
        }
        ManagedProcess process = ManagedProcess.start(
                List.of(launcher.toAbsolutePath().toString(), "server", "--data", dataDir.toString(), "--nsq-tcp",
                        "127.0.0.1:0", "--nsq-http", "127.0.0.1:0", "--lookupd-tcp", "off", "--lookupd-http", "off",
                        "--http", "off", "--sync", sync),
                Path.of("").toAbsolutePath(),
                // No flag: the commits before that door know it not, and an unknown variable is no error.
                Map.of(JVM_OPTIONS_VARIABLE, String.join(" ", jvmOptions), "MILLRACE_GRPC",
                        tasks ? "127.0.0.1:0" : "off"));
        try {
            MatchResult ready = process.await(READY, START_MILLIS);
            return new RunningServer(process, address(process.await(TCP, START_MILLIS)),
                    address(process.await(HTTP, START_MILLIS)),
                    tasks ? address(process.await(GRPC, START_MILLIS)) : null, Long.parseLong(ready.group(1)));
        } catch (IOException e) {
            process.kill();
            throw e;
        }
    }

    private static InetSocketAddress address(MatchResult line) {
        return new InetSocketAddress(line.group(1), Integer.parseInt(line.group(2)));
    }
}
