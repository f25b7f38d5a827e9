package dev.millrace.door.nsq;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.door.nsq.json.JsonObject;
import dev.millrace.door.nsq.wire.Wire;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NsqdHttpTest {
    @TempDir Path folder;
    private TestNode node;
    private HttpClient http;

    @BeforeEach
    void open() {
        node = TestNode.open(folder, 1, options -> options.with("max-msg-size", "100").with("max-body-size", "1000"));
        http = HttpClient.of(node.httpPort());
    }

    @AfterEach
    void close() {
        http.close();
        node.close();
    }

    private static JsonObject json(HttpResponse<String> response) {
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).contains("application/json; charset=utf-8");
        assertThat(response.headers().firstValue("X-NSQ-Content-Type")).contains("nsq; version=1.0");
        return JsonObject.parse(response.body().getBytes(StandardCharsets.UTF_8));
    }

    private static void assertOk(HttpResponse<String> response) {
        assertThat(response.statusCode() + " " + response.body()).isEqualTo("200 OK");
    }

    private static void assertEmpty(HttpResponse<String> response) {
        assertThat(response.statusCode() + " " + response.body()).isEqualTo("200 ");
    }

    private List<String> delivered(String topic, int count) {
        try (RawClient client = node.client()) {
            return client.subscribe(topic, "c", count).messages(count).stream().map(RawClient.Message::text).toList();
        }
    }

    @Test
    void ping_andInfo() {
        assertOk(http.get("/ping"));
        JsonObject info = json(http.get("/info"));

        assertThat(info.text("version")).isEqualTo("1.3.0+millrace");
        assertThat(info.text("broadcast_address")).isEqualTo("127.0.0.1");
        assertThat(info.number("tcp_port")).isEqualTo(node.tcpPort());
        assertThat(info.number("http_port")).isEqualTo(node.httpPort());
        assertThat(info.number("max_heartbeat_interval")).isEqualTo(60_000_000_000L);
        assertThat(info.number("max_output_buffer_timeout")).isEqualTo(30_000_000_000L);
        assertThat(info.number("max_deflate_level")).isEqualTo(6);
    }

    @Test
    void pub_publishes() {
        assertOk(http.post("/pub?topic=t", "one"));
        assertOk(http.post("/pub?topic=t&defer=0", "two"));
        assertOk(http.postChunked("/pub?topic=t", "three".getBytes(StandardCharsets.UTF_8)));

        assertThat(delivered("t", 3)).containsExactly("one", "two", "three");
    }

    @Test
    void pub_withADeferral_comesLater() {
        assertOk(http.post("/pub?topic=t&defer=60000", "later"));
        assertOk(http.post("/pub?topic=t", "now"));

        assertThat(delivered("t", 1)).containsExactly("now");
    }

    @Test
    void mpub_ofLines_dropsEmptyOnes() {
        assertOk(http.post("/mpub?topic=t", "one\n\ntwo\nthree\n"));
        assertOk(http.post("/mpub?topic=t&binary=false", "four\nfive"));
        assertOk(http.post("/mpub?topic=t", "\n\n"));

        assertThat(delivered("t", 5)).containsExactly("one", "two", "three", "four", "five");
    }

    @Test
    void mpub_ofBinaryMessages() {
        byte[] body = new Wire().number(2)
                .number(3)
                .bytes(new byte[]{'a', '\n', 'b'})
                .number(1)
                .bytes(new byte[]{'c'})
                .bytes();
        assertOk(http.post("/mpub?topic=t&binary=true", body));
        assertOk(http.post("/mpub?topic=t&binary=yes", body));

        assertThat(delivered("t", 4)).containsExactly("a\nb", "c", "a\nb", "c");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"/pub?topic=t|''|400|MSG_EMPTY", "/pub|x|400|MISSING_ARG_TOPIC",
        "/pub?topic=a$b|x|400|INVALID_TOPIC", "/pub?topic=t&defer=x|x|400|INVALID_DEFER",
        "/pub?topic=t&defer=-1|x|400|INVALID_DEFER",
        "/pub?topic=t&defer=3600001|x|400|INVALID_DEFER", "/mpub|x|400|MISSING_ARG_TOPIC",
        "/mpub?topic=|x|400|INVALID_TOPIC",
        "/mpub?topic=t&binary=1|x|413|BAD_BODY", "/nothing|x|404|NOT_FOUND", "/stats|x|405|METHOD_NOT_ALLOWED",
        "/topic/create|''|400|MISSING_ARG_TOPIC", "/topic/create?topic=a*|''|400|INVALID_TOPIC",
        "/topic/delete?topic=no|''|404|TOPIC_NOT_FOUND", "/topic/delete|''|400|MISSING_ARG_TOPIC",
        "/topic/empty?topic=no|''|404|TOPIC_NOT_FOUND", "/topic/pause?topic=no|''|404|TOPIC_NOT_FOUND",
        "/topic/unpause|''|400|MISSING_ARG_TOPIC", "/channel/create?topic=no&channel=c|''|404|TOPIC_NOT_FOUND",
        "/channel/create?topic=a*&channel=c|''|400|INVALID_ARG_TOPIC",
        "/channel/create?topic=t|''|400|MISSING_ARG_CHANNEL",
        "/channel/create?topic=t&channel=a*|''|400|INVALID_ARG_CHANNEL",
        "/channel/delete?channel=c|''|400|MISSING_ARG_TOPIC",
        "/channel/delete?topic=no&channel=c|''|404|TOPIC_NOT_FOUND"})
    void whatCannotBeDone_isAnsweredWithNsqdsCode(String path, String body, int status, String code) {
        HttpResponse<String> response = http.post(path, body);

        assertThat(response.statusCode() + " " + response.body()).isEqualTo(status + " {\"message\":\"" + code + "\"}");
        assertThat(response.headers().firstValue("X-NSQ-Content-Type")).contains("nsq; version=1.0");
    }

    @Test
    void bodiesThatAreTooLarge_areRefused() {
        String large = "x".repeat(101);
        assertThat(http.post("/pub?topic=t", large).body()).isEqualTo("{\"message\":\"MSG_TOO_BIG\"}");
        assertThat(http.postChunked("/pub?topic=t", large.getBytes(StandardCharsets.UTF_8)).statusCode())
                .isEqualTo(413);
        assertThat(http.post("/mpub?topic=t", "a\n" + large).body()).isEqualTo("{\"message\":\"MSG_TOO_BIG\"}");
        assertThat(http.post("/mpub?topic=t", "a\n".repeat(501)).body()).isEqualTo("{\"message\":\"BODY_TOO_BIG\"}");
        byte[] empty = new Wire().number(1).number(0).bytes();
        assertThat(http.post("/mpub?topic=t&binary=true", empty).body()).isEqualTo("{\"message\":\"BAD_MESSAGE\"}");
        byte[] shortened = new Wire().number(2).number(1).bytes(new byte[1]).bytes();
        assertThat(http.post("/mpub?topic=t&binary=true", shortened).body()).isEqualTo("{\"message\":\"BAD_MESSAGE\"}");
        assertThat(http.get("/stats?format=json&topic=t").body()).contains("\"topics\":null");
    }

    @Test
    void topicsAndChannels_liveAndDie() {
        assertEmpty(http.post("/topic/create?topic=t", ""));
        assertEmpty(http.post("/topic/create?topic=t", ""));
        assertEmpty(http.post("/channel/create?topic=t&channel=c", ""));
        assertThat(http.get("/stats?format=json&include_mem=false").body()).contains("\"topic_name\":\"t\"",
                "\"channel_name\":\"c\"");
        assertEmpty(http.post("/channel/delete?topic=t&channel=c", ""));
        assertThat(http.post("/channel/delete?topic=t&channel=c", "").body())
                .isEqualTo("{\"message\":\"CHANNEL_NOT_FOUND\"}");
        assertEmpty(http.post("/topic/delete?topic=t", ""));
        assertThat(http.post("/topic/delete?topic=t", "").statusCode()).isEqualTo(404);
    }

    @Test
    void emptying_purges() {
        http.post("/mpub?topic=t", "1\n2\n3");
        assertEmpty(http.post("/topic/empty?topic=t", ""));
        http.post("/channel/create?topic=t&channel=c", "");
        http.post("/mpub?topic=t", "4\n5");
        assertEmpty(http.post("/channel/empty?topic=t&channel=c", ""));
        http.post("/pub?topic=t", "6");

        assertThat(delivered("t", 1)).containsExactly("6");
    }

    @Test
    void aPausedChannel_deliversAfterItsPause() {
        http.post("/topic/create?topic=t", "");
        http.post("/channel/create?topic=t&channel=c", "");
        assertEmpty(http.post("/channel/pause?topic=t&channel=c", ""));
        assertThat(http.get("/stats?format=json&include_mem=false").body()).contains("\"clients\":[],\"paused\":true");
        try (RawClient client = node.client()) {
            client.subscribe("t", "c", 1).pub("t", "x").pub("t", "no message came before this");
            assertEmpty(http.post("/channel/unpause?topic=t&channel=c", ""));

            assertThat(client.message().text()).isEqualTo("x");
        }
    }

    @Test
    void aPausedTopic_passesOnAfterItsPause() {
        try (RawClient client = node.client()) {
            client.subscribe("t", "c", 1);
            assertEmpty(http.post("/topic/pause?topic=t", ""));
            client.pub("t", "x");
            assertThat(http.get("/stats?format=json&include_mem=false").body())
                    .contains(
                            "\"depth\":1,\"backend_depth\":1,\"message_count\":1,\"message_bytes\":1,\"paused\":true");
            assertEmpty(http.post("/topic/unpause?topic=t", ""));

            assertThat(client.message().text()).isEqualTo("x");
        }
    }

    @Test
    void emptyingAPausedTopic_purgesWhatThePauseHeldBack_notWhatItsChannelsHave() {
        http.post("/topic/create?topic=t", "");
        http.post("/channel/create?topic=t&channel=c", "");
        http.post("/pub?topic=t", "before");
        http.post("/topic/pause?topic=t", "");
        http.post("/mpub?topic=t", "1\n2");
        assertEmpty(http.post("/topic/empty?topic=t", ""));
        assertThat(http.get("/stats?format=json&include_mem=false").body())
                .contains("\"channel_name\":\"c\",\"depth\":1,", "}],\"depth\":0,");
        http.post("/pub?topic=t", "after");
        assertEmpty(http.post("/topic/unpause?topic=t", ""));

        assertThat(delivered("t", 2)).containsExactly("before", "after");
    }

    @Test
    void stats_asJson_haveNsqdsOrder() {
        try (RawClient client = node.client()) {
            client.send(
                    new Wire().body("IDENTIFY", "{\"client_id\":\"me\",\"hostname\":\"h\",\"user_agent\":\"ua/1\"}"))
                    .expectOk();
            client.send(new Wire().mpub("t", "1", "2", "3")).expectOk().subscribe("t", "c", 2).messages(2);

            String body = http.get("/stats?format=json").body();
            assertThat(body).matches("\\{\"version\":\"[^\"]+\",\"health\":\"OK\",\"start_time\":\\d+,\"topics\":\\[.*"
                    + "\\],\"memory\":\\{\"heap_objects\":.*\"gc_total_runs\":\\d+\\},\"producers\":\\[\\{.*");
            assertThat(body).contains(
                    "{\"topic_name\":\"t\",\"channels\":[{\"channel_name\":\"c\",\"depth\":1,\"backend_depth\":1,"
                            + "\"in_flight_count\":2,\"deferred_count\":0,\"message_count\":3,\"requeue_count\":0,\"timeout_count\":0,"
                            + "\"client_count\":1,\"clients\":[{\"client_id\":\"me\",\"hostname\":\"h\",\"version\":\"V2\",\"remote_address\":\"127.0.0.1:"
                            + client.socket().getLocalPort()
                            + "\",\"state\":3,\"ready_count\":2,\"in_flight_count\":2,\"message_count\":2,\"finish_count\":0,\"requeue_count\":0,\"connect_ts\":");
            assertThat(body).contains(
                    "\"sample_rate\":0,\"deflate\":false,\"snappy\":false,\"user_agent\":\"ua/1\",\"topology_zone\":\"\","
                            + "\"topology_region\":\"\",\"pub_counts\":[{\"topic\":\"t\",\"count\":3}],\"tls\":false,\"tls_cipher_suite\":\"\","
                            + "\"tls_version\":\"\",\"tls_negotiated_protocol\":\"\",\"tls_negotiated_protocol_is_mutual\":false}],"
                            + "\"paused\":false,\"e2e_processing_latency\":{\"count\":0,\"percentiles\":null}}],"
                            + "\"depth\":0,\"backend_depth\":0,\"message_count\":3,\"message_bytes\":3,\"paused\":false,"
                            + "\"e2e_processing_latency\":{\"count\":0,\"percentiles\":null}}]");
        }
    }

    @Test
    void stats_canBeNarrowed() {
        http.post("/mpub?topic=a", "1");
        http.post("/mpub?topic=b", "1");
        http.post("/channel/create?topic=b&channel=c", "");

        assertThat(http.get("/stats?format=json&include_mem=false&include_clients=false").body())
                .contains("\"topic_name\":\"a\"", "\"clients\":null", "\"producers\":null")
                .doesNotContain("memory");
        assertThat(http.get("/stats?format=json&topic=b&channel=c").body()).contains("\"topic_name\":\"b\"")
                .doesNotContain("\"topic_name\":\"a\"");
        assertThat(http.get("/stats?format=json&channel=c").body()).doesNotContain("\"topic_name\":\"a\"");
        assertThat(http.get("/stats?format=json&topic=none").body()).contains("\"topics\":null");
    }

    @Test
    void stats_asText() {
        assertThat(http.get("/stats").body()).contains("nsqd v1.3.0+millrace (built w/java", "\nHealth: OK\n",
                "\nTopics: None\n",
                "\nProducers: None\n");
        try (RawClient client = node.client()) {
            client.pub("t", "x").subscribe("t", "c", 1).message();

            assertThat(http.get("/stats").body())
                    .contains("\n   [t              ] depth: 0     be-depth: 0     msgs: 1        e2e%: \n")
                    .contains(
                            "\n      [c                        ] depth: 0     be-depth: 0     inflt: 1    def: 0    re-q: 0     "
                                    + "timeout: 0     msgs: 1        e2e%: \n        [V2 127.0.0.1:")
                    .contains("\nProducers:\n   [V2 ");
        }
    }

    @Test
    void stats_haveLatencies_whereTheyAreAskedFor(@TempDir Path other) {
        try (TestNode measured = TestNode.open(other, 1,
                options -> options.with("e2e-processing-latency-percentile", "0.5,1.0"));
                HttpClient asked = HttpClient.of(measured.httpPort());
                RawClient client = measured.client()) {
            client.pub("t", "x").subscribe("t", "c", 1);
            assertThat(asked.get("/stats?format=json").body()).contains(
                    "\"e2e_processing_latency\":{\"count\":0,\"percentiles\":[{\"quantile\":1,\"value\":0},{\"quantile\":0.5,\"value\":0}]}");
            client.line("FIN " + client.message().id()).pub("t", "y");
            assertThat(asked.get("/stats?format=json").body())
                    .containsPattern("\"percentiles\":\\[\\{\"quantile\":1,\"value\":[1-9]\\d+\\},\\{\"quantile\":0.5,")
                    .contains("\"e2e_processing_latency\":{\"count\":1");
            assertThat(asked.get("/stats").body()).containsPattern("e2e%: [\\d.]+[mun]?s, [\\d.]+[mun]?s");
        }
    }

    @Test
    void config_isShown_andTwoOptionsCanBeChanged() {
        assertThat(http.get("/config/max_msg_size").body()).isEqualTo("100");
        assertThat(http.get("/config/max_msg_size").headers().firstValue("Content-Type"))
                .contains("application/json; charset=utf-8");
        assertThat(http.get("/config/log_prefix").headers().firstValue("Content-Type"))
                .contains("text/plain; charset=utf-8");
        assertThat(http.get("/config/statsd_prefix").body()).isEqualTo("nsq.127_0_0_1_" + node.httpPort() + ".");
        assertThat(http.get("/config/nsqlookupd_tcp_addresses").body()).isEqualTo("[]");
        assertThat(http.put("/config/nsqlookupd_tcp_addresses", "[\"127.0.0.1:1\"]").body())
                .isEqualTo("[\"127.0.0.1:1\"]");
        assertThat(http.put("/config/log_level", "debug").body()).isEqualTo("1");
        assertThat(node.logLevel()).isEqualTo("debug");
        assertThat(http.put("/config/log_level", "loud").body()).isEqualTo("{\"message\":\"INVALID_VALUE\"}");
        assertThat(http.put("/config/max_msg_size", "5").body()).isEqualTo("{\"message\":\"INVALID_OPTION\"}");
        assertThat(http.put("/config/log_level", "").statusCode()).isEqualTo(413);
        assertThat(http.get("/config/nothing").body()).isEqualTo("{\"message\":\"INVALID_OPTION\"}");
    }
}
