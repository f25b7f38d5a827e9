package dev.millrace.door.nsq;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.door.nsq.lookupd.NsqLookupd;
import dev.millrace.door.nsq.options.NsqlookupdOptions;
import dev.millrace.door.nsq.wire.Wire;
import dev.millrace.net.EventLoops;
import dev.millrace.node.RetryPolicy;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The door registering at an nsqlookupd, here one of ours. */
class LookupTest {
    @TempDir Path folder;
    private EventLoops loops;
    private NsqLookupd lookupd;
    private HttpClient lookup;
    private TestNode node;

    @BeforeEach
    void open() {
        loops = EventLoops.open("lookup-test", 1);
        lookupd = openLookupd("127.0.0.1:0");
        lookup = HttpClient.of(lookupd.httpAddress().port());
        node = TestNode.open(folder, 1,
                options -> options.with("lookupd-tcp-address", lookupd.tcpAddress().toString()));
        await(() -> lookup.get("/nodes").body().contains("\"tcp_port\":" + node.tcpPort()));
        // A topic is registered when the node has read where the nsqlookupd is to be asked.
        node.broker().createTopic("registered").join();
        await(() -> lookup.get("/topics").body().contains("registered"));
        node.broker().deleteTopic("registered").join();
    }

    private NsqLookupd openLookupd(String tcp) {
        return NsqLookupd.open(
                NsqlookupdOptions.defaults().with("tcp-address", tcp).with("http-address", "127.0.0.1:0"),
                NsqDoor.VERSION, loops);
    }

