package dev.millrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What SIGTERM means for NSQ clients that hold messages, with the real process. */
class GracefulStopTest {
    @TempDir Path folder;

    private static NsqSocket consumer(ServerProcess server, int ready) throws IOException {
        NsqSocket consumer = new NsqSocket(server.port("nsq-tcp"));
        consumer.line("SUB orders billing");
        assertThat(consumer.receive()).isEqualTo("OK");
        return consumer.line("RDY " + ready);
    }

    private static String id(String message) {
        return message.substring(0, message.indexOf(' '));
    }

    /** Nobody can connect any more: by then every connection has been told. */
    private static void awaitDraining(ServerProcess server) throws IOException {
        int port = server.port("nsq-tcp");
        boolean listening = true;
        while (listening) {
            try {
                new NsqSocket(port).close();
            } catch (ConnectException e) {
                listening = false;
            } catch (IOException e) {
                // Closed before the magic was written: still listening a moment ago.
                Thread.onSpinWait();
            }
        }
    }

    private static String pull(ServerProcess server) throws IOException, InterruptedException {
        return server.json("/api/v1/topics/orders/groups/billing/pull", "{\"max\":10,\"waitMillis\":5000}");
    }

    @Test
    void sigterm_consumerFinishesWhatItHolds_getsNothingNew_isClosed() throws Exception {
        Path data = folder.resolve("data");
        try (ServerProcess server = ServerProcess.start(data, "--stop-timeout", "10m")) {
            server.publish("orders", "first");
            server.publish("orders", "second");
            try (NsqSocket consumer = consumer(server, 1); NsqSocket idle = consumer(server, 0)) {
                String first = consumer.receive();
                assertThat(first).endsWith(" first");
                server.terminate();
                awaitDraining(server);
                assertThat(idle.receiveUntilClosed()).as("it holds nothing").isEmpty();
                consumer.line("TOUCH " + id(first)).line("RDY 5").line("FIN " + id(first));
                assertThat(consumer.receiveUntilClosed()).isEmpty();
            }
            assertThat(server.awaitExit()).as(server.output()).isZero();
        }
        try (ServerProcess server = ServerProcess.start(data)) {
            assertThat(pull(server)).contains("second").doesNotContain("first");
        }
    }

    @Test
    void whileStopping_publishAndSubAreRefusedInNsqdsWords() throws Exception {
        try (ServerProcess server = ServerProcess.start(folder.resolve("data"), "--stop-timeout", "10m")) {
            for (int i = 0; i < 2; i++) {
                server.publish("orders", "m" + i);
            }
            try (NsqSocket one = consumer(server, 1); NsqSocket other = consumer(server, 1)) {
                assertThat(one.receive()).contains(" m");
                String held = other.receive();
                server.terminate();
                awaitDraining(server);
                one.body("PUB orders", "late");
                assertThat(one.receiveUntilClosed()).isEqualTo("E_PUB_FAILED PUB failed exiting;");
                other.line("REQ " + id(held) + " 0");
                assertThat(other.receiveUntilClosed()).as("what was given back is not delivered again").isEmpty();
            }
            assertThat(server.awaitExit()).isZero();
        }
    }

    @Test
    void deadline_endsTheWaitForAConsumerThatDoesNotAnswer_secondSignalToo() throws Exception {
        Path data = folder.resolve("data");
        try (ServerProcess server = ServerProcess.start(data, "--stop-timeout", "100ms")) {
            server.publish("orders", "held");
            try (NsqSocket consumer = consumer(server, 1)) {
                assertThat(consumer.receive()).endsWith(" held");
                server.terminate();
                assertThat(server.awaitExit()).isZero();
            }
        }
        try (ServerProcess server = ServerProcess.start(data, "--stop-timeout", "10m");
                NsqSocket consumer = consumer(server, 1)) {
            assertThat(consumer.receive()).endsWith(" held");
            server.terminate();
            awaitDraining(server);
            server.terminate();
            assertThat(server.awaitExit()).isEqualTo(1);
        }
    }
}
