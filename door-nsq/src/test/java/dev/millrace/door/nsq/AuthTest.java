package dev.millrace.door.nsq;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.millrace.door.nsq.wire.Wire;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** AUTH against an auth server that answers what the test says. */
class AuthTest {
    private static final String RULES = "\"identity\":\"me\",\"identity_url\":\"http://me\",\"authorizations\":[{\"topic\":\"^open\","
            + "\"channels\":[\".*\"],\"permissions\":[\"publish\",\"subscribe\"]},"
            + "{\"topic\":\"readable\",\"channels\":[\"^c$\"],\"permissions\":[\"subscribe\"]}]";

    private final List<String> questions = new CopyOnWriteArrayList<>();
    private volatile String answer = "{\"ttl\":3600," + RULES + "}";
    @TempDir Path folder;
    private HttpServer server;
    private TestNode node;

    @BeforeEach
    void open() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/auth", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            questions.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + body);
            byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(bytes.length == 0 ? 403 : 200, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
        openNode("get");
    }

    private void openNode(String method) {
        node = TestNode.open(folder, 1, options -> options
                .with("auth-http-address", "127.0.0.1:1", "127.0.0.1:" + server.getAddress().getPort())
                .with("auth-http-request-method", method));
    }

    @AfterEach
    void close() {
        node.close();
        server.stop(0);
    }

    private RawClient authorized() {
        return node.client()
                .send(new Wire().body("AUTH", "a secret&"))
                .expect(
                        "{\"identity\":\"me\",\"identity_url\":\"http://me\",\"permission_count\":2}");
    }

    @Test
    void whatIsAllowed_works() {
        try (RawClient client = authorized(); HttpClient http = HttpClient.of(node.httpPort())) {
            client.pub("open.t", "x")
                    .send(new Wire().mpub("open.t", "y").body("DPUB open.t 0", "z"))
                    .expectOk()
                    .expectOk();
            client.subscribe("open.t", "any", 3);
            assertThat(client.messages(3)).extracting(RawClient.Message::text).containsExactly("x", "y", "z");

            assertThat(questions).containsExactly(
                    "GET /auth?common_name=&remote_ip=127.0.0.1&secret=a+secret%26&tls=false");
            assertThat(http.get("/stats?format=json").body())
                    .contains("\"authed\":true,\"auth_identity\":\"me\",\"auth_identity_url\":\"http://me\"");
        }
    }

    @Test
    void byPost_theQuestionIsJson() {
        node.close();
        openNode("post");
        try (RawClient client = authorized()) {
            client.pub("open.t", "x");
            assertThat(questions).containsExactly("POST /auth{\"common_name\":[\"\"],\"remote_ip\":[\"127.0.0.1\"],"
                    + "\"secret\":[\"a secret\\u0026\"],\"tls\":[\"false\"]}");
        }
    }

    @Test
    void identify_saysThatAuthIsRequired() {
        try (RawClient client = node.client()) {
            client.send(new Wire().body("IDENTIFY", "{\"feature_negotiation\":true}"));
            assertThat(client.receive().text()).contains("\"auth_required\":true");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"PUB", "MPUB", "DPUB", "SUB"})
    void beforeAuth_nothingIsAllowed(String command) {
        try (RawClient client = node.client()) {
            send(client, command, "open.t");
            client.expectError("E_AUTH_FIRST AUTH required before " + command).expectClosed();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"PUB", "MPUB", "DPUB"})
    void aPublishThatIsNotAllowed_isFatal(String command) {
        try (RawClient client = authorized()) {
            send(client, command, "readable");
            client.expectError("E_UNAUTHORIZED AUTH failed for " + command + " on \"readable\" \"\"").expectClosed();
        }
    }

    @Test
    void aSubscriptionThatIsNotAllowed_isFatal() {
        try (RawClient client = authorized()) {
            client.line("SUB readable c").expectOk();
        }
        try (RawClient client = authorized()) {
            client.line("SUB readable other")
                    .expectError("E_UNAUTHORIZED AUTH failed for SUB on \"readable\" \"other\"")
                    .expectClosed();
        }
    }

    private static void send(RawClient client, String command, String topic) {
        switch (command) {
            case "PUB" -> client.send(new Wire().body("PUB " + topic, "x"));
            case "MPUB" -> client.send(new Wire().mpub(topic, "x"));
            case "DPUB" -> client.send(new Wire().body("DPUB " + topic + " 5", "x"));
            default -> client.line("SUB " + topic + " c");
        }
    }

    @Test
    void authTwice_isFatal() {
        try (RawClient client = authorized()) {
            client.send(new Wire().body("AUTH", "again")).expectError("E_INVALID AUTH already set").expectClosed();
        }
    }

    @Test
    void authAfterSub_isFatal() {
        try (RawClient client = authorized()) {
            client.line("SUB open.t c").expectOk();
            client.send(new Wire().body("AUTH", "x"))
                    .expectError("E_INVALID cannot AUTH in current state")
                    .expectClosed();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "nonsense", "{\"ttl\":0,\"authorizations\":[]}", "{\"authorizations\":[]}",
        "{\"ttl\":1,\"authorizations\":[{\"topic\":\"(\",\"channels\":[],\"permissions\":[\"publish\"]}]}",
        "{\"ttl\":1,\"authorizations\":[{\"topic\":\".\",\"channels\":[],\"permissions\":[\"everything\"]}]}"})
    void anAnswerThatIsNone_isFatal_andSaysNothingOfTheAuthServer(String said) {
        answer = said;
        try (RawClient client = node.client()) {
            client.send(new Wire().body("AUTH", "x")).expectError("E_AUTH_FAILED AUTH failed").expectClosed();
        }
    }

    @Test
    void anAnswerWithoutRules_isFatal() {
        answer = "{\"ttl\":5,\"authorizations\":[]}";
        try (RawClient client = node.client()) {
            client.send(new Wire().body("AUTH", "x"))
                    .expectError("E_UNAUTHORIZED AUTH no authorizations found")
                    .expectClosed();
        }
    }

    @Test
    void permissionsThatHaveExpired_areAskedForAgain() {
        answer = "{\"ttl\":1," + RULES + "}";
        try (RawClient client = authorized()) {
            long start = System.nanoTime();
            client.pub("open.t", "x");
            while (System.nanoTime() - start < 1_100_000_000L) {
                client.pub("open.t", "x");
            }
            assertThat(questions).hasSizeGreaterThan(1);
            answer = "{\"ttl\":1,\"authorizations\":[{\"topic\":\"none\",\"channels\":[],\"permissions\":[]}]}";
            int oks = 0;
            RawClient.Frame last;
            do {
                last = client.send(new Wire().mpub("open.t", "x")).receive();
                oks++;
            } while (last.type() == 0 && oks < 1_000_000);
            assertThat(last.text()).isEqualTo("E_UNAUTHORIZED AUTH failed for MPUB on \"open.t\" \"\"");
            client.expectClosed();
        }
    }

    @Test
    void aSecretIsNeverPrinted() {
        assertThat(new dev.millrace.door.nsq.auth.Credentials("1.2.3.4", true, "cn", "hidden").toString())
                .doesNotContain("hidden");
    }
}
