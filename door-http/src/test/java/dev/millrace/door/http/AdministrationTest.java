package dev.millrace.door.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.door.http.DoorRig.Answer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdministrationTest {
    private static final String TOPICS = "/api/v1/topics";
    private static final String ORDERS = TOPICS + "/orders";
    private static final String GROUPS = ORDERS + "/groups";
    private static final String BILLING = GROUPS + "/billing";
    private static final String PULL_TEN = "{\"max\":10,\"waitMillis\":30000}";

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

    private void publish(String text) throws IOException, InterruptedException {
        assertThat(rig.raw(ORDERS + "/messages", text.getBytes(StandardCharsets.UTF_8)).status()).isEqualTo(201);
    }

    @Test
    void topics_createListShowDelete() throws Exception {
        assertThat(rig.post(TOPICS, "{\"name\":\"orders\"}").status()).isEqualTo(201);
        Answer again = rig.post(TOPICS, "{\"name\":\"orders\"}");
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.json().at("/created").booleanValue()).isFalse();
        rig.post(TOPICS, "{\"name\":\"apples\"}");
        assertThat(rig.get(TOPICS).at("/topics/0/name")).isEqualTo("apples");
        Answer page = rig.get(TOPICS + "?limit=1");
        assertThat(page.json().at("/topics").size()).isEqualTo(1);
        assertThat(page.at("/next")).isEqualTo("apples");
        Answer second = rig.get(TOPICS + "?limit=1&after=apples");
        assertThat(second.at("/topics/0/name")).isEqualTo("orders");
        assertThat(second.json().at("/next").isNull()).isTrue();
        assertThat(rig.withToken("DELETE", ORDERS, "").status()).isEqualTo(204);
        assertThat(rig.get(ORDERS).status()).isEqualTo(404);
        assertThat(rig.withToken("DELETE", ORDERS, "").status()).isEqualTo(404);
    }

    @Test
    void topics_emptyWithoutGroup_keepsNothing() throws Exception {
        publish("kept");
        assertThat(rig.get(ORDERS).number("/waiting")).isEqualTo(1);
        assertThat(rig.withToken("POST", ORDERS + "/empty", "{}").status()).isEqualTo(204);
        assertThat(rig.get(ORDERS).number("/waiting")).isZero();
        assertThat(rig.post(BILLING + "/pull", "{}").json().at("/messages").isEmpty()).isTrue();
    }

    @Test
    void topics_pauseHoldsBack_resumeLetsGo() throws Exception {
        rig.post(GROUPS, "{\"name\":\"billing\"}");
        assertThat(rig.post(ORDERS + "/pause", "{}").status()).isEqualTo(204);
        publish("held");
        assertThat(rig.get(ORDERS).json().at("/paused").booleanValue()).isTrue();
        assertThat(rig.get(ORDERS).number("/waiting")).isEqualTo(1);
        assertThat(rig.get(BILLING).number("/offered")).isZero();
        assertThat(rig.post(ORDERS + "/resume", "").status()).isEqualTo(204);
        assertThat(rig.post(BILLING + "/pull", PULL_TEN).at("/messages/0/text")).isEqualTo("held");
    }

    @Test
    void groups_createListPauseEmptyDelete() throws Exception {
        publish("before");
        assertThat(rig.post(GROUPS, "{\"name\":\"billing\"}").status()).isEqualTo(201);
        assertThat(rig.post(GROUPS, "{\"name\":\"late\",\"start\":\"now\"}").status()).isEqualTo(201);
        assertThat(rig.post(GROUPS, "{\"name\":\"x\",\"start\":\"yesterday\"}").status()).isEqualTo(400);
        assertThat(rig.get(BILLING).number("/ready")).isEqualTo(1);
        assertThat(rig.get(GROUPS + "/late").number("/ready")).isZero();
        assertThat(rig.get(GROUPS).json().at("/groups").size()).isEqualTo(2);
        assertThat(rig.post(BILLING + "/pause", "{}").status()).isEqualTo(204);
        assertThat(rig.post(BILLING + "/pull", "{}").json().at("/messages").isEmpty()).isTrue();
        assertThat(rig.withToken("POST", BILLING + "/empty", "{}").status()).isEqualTo(204);
        assertThat(rig.get(BILLING).number("/purged")).isEqualTo(1);
        assertThat(rig.post(BILLING + "/resume", "{}").status()).isEqualTo(204);
        assertThat(rig.withToken("DELETE", BILLING, "").status()).isEqualTo(204);
        assertThat(rig.get(BILLING).status()).isEqualTo(404);
        assertThat(rig.post(GROUPS + "/missing/pause", "{}").status()).isEqualTo(404);
    }

    @Test
    void retryPolicy_exhaustedAttempts_becomeDead_listShowReplayPurge() throws Exception {
        rig.post(GROUPS, "{\"name\":\"billing\",\"retryPolicy\":{\"maxAttempts\":1}}");
        publish("poison");
        Answer pulled = rig.post(BILLING + "/pull", "{\"leaseMillis\":1}");
        String id = pulled.at("/messages/0/id");
        awaitDead(1);
        Answer list = rig.get(BILLING + "/dead");
        assertThat(list.at("/dead/0/id")).isEqualTo(id);
        assertThat(list.at("/dead/0/text")).isEqualTo("poison");
        assertThat(list.number("/dead/0/attempts")).isEqualTo(1);
        assertThat(list.at("/dead/0/reason")).isNotEmpty();
        assertThat(list.json().at("/next").isNull()).isTrue();
        assertThat(rig.get(BILLING + "/dead/" + id).at("/text")).isEqualTo("poison");
        assertThat(rig.get(BILLING + "/dead/" + "0".repeat(16)).status()).isEqualTo(404);
        assertThat(rig.get(BILLING + "/dead/zz").status()).isEqualTo(400);

        assertThat(rig.post(BILLING + "/dead/replay", "{\"ids\":[\"" + id + "\"]}").number("/replayed")).isEqualTo(1);
        Answer replayed = rig.post(BILLING + "/pull", PULL_TEN);
        assertThat(replayed.number("/messages/0/attempt")).isEqualTo(1);
        rig.put(BILLING + "/retry-policy", "{\"maxAttempts\":0,\"minBackoffMillis\":0,\"maxBackoffMillis\":0}");
        rig.post(BILLING + "/retry",
                "{\"tokens\":[\"" + replayed.at("/messages/0/token") + "\"],\"error\":\"busy\"}");
        Answer again = rig.post(BILLING + "/pull", PULL_TEN);
        rig.post(BILLING + "/bury",
                "{\"tokens\":[\"" + again.at("/messages/0/token") + "\"],\"error\":\"no good\"}");
        Answer dead = rig.get(BILLING + "/dead");
        assertThat(dead.at("/dead/0/error")).isEqualTo("no good");
        assertThat(dead.json().at("/dead/0/history").size()).isEqualTo(2);
        assertThat(dead.number("/dead/0/history/0/attempt")).isEqualTo(1);
        assertThat(dead.at("/dead/0/history/0/error")).isEqualTo("busy");
        assertThat(dead.at("/dead/0/history/0/reason")).isEqualTo("given back");
        assertThat(dead.at("/dead/0/history/1/at")).isEqualTo(dead.at("/dead/0/diedAt"));
        assertThat(rig.withToken("POST", BILLING + "/dead/purge", "{\"all\":true}").number("/purged")).isEqualTo(1);
        assertThat(rig.get(BILLING).number("/dead")).isZero();
    }

    private void awaitDead(int count) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + 30_000_000_000L;
        while (rig.get(BILLING).number("/dead") < count) {
            assertThat(System.nanoTime()).as("waiting for dead letters").isLessThan(deadline);
        }
    }

    @Test
    void deadLetters_pageByPage_replayAll() throws Exception {
        for (int i = 0; i < 7; i++) {
            publish("m" + i);
        }
        Answer pulled = rig.post(BILLING + "/pull", PULL_TEN);
        StringBuilder tokens = new StringBuilder();
        pulled.json()
                .at("/messages")
                .forEach(message -> tokens.append(",\"").append(message.at("/token").asString()).append('"'));
        rig.post(BILLING + "/bury", "{\"tokens\":[" + tokens.substring(1) + "]}");
        Answer first = rig.get(BILLING + "/dead?limit=5");
        assertThat(first.json().at("/dead").size()).isEqualTo(5);
        Answer rest = rig.get(BILLING + "/dead?limit=5&after=" + first.number("/next"));
        assertThat(rest.json().at("/dead").size()).isEqualTo(2);
        assertThat(rest.at("/dead/1/text")).isEqualTo("m6");
        assertThat(rig.post(BILLING + "/dead/replay", "{\"all\":true}").number("/replayed")).isEqualTo(7);
        assertThat(rig.get(BILLING).number("/ready")).isEqualTo(7);
        assertThat(rig.post(BILLING + "/dead/replay", "{}").status()).isEqualTo(400);
    }

    @Test
    void history_isKept_andAGroupIsOfferedItAnew() throws Exception {
        publish("first");
        assertThat(rig.put(ORDERS + "/history", "{\"maxAgeMillis\":3600000,\"maxBytes\":1000000}").status())
                .isEqualTo(204);
        publish("second");
        Answer pulled = rig.post(BILLING + "/pull", PULL_TEN);
        StringBuilder tokens = new StringBuilder();
        pulled.json()
                .at("/messages")
                .forEach(message -> tokens.append(",\"").append(message.at("/token").asString()).append('"'));
        String second = pulled.at("/messages/1/id");
        Answer refused = rig.post(BILLING + "/replay", "{\"from\":\"earliest\"}");
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.at("/detail")).contains("2 messages of group billing");
        assertThat(rig.post(BILLING + "/replay", "{\"from\":\"earliest\",\"purgeUnderWay\":true}").status())
                .as("what purges needs the token")
                .isEqualTo(401);
        rig.post(BILLING + "/ack", "{\"tokens\":[" + tokens.substring(1) + "]}");

        assertThat(rig.get(ORDERS + "/history").text())
                .isEqualTo("{\"maxAgeMillis\":3600000,\"maxBytes\":1000000,\"messages\":2}");
        assertThat(rig.post(BILLING + "/replay", "{\"from\":\"" + second + "\"}").number("/offered")).isEqualTo(1);
        assertThat(rig.post(BILLING + "/replay", "{\"from\":\"2020-01-01T00:00:00Z\"}").number("/offered"))
                .as("one of two was untouched already")
                .isEqualTo(1);
        assertThat(rig.post(BILLING + "/pull", PULL_TEN).at("/messages/0/text")).isEqualTo("first");
        assertThat(rig.post(BILLING + "/replay", "{\"from\":\"yesterday\"}").at("/detail")).contains("earliest");
        assertThat(rig.get("/api/v1/stats").json().at("/conservation/holds").booleanValue()).isTrue();
    }

    @Test
    void deadJob_inTheBackground_tellsHowFarItIs() throws Exception {
        rig.post(GROUPS, "{\"name\":\"billing\"}");
        assertThat(rig.get(BILLING + "/dead-job").text()).isEqualTo("{\"what\":\"none\",\"total\":0,\"left\":0}");
        publish("poison");
        String token = rig.post(BILLING + "/pull", PULL_TEN).at("/messages/0/token");
        rig.post(BILLING + "/bury", "{\"tokens\":[\"" + token + "\"]}");
        Answer started = rig.post(BILLING + "/dead/replay", "{\"all\":true,\"background\":true}");
        assertThat(started.status()).isEqualTo(202);
        assertThat(started.number("/total")).isEqualTo(1);
        assertThat(rig.post(BILLING + "/pull", PULL_TEN).at("/messages/0/text")).isEqualTo("poison");
        assertThat(rig.get(BILLING + "/dead-job").text()).isEqualTo("{\"what\":\"replay\",\"total\":1,\"left\":0}");
        assertThat(rig.post(BILLING + "/dead/replay", "{\"ids\":[\"0000000000000001\"],\"background\":true}").status())
                .isEqualTo(400);
    }

    @Test
    void setRetryPolicy_wrongValues_areRefusedByName() throws Exception {
        rig.post(GROUPS, "{\"name\":\"billing\"}");
        assertThat(rig.put(BILLING + "/retry-policy",
                "{\"maxAttempts\":5,\"minBackoffMillis\":100,\"maxBackoffMillis\":60000}").status()).isEqualTo(204);
        Answer wrong = rig.put(BILLING + "/retry-policy",
                "{\"maxAttempts\":5,\"minBackoffMillis\":100,\"maxBackoffMillis\":1}");
        assertThat(wrong.status()).isEqualTo(400);
        assertThat(wrong.at("/detail")).contains("maxBackoffMillis");
        assertThat(rig.put(BILLING + "/retry-policy", "{}").at("/detail")).contains("maxAttempts is missing");
    }

    @Test
    void probesAndMetrics() throws Exception {
        publish("x");
        rig.post(BILLING + "/pull", "{}");
        assertThat(rig.get("/healthz").text()).isEqualTo("ok\n");
        assertThat(rig.get("/readyz").text()).isEqualTo("shard 0: serving\n");
        String metrics = rig.get("/metrics").text();
        assertThat(metrics).contains("# TYPE millrace_group_leased gauge",
                "millrace_group_leased{topic=\"orders\",group=\"billing\"} 1\n",
                "millrace_topic_accepted_total{topic=\"orders\"} 1\n", "millrace_connections{door=\"nsq\"} 7\n",
                "millrace_publishes_total{shard=\"0\"} 1\n", "millrace_shard_serving{shard=\"0\"} 1\n");
        assertThat(metrics.lines().filter(line -> !line.startsWith("#")))
                .allMatch(line -> line.matches("[a-z_]+(\\{[^}]*})? [0-9.]+"));
        rig.door.announceStop();
        assertThat(rig.get("/readyz").status()).isEqualTo(503);
        assertThat(rig.get("/healthz").status()).isEqualTo(200);
    }

    @Test
    void server_describesItself() throws Exception {
        Answer self = rig.get("/api/v1/server");
        assertThat(self.at("/version")).isEqualTo("test");
        assertThat(self.at("/tokenFile")).isEqualTo(rig.tokenFile.toString());
        assertThat(self.json().at("/shards/0/serving").booleanValue()).isTrue();
    }
}
