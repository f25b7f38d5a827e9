package dev.millrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What ten thousand clients that say hello and nothing more cost the real process, by what the system counts. */
class IdleConnectionsProcessTest {
    private static final int WANTED = 10_000;
    private static final int WARM_UP = 200;
    private static final int SPARE_FILES = 500;
    private static final long LIMIT_BYTES = 20 * 1024;

    @TempDir Path folder;

    @Test
    void tenThousandIdleConnections_takeAtMost20KiBEach_othersAreServed() throws Exception {
        int count = Math.min(WANTED, allowedFiles() - SPARE_FILES);
        List<SocketChannel> clients = new ArrayList<>();
        try (ServerProcess server = ServerProcess.start(folder.resolve("data"))) {
            connect(server, clients, WARM_UP);
            long before = anonymousBytes(server);
            connect(server, clients, count);
            long each = (anonymousBytes(server) - before) / count;

            System.out.println(count + " idle connections: " + each + " bytes of resident memory each");
            assertThat(each).isLessThan(LIMIT_BYTES);
            server.publish("orders", "served while all of them are there");
        } finally {
            for (SocketChannel client : clients) {
                client.close();
            }
        }
    }

    /** Each connection is a file of this process, and one of the server's. */
    private static int allowedFiles() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? (int) Math.min(unix.getMaxFileDescriptorCount(), Integer.MAX_VALUE)
                : WANTED;
    }

    private static void connect(ServerProcess server, List<SocketChannel> clients, int more) throws Exception {
        String address = server.address("nsq-tcp");
        int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
        byte[] hello = "  V2NOP\n".getBytes(StandardCharsets.US_ASCII);
        int wanted = clients.size() + more;
        while (clients.size() < wanted) {
            SocketChannel client = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            client.write(ByteBuffer.wrap(hello));
            clients.add(client);
        }
        while (!server.get("/metrics").contains("millrace_connections{door=\"nsq\"} " + wanted + "\n")) {
            Thread.onSpinWait();
        }
    }

    private static long anonymousBytes(ServerProcess server) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + server.pid() + "/status"))) {
            if (line.startsWith("RssAnon:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
            }
        }
        throw new IOException("the system does not say how much memory process " + server.pid() + " has");
    }
}
