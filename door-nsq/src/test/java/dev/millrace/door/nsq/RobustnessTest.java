package dev.millrace.door.nsq;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.door.nsq.wire.Wire;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that misbehave: bounded memory, a clear end, and nobody else notices. */
class RobustnessTest {
    private static final long MEBIBYTE = 1 << 20;

    @TempDir Path folder;
    private TestNode node;

    @BeforeEach
    void open() {
        node = TestNode.open(folder, 1, options -> options.with("http-address", folder.resolve("h.sock").toString()));
    }

    @AfterEach
    void close() {
        node.close();
    }

    private static long buffers() {
        return ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT).metric().usedDirectMemory();
    }

    private void assertOthersAreServed() {
        try (RawClient client = node.client()) {
            client.pub("others", "x").subscribe("others", "c", 1);
            assertThat(client.message().text()).isEqualTo("x");
        }
    }

    @Test
    void bytesThatAreOnlyAnnounced_takeNoMemory() {
        long before = buffers();
        List<RawClient> clients = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            clients.add(node.client()
                    .send(new Wire().line("MPUB t").number(5 << 20).number(5).number(1 << 20).bytes(new byte[100])));
        }
        assertOthersAreServed();

        assertThat(buffers() - before).isLessThan(16 * MEBIBYTE);
        clients.forEach(RawClient::close);
    }

    @Test
    void aConsumerThatNeverReads_holdsLittle_andTheOthersGetOn() {
        long before = buffers();
        try (RawClient deaf = node.client(); RawClient producer = node.client()) {
            deaf.subscribe("t", "deaf", 2_500);
            String body = "x".repeat(100_000);
            for (int i = 0; i < 400; i++) {
                producer.pub("t", body);
            }
            assertOthersAreServed();
            assertThat(buffers() - before).as("of 40 MB that wait for it").isLessThan(16 * MEBIBYTE);
            for (int i = 0; i < 400; i++) {
                assertThat(deaf.message().text()).hasSize(100_000);
            }
        }
    }

    @Test
    void aProducerThatNeverReads_isNotReadAnyMore() throws IOException {
        try (RawClient client = node.client();
                SocketChannel deaf = SocketChannel.open(client.socket().getRemoteSocketAddress())) {
            deaf.configureBlocking(false);
            ByteBuffer magic = ByteBuffer.wrap("  V2".getBytes(StandardCharsets.US_ASCII));
            assertThat(deaf.write(magic)).isEqualTo(4);
            Wire wire = new Wire();
            IntStream.range(0, 10_000).forEach(i -> wire.line("FIN 0123456789abcdef"));
            byte[] nonsense = new Wire().line("SUB t c").bytes(wire.bytes()).bytes();
            long written = deaf.write(ByteBuffer.wrap(nonsense));
            byte[] more = wire.bytes();
            long sent = written;
            for (int refused = 0; refused < 200 && sent < 200 * MEBIBYTE;) {
                int count = deaf.write(ByteBuffer.wrap(more));
                refused = count == 0 ? refused + 1 : 0;
                sent += count;
                client.pub("t", "the server has had time to read");
            }
            assertThat(sent).isLessThan(100 * MEBIBYTE);
        }
    }

    @Test
    void halfACommand_mayComeMuchLater() {
        try (RawClient slow = node.client()) {
            byte[] command = new Wire().body("PUB t", "slowly").bytes();
            for (byte b : command) {
                slow.send(new byte[]{b});
            }
            slow.expectOk();
        }
    }

    @Test
    void clientsThatLeaveInTheMiddle_leaveNothingBehind() {
        Random random = new Random(7);
        byte[] stream = new Wire().body("IDENTIFY", "{}")
                .line("SUB t c")
                .line("RDY 100")
                .mpub("t", "a", "b", "c")
                .body("PUB t", "x".repeat(10_000))
                .body("DPUB t 1", "d")
                .line("NOP")
                .bytes();
        for (int i = 0; i < 200; i++) {
            try (RawClient client = node.client()) {
                client.send(java.util.Arrays.copyOf(stream, 1 + random.nextInt(stream.length)));
            }
        }
        assertOthersAreServed();
        assertThat(node.door().connections()).isLessThan(200);
    }

    @Test
    void aLineWithoutEnd_isRefused() {
        try (RawClient client = node.client()) {
            client.send(new byte[20_000]).expectError("E_INVALID command line longer than 16384 bytes").expectClosed();
        }
    }

    @Test
    void aUnixSocket_servesHttp() throws IOException {
        try (SocketChannel http = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            http.connect(UnixDomainSocketAddress.of(folder.resolve("h.sock")));
            http.write(ByteBuffer.wrap(
                    "GET /info HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
            ByteBuffer answer = ByteBuffer.allocate(8192);
            while (http.read(answer) >= 0) {
                assertThat(answer.hasRemaining()).isTrue();
            }
            assertThat(new String(answer.array(), 0, answer.position(), StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 200")
                    .contains("\"http_port\":-1");
        }
    }

    @Test
    void aUnixSocket_servesTheProtocol(@TempDir Path other) {
        Path path = other.resolve("tcp.sock");
        try (TestNode unix = TestNode.open(other.resolve("data"), 1,
                options -> options.with("tcp-address", path.toString()));
                SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            socket.connect(UnixDomainSocketAddress.of(path));
            socket.write(ByteBuffer
                    .wrap(new Wire().bytes("  V2".getBytes(StandardCharsets.US_ASCII)).body("PUB t", "x").bytes()));
            ByteBuffer ok = ByteBuffer.allocate(10);
            while (ok.hasRemaining()) {
                assertThat(socket.read(ok)).isPositive();
            }
            assertThat(new String(ok.array(), 8, 2, StandardCharsets.US_ASCII)).isEqualTo("OK");
            assertThat(unix.door().tcpAddress().port()).isEqualTo(-1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
