package dev.millrace.verification.interop;

import dev.millrace.verification.process.ManagedProcess;
import java.io.IOException;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** A real nsqadmin on top of the servers: everything that its pages show and do. */
final class AdminSuite {
    private static final int WAIT_SECONDS = 30;
    private static final String ADMIN = "127.0.0.1:4171";

    private final Programs programs;
    private final Addresses at;
    private final Results results;
    private final String prefix;

    AdminSuite(Programs programs, String target, Addresses at, Results results) {
        this.programs = programs;
        this.at = at;
        this.results = results;
        this.prefix = target + ": nsqadmin: ";
    }

    void run() {
        try (ManagedProcess admin = programs.tool("nsqadmin",
                List.of("-lookupd-http-address", at.lookupdHttp(), "-http-address", ADMIN))) {
            awaitUp(admin);
            results.check(prefix + "its page is served", this::page);
            results.check(prefix + "lists the node with its version and topics", this::nodes);
            results.check(prefix + "shows a topic's and a channel's figures", this::figures);
            results.check(prefix + "counts messages", this::counter);
            results.check(prefix + "creates a topic and a channel", this::create);
            results.check(prefix + "pauses, unpauses and empties a topic", this::topicActions);
            results.check(prefix + "pauses, unpauses and empties a channel", this::channelActions);
            results.check(prefix + "deletes a channel and a topic", this::delete);
            results.check(prefix + "tombstones a node for a topic", this::tombstone);
        } catch (Exception | AssertionError e) {
            results.fail(prefix + "run", String.valueOf(e.getMessage()));
        }
        results.check(prefix + "works on a nsqd's address without nsqlookupd", this::withoutLookup);
    }

    private static void awaitUp(ManagedProcess admin) throws Exception {
        Await.until("nsqadmin answers", WAIT_SECONDS, () -> Http.send("GET", ADMIN, "/ping", "").status() == 200,
                () -> admin.tail(20));
    }

    private static String unique(String name) {
        return "interop_admin_" + name + "_" + Long.toString(System.nanoTime(), 36);
    }

    private static void expect(boolean condition, Object seen) throws IOException {
        if (!condition) {
            throw new IOException("seen: " + seen);
        }
    }

    /** A topic with one channel and five messages in it, known to nsqlookupd. */
    private String topicWithFive(String name) throws Exception {
        String topic = unique(name);
        at.createChannel(topic, "c");
        at.publishLines(topic, "1\n2\n3\n4\n5");
        awaitDepth(topic, 5);
        awaitInLookup(topic, "c");
        return topic;
    }

    private void awaitDepth(String topic, int depth) throws Exception {
        Await.until("the channel has depth " + depth, WAIT_SECONDS,
                () -> at.channel(topic, "c").path("depth").asInt(-1) == depth, () -> at.channel(topic, "c"));
    }

    private void awaitInLookup(String topic, String channel) throws Exception {
        Await.until("nsqlookupd knows " + topic + "/" + channel, WAIT_SECONDS, () -> {
            Http.Answer answer = Http.send("GET", at.lookupdHttp(), "/lookup?topic=" + topic, "");
            return answer.status() == 200 && answer.text().contains("\"" + channel + "\"");
        }, () -> Http.send("GET", at.lookupdHttp(), "/lookup?topic=" + topic, "").text());
    }

    private static void act(String path, String action) throws Exception {
        Http.expect200("POST", ADMIN, path, "{\"action\":\"" + action + "\"}");
    }

    private void page() throws Exception {
        Http.Answer page = Http.expect200("GET", ADMIN, "/", "");
        expect(page.text().contains("nsqadmin"), page.text());
    }

    private void nodes() throws Exception {
        String topic = topicWithFive("nodes");
        JsonNode nodes = Http.get(ADMIN, "/api/nodes").path("nodes");
        expect(nodes.size() == 1 && nodes.path(0).path("broadcast_address").asString("").equals("127.0.0.1")
                && !nodes.path(0).path("version").asString("").isEmpty()
                && !nodes.path(0).path("out_of_date").asBoolean(true), nodes);
        String node = "127.0.0.1:" + nodes.path(0).path("http_port").asInt(0);
        JsonNode detail = Http.get(ADMIN, "/api/nodes/" + node);
        expect(detail.toString().contains(topic) && detail.path("total_messages").asInt(-1) >= 5, detail);
    }

