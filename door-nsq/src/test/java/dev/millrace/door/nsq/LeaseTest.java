package dev.millrace.door.nsq;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.door.nsq.wire.Wire;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Leases as NSQ clients meet them: time-outs, TOUCH and its bound, deferrals, restarts. */
class LeaseTest {
    @TempDir Path folder;
    private TestNode node;

    @BeforeEach
    void open() {
        node = openNode();
    }

    private TestNode openNode() {
        return TestNode.open(folder, 1, options -> options.with("max-msg-timeout", "2500ms")
                .with("msg-timeout", "1s")
                .with("max-req-timeout", "200ms"));
    }

    @AfterEach
    void close() {
        node.close();
    }

    @Test
    void aMessageThatIsNotAnswered_comesAgain_andItsLateAnswerIsRefused() {
        try (RawClient client = node.client(); HttpClient http = HttpClient.of(node.httpPort())) {
            client.pub("t", "x").subscribe("t", "c", 2);
            long first = System.nanoTime();
            String id = client.message().id();
            RawClient.Message second = client.message();

            assertThat(System.nanoTime() - first).isGreaterThanOrEqualTo(990_000_000);
            assertThat(second.id()).isEqualTo(id);
            assertThat(second.attempts()).isEqualTo(2);
            client.line("FIN " + id).pub("t", "next");
            assertThat(client.message().text()).isEqualTo("next");
            assertThat(http.get("/stats?format=json").body()).contains("\"timeout_count\":1");
        }
    }

    @Test
    void anAnswerAfterTheTimeOut_whenAnotherClientHasTheMessage_isRefused() {
        try (RawClient slow = node.client(); RawClient other = node.client()) {
            slow.pub("t", "x").subscribe("t", "c", 1);
            String id = slow.message().id();
            slow.line("RDY 0").pub("other", "RDY 0 has been taken");
            other.subscribe("t", "c", 1);
            assertThat(other.message().attempts()).isEqualTo(2);

            slow.line("FIN " + id).expectError("E_FIN_FAILED FIN " + id + " failed ID not in flight");
            other.line("FIN " + id).pub("t", "still open");
        }
    }

    @Test
    void touch_prolongs_upToTheBound() {
        try (RawClient client = node.client()) {
            client.pub("t", "x").subscribe("t", "c", 1);
            long start = System.nanoTime();
            String id = client.message().id();
            for (int i = 0; i < 12; i++) {
                client.line("TOUCH " + id).send(new Wire().body("DPUB wait" + i + " 190", "x")).expectOk();
                try (RawClient pause = node.client()) {
                    pause.subscribe("wait" + i, "c", 1).message();
                }
            }
            RawClient.Message again = client.message();
            long elapsed = System.nanoTime() - start;

            assertThat(again.attempts()).isEqualTo(2);
            assertThat(elapsed).isGreaterThanOrEqualTo(2_400_000_000L);
        }
    }

    @Test
    void aRequeueBeyondTheLimit_isClamped_aDeferralRefused() {
        try (RawClient client = node.client()) {
            client.pub("t", "x").subscribe("t", "c", 1);
            client.line("REQ " + client.message().id() + " 3600000");

            assertThat(client.message().attempts()).isEqualTo(2);
            client.send(new Wire().body("DPUB t 201", "x"))
                    .expectError("E_INVALID DPUB timeout 201 out of range 0-200")
                    .expectClosed();
        }
    }

    @Test
    void deferralsAndAttempts_surviveARestart() {
        try (RawClient client = node.client()) {
            client.pub("t", "held").subscribe("t", "c", 1);
            assertThat(client.message().attempts()).isEqualTo(1);
            client.send(new Wire().body("DPUB t 200", "deferred")).expectOk();
        }
        node.close();
        node = openNode();
        try (RawClient client = node.client()) {
            client.subscribe("t", "c", 2);
            RawClient.Message held = client.message();
            assertThat(held.text()).isEqualTo("held");
            assertThat(held.attempts()).isEqualTo(2);
            assertThat(client.message().text()).isEqualTo("deferred");
        }
    }
}
