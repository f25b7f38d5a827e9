package dev.millrace.door.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.door.http.DoorRig.Answer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PublishAndPullTest {
    private static final String MESSAGES = "/api/v1/topics/orders/messages";
    private static final String GROUP = "/api/v1/topics/orders/groups/billing";
    private static final String LONG_PULL = "{\"waitMillis\":30000,\"max\":10}";

    @TempDir Path folder;
    private DoorRig rig;

    @BeforeEach
    void open() {
        rig = new DoorRig(folder);
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private Answer pull(String json) throws IOException, InterruptedException {
        Answer answer = rig.post(GROUP + "/pull", json);
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return answer;
    }

    @Test
    void publishRaw_pull_ack_messageIsDone() throws Exception {
        Answer published = rig.raw(MESSAGES, "hello".getBytes(StandardCharsets.UTF_8));
        assertThat(published.status()).isEqualTo(201);
        Answer pulled = pull(LONG_PULL);
        assertThat(pulled.at("/messages/0/text")).isEqualTo("hello");
        assertThat(pulled.at("/messages/0/id")).isEqualTo(published.at("/ids/0"));
        assertThat(pulled.number("/messages/0/attempt")).isEqualTo(1);
        assertThat(pulled.at("/messages/0/bornAt")).endsWith("Z");

        Answer acked = rig.post(GROUP + "/ack", "{\"tokens\":[\"" + pulled.at("/messages/0/token") + "\"]}");
        assertThat(acked.number("/done")).isEqualTo(1);
        assertThat(rig.get(GROUP).number("/done")).isEqualTo(1);
        assertThat(rig.get("/api/v1/stats").json().at("/conservation/holds").booleanValue()).isTrue();
    }

    @Test
    void pulledBeforeARestart_canBeSettledAfterIt_andIsNotDeliveredTwice() throws Exception {
        rig.raw(MESSAGES, "one".getBytes(StandardCharsets.UTF_8));
        rig.raw(MESSAGES, "two".getBytes(StandardCharsets.UTF_8));
        Answer pulled = pull("{\"waitMillis\":30000,\"max\":2,\"leaseMillis\":600000}");
        rig.close();
        rig = new DoorRig(folder);
        assertThat(pull("{\"max\":10}").json().at("/messages").size()).isZero();
        assertThat(rig.get(GROUP).number("/leased")).isEqualTo(2);
        Answer extended = rig.post(GROUP + "/extend",
                "{\"tokens\":[\"" + pulled.at("/messages/1/token") + "\"],\"leaseMillis\":1000}");
        assertThat(extended.number("/done")).isEqualTo(1);
        String ack = "{\"tokens\":[\"" + pulled.at("/messages/0/token") + "\"]}";
        assertThat(rig.post(GROUP + "/ack", ack).number("/done")).isEqualTo(1);
        assertThat(rig.post(GROUP + "/ack", ack).number("/done")).isZero();
        Answer again = pull(LONG_PULL);
        assertThat(again.at("/messages/0/text")).isEqualTo("two");
        assertThat(again.number("/messages/0/attempt")).isEqualTo(2);
    }

    @Test
    void publishJson_everyFormOfBody_arrivesInOrder() throws Exception {
        Answer published = rig.post(MESSAGES, """
                {"messages":[{"text":"grün"},{"base64":"/wA="},{"json":{"a":[1,2]}},{"text":"last"}]}""");
        assertThat(published.status()).isEqualTo(201);
        assertThat(published.json().at("/ids").size()).isEqualTo(4);
        Answer pulled = pull(LONG_PULL);
        assertThat(pulled.at("/messages/0/text")).isEqualTo("grün");
        assertThat(pulled.at("/messages/1/base64")).isEqualTo("/wA=");
        assertThat(pulled.at("/messages/2/text")).isEqualTo("{\"a\":[1,2]}");
        assertThat(pulled.at("/messages/3/text")).isEqualTo("last");
        for (int i = 0; i < 4; i++) {
            assertThat(pulled.at("/messages/" + i + "/id")).isEqualTo(published.at("/ids/" + i));
        }
    }

    @Test
    void publishJson_mixOfDelayedAndNot_onlyDueOnesArrive_idsFitTheirMessages() throws Exception {
        Answer published = rig.post(MESSAGES, """
                {"messages":[{"text":"a"},{"text":"b"},{"text":"later","delayMillis":3600000},{"text":"c"}]}""");
        Answer pulled = pull(LONG_PULL);
        assertThat(pulled.json().at("/messages").size()).isEqualTo(3);
        assertThat(pulled.at("/messages/0/id")).isEqualTo(published.at("/ids/0"));
        assertThat(pulled.at("/messages/1/id")).isEqualTo(published.at("/ids/1"));
        assertThat(pulled.at("/messages/2/text")).isEqualTo("c");
        assertThat(pulled.at("/messages/2/id")).isEqualTo(published.at("/ids/3"));
        assertThat(rig.get("/api/v1/topics/orders").number("/scheduled")).isEqualTo(1);
    }

    @Test
    void publishRaw_delayed_arrivesNotBefore() throws Exception {
        long before = System.nanoTime();
        rig.raw(MESSAGES + "?delayMillis=300", new byte[]{1});
        Answer pulled = pull(LONG_PULL);
        assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(300_000_000L);
        assertThat(pulled.at("/messages/0/text")).isEqualTo("\u0001");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{}", "{\"text\":\"a\",\"base64\":\"YQ==\"}", "{\"text\":1}", "{\"base64\":\"?\"}", "[1]", "{",
                "{\"messages\":[]}", "{\"text\":\"a\",\"delay\":5}", "{\"text\":\"a\",\"delayMillis\":-1}",
                "{\"text\":\"a\",\"delayMillis\":1.5}", "{\"text\":\"\"}", "{\"messages\":[{\"text\":\"a\"}],\"x\":1}",
                "{\"text\":\"a\",\"text\":\"b\"}"})
    void publishJson_malformed_isProblem400_nothingIsPublished(String json) throws Exception {
        Answer answer = rig.post(MESSAGES, json);
        assertThat(answer.status()).as(answer.text()).isEqualTo(400);
        assertThat(answer.at("/type")).startsWith("urn:millrace:problem:");
        assertThat(answer.number("/status")).isEqualTo(400);
        assertThat(answer.at("/detail")).isNotEmpty();
        assertThat(rig.get("/api/v1/topics/orders").status()).isEqualTo(404);
    }

    @Test
    void publish_badTopic_emptyOrLargeBody_isRefused() throws Exception {
        assertThat(rig.raw("/api/v1/topics/bad%20name/messages", new byte[1]).status()).isEqualTo(400);
        assertThat(rig.raw("/api/v1/topics/" + "a".repeat(65) + "/messages", new byte[1]).status()).isEqualTo(400);
        assertThat(rig.raw(MESSAGES, new byte[0]).status()).isEqualTo(400);
        assertThat(rig.raw(MESSAGES, new byte[(1 << 20) + 1]).at("/type")).endsWith("message-too-large");
        assertThat(rig.raw(MESSAGES, new byte[1 << 20]).status()).isEqualTo(201);
        assertThat(rig.raw(MESSAGES + "?delayMillis=x", new byte[1]).status()).isEqualTo(400);
    }

    @Test
    void pull_nothingThere_waitsThenAnswersEmpty() throws Exception {
        assertThat(pull("{}").json().at("/messages").isEmpty()).isTrue();
        assertThat(pull("{\"waitMillis\":50}").json().at("/messages").isEmpty()).isTrue();
    }

    @Test
    void pull_neverMoreThanMax_restStaysReady() throws Exception {
        StringBuilder batch = new StringBuilder("{\"messages\":[");
        for (int i = 0; i < 500; i++) {
            batch.append(i == 0 ? "" : ",").append("{\"text\":\"m").append(i).append("\"}");
        }
        rig.post(MESSAGES, batch.append("]}").toString());
        List<String> seen = new ArrayList<>();
        for (int round = 0; round < 5; round++) {
            Answer pulled = pull("{\"max\":100}");
            assertThat(pulled.json().at("/messages").size()).isEqualTo(100);
            pulled.json().at("/messages").forEach(message -> seen.add(message.at("/text").asString()));
        }
        assertThat(seen).hasSize(500).first().isEqualTo("m0");
        assertThat(seen.getLast()).isEqualTo("m499");
        assertThat(rig.get(GROUP).number("/leased")).isEqualTo(500);
    }

    @Test
    void pull_manyOnesOfAGroup_leaveNoSubscriptionBehind() throws Exception {
        for (int i = 0; i < 50; i++) {
            rig.raw(MESSAGES, new byte[]{'x'});
            Answer pulled = pull("{}");
            rig.post(GROUP + "/ack", "{\"tokens\":[\"" + pulled.at("/messages/0/token") + "\"]}");
        }
        assertThat(rig.get(GROUP).number("/done")).isEqualTo(50);
        assertThat(rig.get(GROUP).number("/subscriptions")).isEqualTo(1);
    }

    @Test
    void pull_largeAnswer_streamsWhole() throws Exception {
        byte[] body = "y".repeat(600_000).getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < 8; i++) {
            rig.raw(MESSAGES, body);
        }
        Answer pulled = pull("{\"max\":8}");
        assertThat(pulled.json().at("/messages").size()).isEqualTo(8);
        assertThat(pulled.at("/messages/7/text")).hasSize(600_000);
    }

    @Test
    void lease_ends_messageComesAgainWithHigherAttempt_oldTokenIsStale() throws Exception {
        rig.raw(MESSAGES, new byte[]{'x'});
        Answer first = pull("{\"leaseMillis\":50}");
        Answer second = pull(LONG_PULL);
        assertThat(second.number("/messages/0/attempt")).isEqualTo(2);
        Answer late = rig.post(GROUP + "/ack", "{\"tokens\":[\"" + first.at("/messages/0/token") + "\"]}");
        assertThat(late.number("/done")).isZero();
        assertThat(late.at("/stale/0")).isEqualTo(first.at("/messages/0/token"));
        assertThat(rig.get(GROUP).number("/leased")).isEqualTo(1);
    }

    @Test
    void extend_keepsTheLease() throws Exception {
        rig.raw(MESSAGES, new byte[]{'x'});
        Answer first = pull("{\"leaseMillis\":200}");
        String token = "{\"tokens\":[\"" + first.at("/messages/0/token") + "\"]";
        assertThat(rig.post(GROUP + "/extend", token + ",\"leaseMillis\":600000}").number("/done")).isEqualTo(1);
        assertThat(pull("{\"waitMillis\":400}").json().at("/messages").isEmpty()).isTrue();
        assertThat(rig.post(GROUP + "/ack", token + "}").number("/done")).isEqualTo(1);
        assertThat(rig.post(GROUP + "/extend", token + "}").status()).isEqualTo(400);
    }

    @Test
    void retry_withAndWithoutDelay() throws Exception {
        rig.raw(MESSAGES, new byte[]{'x'});
        Answer first = pull("{}");
        rig.post(GROUP + "/retry", "{\"tokens\":[\"" + first.at("/messages/0/token") + "\"]}");
        Answer second = pull(LONG_PULL);
        assertThat(second.number("/messages/0/attempt")).isEqualTo(2);
        rig.post(GROUP + "/retry", "{\"tokens\":[\"" + second.at("/messages/0/token") + "\"],\"delayMillis\":3600000}");
        assertThat(pull("{}").json().at("/messages").isEmpty()).isTrue();
        assertThat(rig.get(GROUP).number("/retrying")).isEqualTo(1);
    }

    @Test
    void pull_clientGoesAwayWhileWaiting_nextMessageGoesToAnother() throws Exception {
        rig.post("/api/v1/topics/orders/groups", "{\"name\":\"billing\"}");
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), rig.door.address().port())) {
            String request = "POST " + GROUP + "/pull HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                    + "Content-Length: " + LONG_PULL.length() + "\r\n\r\n" + LONG_PULL;
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            awaitSubscriptions(2);
        }
        awaitSubscriptions(1);
        rig.raw(MESSAGES, new byte[]{'x'});
        assertThat(pull(LONG_PULL).number("/messages/0/attempt")).isEqualTo(1);
    }

    private void awaitSubscriptions(int count) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (rig.get(GROUP).number("/subscriptions") != count) {
            assertThat(System.nanoTime()).as("waiting for " + count + " subscriptions").isLessThan(deadline);
        }
    }

    @Test
    void pull_groupDeletedWhileWaiting_endsWithAProblem() throws Exception {
        rig.post("/api/v1/topics/orders/groups", "{\"name\":\"billing\"}");
        CompletableFuture<Answer> waiting = rig.postLater(GROUP + "/pull", LONG_PULL);
        awaitSubscriptions(2);
        assertThat(rig.withToken("DELETE", GROUP, "").status()).isEqualTo(204);
        Answer ended = waiting.get(30, TimeUnit.SECONDS);
        assertThat(ended.status()).isEqualTo(409);
        assertThat(ended.at("/detail")).contains("deleted");
        rig.raw(MESSAGES, new byte[]{'x'});
        assertThat(pull(LONG_PULL).at("/messages/0/text")).isEqualTo("x");
    }

    @Test
    void close_endsWaitingPullsEarly() throws Exception {
        rig.post("/api/v1/topics/orders/groups", "{\"name\":\"billing\"}");
        CompletableFuture<Answer> waiting = rig.postLater(GROUP + "/pull", "{\"waitMillis\":60000}");
        awaitSubscriptions(2);
        rig.door.close(Duration.ofSeconds(30));
        assertThat(waiting.get(30, TimeUnit.SECONDS).status()).isEqualTo(200);
    }
}