    private void figures() throws Exception {
        String name = topicWithFive("figures");
        expect(Http.get(ADMIN, "/api/topics").path("topics").toString().contains(name), "the list lacks " + name);
        JsonNode topic = Http.get(ADMIN, "/api/topics/" + name);
        expect(topic.path("message_count").asInt(-1) == 5 && topic.path("nodes").size() == 1
                && topic.path("channels").path(0).path("channel_name").asString("").equals("c"), topic);
        JsonNode channel = Http.get(ADMIN, "/api/topics/" + name + "/c");
        expect(channel.path("depth").asInt(-1) == 5 && channel.path("in_flight_count").asInt(-1) == 0
                && channel.path("deferred_count").asInt(-1) == 0 && channel.path("client_count").asInt(-1) == 0
                && !channel.path("paused").asBoolean(true), channel);
    }

    private void counter() throws Exception {
        String topic = topicWithFive("counter");
        JsonNode stats = Http.get(ADMIN, "/api/counter").path("stats");
        expect(stats.toString().contains(topic), stats);
    }

    private void create() throws Exception {
        String topic = unique("create");
        Http.expect200("POST", ADMIN, "/api/topics", "{\"topic\":\"" + topic + "\",\"channel\":\"made\"}");
        JsonNode known = Http.get(at.lookupdHttp(), "/channels?topic=" + topic);
        expect(known.path("channels").path(0).asString("").equals("made"), known);
    }

    private void topicActions() throws Exception {
        String topic = topicWithFive("topic_actions");
        act("/api/topics/" + topic, "pause");
        expect(at.topic(topic).path("paused").asBoolean(false), at.topic(topic));
        at.publish(topic, "held back");
        at.awaitDepth(topic, 1);
        act("/api/topics/" + topic, "empty");
        at.awaitDepth(topic, 0);
        act("/api/topics/" + topic, "unpause");
        expect(!at.topic(topic).path("paused").asBoolean(true), at.topic(topic));
    }

    private void channelActions() throws Exception {
        String topic = topicWithFive("channel_actions");
        act("/api/topics/" + topic + "/c", "pause");
        expect(at.channel(topic, "c").path("paused").asBoolean(false), at.topic(topic));
        act("/api/topics/" + topic + "/c", "unpause");
        expect(!at.channel(topic, "c").path("paused").asBoolean(true), at.topic(topic));
        act("/api/topics/" + topic + "/c", "empty");
        awaitDepth(topic, 0);
    }

    private void delete() throws Exception {
        String topic = topicWithFive("delete");
        Http.expect200("DELETE", ADMIN, "/api/topics/" + topic + "/c", "");
        expect(at.channel(topic, "c").isMissingNode(), at.topic(topic));
        Http.expect200("DELETE", ADMIN, "/api/topics/" + topic, "");
        expect(at.topic(topic).isMissingNode(), at.topic(topic));
        expect(!Http.get(at.lookupdHttp(), "/topics").toString().contains(topic), "nsqlookupd still knows " + topic);
    }

    private void tombstone() throws Exception {
        String topic = topicWithFive("tombstone");
        String node = "127.0.0.1:" + Http.get(at.lookupdHttp(), "/nodes")
                .path("producers")
                .path(0)
                .path("http_port")
                .asInt(0);
        Http.expect200("DELETE", ADMIN, "/api/nodes/" + node, "{\"topic\":\"" + topic + "\"}");
        JsonNode lookup = Http.get(at.lookupdHttp(), "/lookup?topic=" + topic);
        expect(lookup.path("producers").isEmpty(), lookup);
    }

    private void withoutLookup() throws Exception {
        String topic = topicWithFive("without");
        try (ManagedProcess admin = programs.tool("nsqadmin",
                List.of("-nsqd-http-address", at.http(), "-http-address", ADMIN))) {
            awaitUp(admin);
            expect(Http.get(ADMIN, "/api/topics").path("topics").toString().contains(topic), "the list lacks " + topic);
            expect(Http.get(ADMIN, "/api/topics/" + topic + "/c").path("depth").asInt(-1) == 5, topic);
        }
    }
}