    @AfterEach
    void close() {
        node.close();
        lookup.close();
        lookupd.close();
        loops.close();
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited 20 s in vain").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    @Test
    void topicsAndChannels_areRegistered_asTheyComeAndGo() {
        try (RawClient client = node.client(); HttpClient http = HttpClient.of(node.httpPort())) {
            client.subscribe("t", "c", 1);
            await(() -> lookup.get("/lookup?topic=t").body().contains("\"channels\":[\"c\"]")
                    && lookup.get("/lookup?topic=t").body().contains("\"tcp_port\":" + node.tcpPort()));
            http.post("/topic/delete?topic=t", "");
            await(() -> lookup.get("/lookup?topic=t").body().contains("\"producers\":[]"));
        }
    }

    @Test
    void deadLetters_areRegisteredAsATopic_untilTheirGroupGoes() {
        String dead = "t.c.dead";
        try (RawClient client = node.client()) {
            client.subscribe("t", "c", 1);
            node.broker().setRetryPolicy("t", "c", new RetryPolicy(1, Duration.ZERO, Duration.ZERO)).join();
            client.pub("t", "x").line("REQ " + client.message().id() + " 0");
            await(() -> lookup.get("/lookup?topic=" + dead).body().contains("\"tcp_port\":" + node.tcpPort()));
        }
        node.broker().deleteGroup("t", "c").join();
        await(() -> !lookup.get("/lookup?topic=" + dead).body().contains("\"tcp_port\""));
    }

    @Test
    void whatExistsBeforeTheFirstContact_isRegistered() {
        try (RawClient client = node.client(); HttpClient http = HttpClient.of(node.httpPort())) {
            client.pub("alone", "x").subscribe("t", "c", 1);
            NsqLookupd another = openLookupd("127.0.0.1:0");
            try (HttpClient asked = HttpClient.of(another.httpAddress().port())) {
                http.put("/config/nsqlookupd_tcp_addresses", "[\"" + another.tcpAddress() + "\"]");
                await(() -> asked.get("/topics").body().equals("{\"topics\":[\"alone\",\"t\"]}"));
                await(() -> asked.get("/channels?topic=t").body().equals("{\"channels\":[\"c\"]}"));
                await(() -> lookup.get("/nodes").body().equals("{\"producers\":[]}"));
            } finally {
                another.close();
            }
        }
    }

    @Test
    void aNewTopic_getsTheChannelsThatAreKnownElsewhere() {
        lookup.post("/channel/create?topic=new&channel=elsewhere", "");
        lookup.post("/channel/create?topic=new&channel=passing%23ephemeral", "");
        try (RawClient client = node.client(); HttpClient http = HttpClient.of(node.httpPort())) {
            client.pub("new", "1").pub("new", "2");

            assertThat(http.get("/stats?format=json&include_mem=false").body())
                    .contains("\"channel_name\":\"elsewhere\",\"depth\":2")
                    .doesNotContain("passing");
            client.subscribe("new", "late", 1).pub("new", "3");
            assertThat(client.message().text()).isEqualTo("3");
        }
    }

    @Test
    void everyWayToATopic_asksFirst() {
        for (String topic : new String[]{"a", "b", "c", "d"}) {
            lookup.post("/channel/create?topic=" + topic + "&channel=elsewhere", "");
        }
        try (RawClient client = node.client(); HttpClient http = HttpClient.of(node.httpPort())) {
            http.post("/pub?topic=a", "x");
            http.post("/mpub?topic=b", "x\ny");
            http.post("/topic/create?topic=c", "");
            client.subscribe("d", "own", 1);
            for (String topic : new String[]{"a", "b", "c", "d"}) {
                assertThat(http.get("/stats?format=json&topic=" + topic).body())
                        .contains("\"channel_name\":\"elsewhere\"");
            }
        }
    }

    /** A nsqlookupd that takes registrations and answers questions only when it is let. */
    private static final class SilentLookupd implements AutoCloseable {
        private final ServerSocket tcp = listen();
        private final ServerSocket http = listen();
        private final CompletableFuture<Void> mayAnswer = new CompletableFuture<>();
        private final CompletableFuture<Void> asked = new CompletableFuture<>();

        SilentLookupd() {
            Thread.ofVirtual().start(() -> serve(tcp, this::register));
            Thread.ofVirtual().start(() -> serve(http, this::answer));
        }

        private static ServerSocket listen() {
            try {
                return new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        String address() {
            return "127.0.0.1:" + tcp.getLocalPort();
        }

        private interface Service {
            void serve(DataInputStream in, DataOutputStream out) throws IOException;
        }

        /** Until the listener is closed. */
        private static void serve(ServerSocket listener, Service service) {
            while (!listener.isClosed()) {
                try (Socket socket = listener.accept();
                        DataInputStream in = new DataInputStream(socket.getInputStream());
                        DataOutputStream out = new DataOutputStream(socket.getOutputStream())) {
                    service.serve(in, out);
                } catch (IOException e) {
                    assertThat(e).isNotNull();
                }
            }
        }

        private void register(DataInputStream in, DataOutputStream out) throws IOException {
            in.readFully(new byte[4]);
            while (true) {
                String line = line(in);
                byte[] answer = "OK".getBytes(StandardCharsets.US_ASCII);
                if (line.equals("IDENTIFY")) {
                    in.readFully(new byte[in.readInt()]);
                    answer = ("{\"broadcast_address\":\"127.0.0.1\",\"http_port\":" + http.getLocalPort() + "}")
                            .getBytes(StandardCharsets.US_ASCII);
                }
                out.writeInt(answer.length);
                out.write(answer);
            }
        }

        private void answer(DataInputStream in, DataOutputStream out) throws IOException {
            while (!line(in).isBlank()) {
                // the request's head
            }
            asked.complete(null);
            mayAnswer.join();
            String body = "{\"channels\":[\"elsewhere\"]}";
            out.writeBytes("HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
        }

        private static String line(DataInputStream in) throws IOException {
            StringBuilder line = new StringBuilder();
            for (int c = in.readUnsignedByte(); c != '\n'; c = in.readUnsignedByte()) {
                line.append((char) c);
            }
            return line.toString();
        }

        @Override
        public void close() throws IOException {
            mayAnswer.complete(null);
            tcp.close();
            http.close();
        }
    }

    private TestNode nodeAt(SilentLookupd silent, Path other, String timeout) {
        TestNode asking = TestNode.open(other, 1, options -> options.with("lookupd-tcp-address", silent.address())
                .with("http-client-request-timeout", timeout));
        asking.broker().createTopic("old").join();
        return asking;
    }

    @Test
    void whileALookupdDoesNotAnswer_otherClientsOfTheSameLoopAreServed(@TempDir Path other) throws IOException {
        try (SilentLookupd silent = new SilentLookupd();
                TestNode asking = nodeAt(silent, other, "1h");
                RawClient waiting = asking.client();
                RawClient served = asking.client();
                HttpClient http = HttpClient.of(asking.httpPort())) {
            while (!silent.asked.isDone()) {
                // Before the nsqlookupd has told its HTTP address nobody is asked, and nobody waits.
                waiting.send(new Wire().body("PUB new" + System.nanoTime(), "x"));
                served.pub("old", "x");
            }
            for (int i = 0; i < 200; i++) {
                served.pub("old", "x");
            }
            assertThat(http.get("/stats?format=json&topic=old").body()).contains("\"depth\":");
            served.subscribe("old", "c", 1);
            assertThat(served.message().text()).isEqualTo("x");

            silent.mayAnswer.complete(null);
            waiting.expectOk();
            await(() -> http.get("/stats?format=json").body().contains("\"channel_name\":\"elsewhere\""));
        }
    }

    @Test
    void aLookupdThatNeverAnswers_isWaitedForAsLongAsTheOptionSays(@TempDir Path other) throws IOException {
        try (SilentLookupd silent = new SilentLookupd();
                TestNode asking = nodeAt(silent, other, "200ms");
                RawClient client = asking.client()) {
            while (!silent.asked.isDone()) {
                client.pub("new" + System.nanoTime(), "x");
            }
            client.pub("another", "x");
        }
    }

    @Test
    void aLookupdThatCannotBeReached_holdsNobodyUp() {
        lookupd.close();
        try (RawClient client = node.client()) {
            client.pub("t", "x");
        }
    }
}
