package dev.millrace.door.nsq;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a connection costs that does nothing: {@code -Dmillrace.idle.connections=10000} for the full number (it needs as
 * many file descriptors twice). The clients' own sockets are in the same heap and count, too.
 */
class IdleConnectionsTest {
    private static final int CONNECTIONS = Integer.getInteger("millrace.idle.connections", 1_000);
    private static final int LIMIT_BYTES = 20 * 1024;

    @TempDir Path folder;

    @Test
    void anIdleConnection_takesAtMost20KiB() throws IOException {
        byte[] hello = "  V2NOP\n".getBytes(StandardCharsets.US_ASCII);
        try (TestNode node = TestNode.open(folder)) {
            List<SocketChannel> clients = new ArrayList<>();
            connect(node, hello, clients, 50);
            long before = used();
            connect(node, hello, clients, CONNECTIONS);
            long perConnection = (used() - before) / CONNECTIONS;

            System.out.println(CONNECTIONS + " idle connections: " + perConnection + " bytes each");
            assertThat(perConnection).isLessThan(LIMIT_BYTES);
            try (RawClient client = node.client()) {
                client.pub("t", "served while all of them are there");
            }
            for (SocketChannel client : clients) {
                client.close();
            }
        }
    }

    private static void connect(TestNode node, byte[] hello, List<SocketChannel> clients, int more) throws IOException {
        int wanted = clients.size() + more;
        while (clients.size() < wanted) {
            SocketChannel client = SocketChannel
                    .open(new InetSocketAddress(InetAddress.getLoopbackAddress(), node.tcpPort()));
            client.write(ByteBuffer.wrap(hello));
            clients.add(client);
        }
        while (node.door().connections() < wanted) {
            Thread.onSpinWait();
        }
    }

    private static long used() {
        System.gc();
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed()
                + ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT).metric().usedDirectMemory();
    }
}
