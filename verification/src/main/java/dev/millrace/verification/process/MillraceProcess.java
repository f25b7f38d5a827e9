package dev.millrace.verification.process;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * A Millrace server in a process of its own, on free ports of the loopback address, as a user starts it: it can be killed
 * as a crash would and started again on the same folder.
 *
 * <p>It runs from the classes of the test's own class path where the server is on it, else from
 * {@code server/target/millrace.jar}.
 *
 * <p>Thread-safety: all methods may be called by any thread.
 */
public final class MillraceProcess implements AutoCloseable {
    private static final String MAIN = "dev.millrace.server.Main";
    private static final Pattern READY = Pattern.compile("ready in (\\d+) ms");
    private static final long START_MILLIS = 120_000;

    private final ManagedProcess process;
    private final Path dataDir;
    private final List<String> flags;

    private MillraceProcess(ManagedProcess process, Path dataDir, List<String> flags) {
        this.process = process;
        this.dataDir = dataDir;
        this.flags = flags;
    }

    /**
     * Starts a server and waits until it is ready.
     *
     * @param dataDir its data folder
     * @param flags flags of {@code millrace server} more; a flag given here wins over the free port
     * @throws IOException with its last lines of output if it does not become ready
     */
    public static MillraceProcess start(Path dataDir, String... flags) throws IOException {
        return start(dataDir, List.of(flags));
    }

    private static MillraceProcess start(Path dataDir, List<String> flags) throws IOException {
        List<String> command = new ArrayList<>(program());
        command.addAll(List.of("server", "--data", dataDir.toString()));
        for (String door : List.of("--nsq-tcp", "--nsq-http", "--lookupd-tcp", "--lookupd-http", "--grpc", "--http")) {
            if (!flags.contains(door)) {
                command.addAll(List.of(door, "127.0.0.1:0"));
            }
        }
        command.addAll(flags);
        ManagedProcess process = ManagedProcess.start(command, Files.createDirectories(dataDir), Map.of());
        try {
            process.await(READY, START_MILLIS);
            return new MillraceProcess(process, dataDir, flags);
        } catch (IOException e) {
            process.kill();
            throw e;
        }
    }

    /** The command that is the program, without its launcher. */
    static List<String> program() throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        List<String> options = List.of(java, "-XX:+UseCompactObjectHeaders", "--enable-native-access=ALL-UNNAMED");
        List<String> command = new ArrayList<>(options);
        if (MillraceProcess.class.getClassLoader().getResource(MAIN.replace('.', '/') + ".class") != null) {
            command.addAll(List.of("-cp",
                    System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")), MAIN));
        } else {
            command.addAll(List.of("-jar", jar().toString()));
        }
        return command;
    }

    private static Path jar() throws IOException {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            Path jar = at.resolve("server").resolve("target").resolve("millrace.jar");
            if (Files.exists(jar)) {
                return jar;
            }
        }
        throw new IOException("server/target/millrace.jar was found neither here nor above: build it with "
                + "mvn -pl server -am package");
    }

    /**
     * Where a door listens.
     *
     * @param door its name in the server's output: nsq-tcp, nsq-http, lookupd-tcp, lookupd-http, grpc, http
     */
    public InetSocketAddress address(String door) throws IOException {
        MatchResult line = process.await(Pattern.compile("(?:^|\\s)" + door + " listening on (\\S+):(\\d+)"),
                START_MILLIS);
        return new InetSocketAddress(line.group(1), Integer.parseInt(line.group(2)));
    }

    /** Ends it as a crash would: SIGKILL. */
    public void kill() {
        process.kill();
    }

    /** Starts it again on the same folder with the same flags, killing it first if it still runs. Free ports change. */
    public MillraceProcess restart() throws IOException {
        process.kill();
        return start(dataDir, flags);
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** The last lines of its output. */
    public String tail(int lines) {
        return process.tail(lines);
    }

    /** Asks it to stop, and kills it if it does not within half a minute. */
    @Override
    public void close() {
        process.close();
    }
}
