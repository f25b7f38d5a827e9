package dev.millrace.door.nsq;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.door.nsq.wire.Wire;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Negotiation, and what is allowed in which state; one server for all, since nothing here stays in it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class IdentifyTest {
    private TestNode node;

    @BeforeAll
    void open(@TempDir Path folder) {
        node = TestNode.open(folder, 1, options -> options.with("max-rdy-count", "50")
                .with("msg-timeout", "30s")
                .with("topology-region", "r")
                .with("topology-zone", "z")
                .with("max-deflate-level", "3"));
    }

    @AfterAll
    void close() {
        node.close();
    }

    private RawClient identify(String json) {
        return node.client().send(new Wire().body("IDENTIFY", json));
    }

    @Test
    void withoutFeatureNegotiation_theAnswerIsOk() {
        try (RawClient client = identify("{\"client_id\":\"c\",\"snappy\":true,\"tls_v1\":true,\"unknown\":[1,{}]}")) {
            client.expectOk().pub("t", "not compressed");
        }
    }

    @Test
    void withFeatureNegotiation_theAnswerSaysWhatHolds() {
        try (RawClient client = identify("{\"feature_negotiation\":true}")) {
            client.expect(
                    "{\"max_rdy_count\":50,\"version\":\"1.3.0+millrace\",\"max_msg_timeout\":900000,\"msg_timeout\":30000,"
                            + "\"tls_v1\":false,\"deflate\":false,\"deflate_level\":3,\"max_deflate_level\":3,\"snappy\":false,\"sample_rate\":0,"
                            + "\"auth_required\":false,\"output_buffer_size\":16384,\"output_buffer_timeout\":250,"
                            + "\"topology_region\":\"r\",\"topology_zone\":\"z\"}");
        }
    }

    @Test
    void whatIsAskedFor_isGranted() {
        try (RawClient client = identify(
                "{\"feature_negotiation\":true,\"msg_timeout\":2000,\"sample_rate\":42,\"tls_v1\":true,"
                        + "\"output_buffer_size\":64,\"output_buffer_timeout\":25}")) {
            assertThat(client.receive().text()).contains("\"msg_timeout\":2000", "\"sample_rate\":42",
                    "\"tls_v1\":false",
                    "\"output_buffer_size\":64,\"output_buffer_timeout\":25");
        }
    }

    @Test
    void unbuffered_isAnsweredAsNsqdDoes() {
        try (RawClient client = identify("{\"feature_negotiation\":true,\"output_buffer_size\":-1}")) {
            assertThat(client.receive().text()).contains("\"output_buffer_size\":1,\"output_buffer_timeout\":0");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"\"heartbeat_interval\":100|heartbeat interval (100) is invalid",
        "\"heartbeat_interval\":60001|heartbeat interval (60001) is invalid",
        "\"heartbeat_interval\":-2|heartbeat interval (-2) is invalid",
        "\"output_buffer_size\":63|output buffer size (63) is invalid",
        "\"output_buffer_size\":65537|output buffer size (65537) is invalid",
        "\"output_buffer_timeout\":24|output buffer timeout (24) is invalid",
        "\"output_buffer_timeout\":30001|output buffer timeout (30001) is invalid",
        "\"sample_rate\":100|sample rate (100) is invalid",
        "\"sample_rate\":-1|sample rate (-1) is invalid", "\"msg_timeout\":999|msg timeout (999) is invalid",
        "\"msg_timeout\":900001|msg timeout (900001) is invalid", "\"msg_timeout\":\"1\"|failed to decode JSON body",
        "\"snappy\":1|failed to decode JSON body", "nonsense|failed to decode JSON body"})
    void aWrongField_isFatal(String field, String reason) {
        try (RawClient client = identify("{" + field + "}")) {
            client.expectError("E_BAD_BODY IDENTIFY " + reason).expectClosed();
        }
    }

    @Test
    void bothCompressions_areRefused() {
        try (RawClient client = identify("{\"feature_negotiation\":true,\"snappy\":true,\"deflate\":true}")) {
            client.expectError("E_IDENTIFY_FAILED cannot enable both deflate and snappy compression").expectClosed();
        }
    }

    @Test
    void identify_isLegalAgain_untilSub() {
        try (RawClient client = identify("{}")) {
            client.expectOk().send(new Wire().body("IDENTIFY", "{\"client_id\":\"again\"}")).expectOk();
            client.line("SUB t c").expectOk();
            client.send(new Wire().body("IDENTIFY", "{}"))
                    .expectError("E_INVALID cannot IDENTIFY in current state")
                    .expectClosed();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"RDY", "CLS", "FIN", "REQ", "TOUCH"})
    void commandsOfASubscriber_needASubscription(String command) {
        try (RawClient client = node.client()) {
            client.line(command + " 0123456789abcdef 0")
                    .expectError("E_INVALID cannot " + command + " in current state")
                    .expectClosed();
        }
    }

    @Test
    void subscribingTwice_isFatal() {
        try (RawClient client = node.client()) {
            client.line("SUB t c")
                    .expectOk()
                    .line("SUB t c")
                    .expectError("E_INVALID cannot SUB in current state")
                    .expectClosed();
        }
    }

    @Test
    void subscribingWithoutHeartbeats_isFatal() {
        try (RawClient client = identify("{\"heartbeat_interval\":-1}")) {
            client.expectOk()
                    .line("SUB t c")
                    .expectError("E_INVALID cannot SUB with heartbeats disabled")
                    .expectClosed();
        }
    }

    @Test
    void readyBeyondTheLimit_isFatal() {
        try (RawClient client = node.client()) {
            client.line("SUB t c")
                    .expectOk()
                    .line("RDY 50")
                    .line("RDY 51")
                    .expectError("E_INVALID RDY count 51 out of range 0-50")
                    .expectClosed();
        }
    }

    @Test
    void authWithoutAuthServer_isFatal() {
        try (RawClient client = node.client()) {
            client.send(new Wire().body("AUTH", "secret")).expectError("E_AUTH_DISABLED AUTH disabled").expectClosed();
        }
    }

    @Test
    void answersToWhatCameBefore_precedeAFatalError() {
        try (RawClient client = node.client()) {
            client.send(new Wire().body("PUB t", "1").body("PUB t", "2").line("NONSENSE").body("PUB t", "3"));
            client.expectOk().expectOk().expectError("E_INVALID invalid command NONSENSE").expectClosed();
        }
    }

    @Test
    void aFatalError_isRead_evenByAClientThatGoesOnSending() {
        try (RawClient client = node.client()) {
            Wire wire = new Wire().line("NONSENSE");
            IntStream.range(0, 1_000).forEach(i -> wire.body("PUB t", "x".repeat(500)));
            client.send(wire).expectError("E_INVALID invalid command NONSENSE").expectClosed();
        }
    }

    @Test
    void anotherMagic_isRefused() {
        try (RawClient client = RawClient.connectSilently(node.tcpPort())) {
            client.send(new Wire().line("GET / HTTP/1.1")).expectError("E_BAD_PROTOCOL").expectClosed();
        }
    }

    @Test
    void heartbeats_areSent_andMustBeAnswered() {
        try (RawClient client = identify("{\"heartbeat_interval\":1000}")) {
            client.expectOk();
            assertThat(client.receiveAny().text()).isEqualTo("_heartbeat_");
            client.line("NOP");
            assertThat(client.receiveAny().text()).isEqualTo("_heartbeat_");
            client.expectClosedAnyway();
        }
    }
}
