package dev.millrace.bench.e2e.server;

import dev.millrace.verification.process.ManagedProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * A real nsqd, started on free ports of the loopback address. It says where it listens on its standard error.
 *
 * @param binary the nsqd program
 * @param memQueueSize messages of a topic or channel that it keeps in memory before it writes to disk
 */
public record NsqdKind(String name, Path binary, long memQueueSize) implements ServerKind {
    private static final Pattern TCP = Pattern.compile("TCP: listening on \\S+:(\\d+)");
    private static final Pattern HTTP = Pattern.compile("HTTP: listening on \\S+:(\\d+)");
    private static final long START_MILLIS = 60_000;

    @Override
    public String durability() {
        return "memory up to " + memQueueSize + " messages, the rest in the page cache (no fsync before OK)";
    }

    /**
     * With a channel, the topic's memory queue is emptied in the background and the channel's copy goes to disk; without,
     * the publisher itself waits for the disk queue. In memory the copy is only more work.
     */
    @Override
    public boolean producesFasterWithChannel() {
        return memQueueSize <= ServerKinds.NSQD_DEFAULT_MEM_QUEUE_SIZE;
    }

    @Override
    public Server start(Path dataDir, List<String> jvmOptions) throws IOException {
        if (!Files.isExecutable(binary)) {
            throw new IOException("there is no nsqd at " + binary
                    + ": run verification/interop/peers.sh once, which builds it, or name its folder with --peers DIR");
        }
        Files.createDirectories(dataDir);
        ManagedProcess process = ManagedProcess.start(List.of(binary.toString(), "-tcp-address=127.0.0.1:0",
                "-http-address=127.0.0.1:0", "-broadcast-address=127.0.0.1", "-data-path=" + dataDir,
                "-mem-queue-size=" + memQueueSize, "-log-level=info"), dataDir, Map.of());
        try {
            InetSocketAddress tcp = loopback(process.await(TCP, START_MILLIS));
            InetSocketAddress http = loopback(process.await(HTTP, START_MILLIS));
            return new RunningServer(process, tcp, http, null, process.ageMillis());
        } catch (IOException e) {
            process.kill();
            throw e;
        }
    }

    private static InetSocketAddress loopback(MatchResult line) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(line.group(1)));
    }
}
