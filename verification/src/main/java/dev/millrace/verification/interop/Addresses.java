package dev.millrace.verification.interop;

import java.io.IOException;
import tools.jackson.databind.JsonNode;

/** Where a server under check is reached: host:port of nsqd's and nsqlookupd's ports. */
record Addresses(String tcp, String http, String lookupdTcp, String lookupdHttp) {
    private static final int WAIT_SECONDS = 30;

    /** The ports that NSQ is known by. */
    static final Addresses WELL_KNOWN = new Addresses("127.0.0.1:4150", "127.0.0.1:4151", "127.0.0.1:4160",
            "127.0.0.1:4161");

    void publish(String topic, String body) throws IOException, InterruptedException {
        Http.expect200("POST", http, "/pub?topic=" + topic, body);
    }

    void publishLines(String topic, String lines) throws IOException, InterruptedException {
        Http.expect200("POST", http, "/mpub?topic=" + topic, lines);
    }

    void createChannel(String topic, String channel) throws IOException, InterruptedException {
        Http.expect200("POST", http, "/topic/create?topic=" + topic, "");
        Http.expect200("POST", http, "/channel/create?topic=" + topic + "&channel=" + channel, "");
    }

    /** The topic in nsqd's statistics; a missing node if it has none of that name. */
    JsonNode topic(String topic) throws IOException, InterruptedException {
        return Http.get(http, "/stats?format=json&topic=" + topic).path("topics").path(0);
    }

    /** The channel in nsqd's statistics; a missing node if the topic has none of that name. */
    JsonNode channel(String topic, String channel) throws IOException, InterruptedException {
        for (JsonNode each : topic(topic).path("channels")) {
            if (each.path("channel_name").asString("").equals(channel)) {
                return each;
            }
        }
        return topic(topic).path("no such channel");
    }

    void awaitDepth(String topic, int depth) throws Exception {
        Await.until("topic " + topic + " has depth " + depth, WAIT_SECONDS,
                () -> topic(topic).path("depth").asInt(-1) == depth, () -> topic(topic));
    }

    /** Waits until the channel has neither waiting nor unfinished messages. */
    void awaitFinished(String topic, String channel) throws Exception {
        Await.until("channel " + topic + "/" + channel + " is done", WAIT_SECONDS, () -> {
            JsonNode state = channel(topic, channel);
            return state.path("depth").asInt(-1) == 0 && state.path("in_flight_count").asInt(-1) == 0
                    && state.path("deferred_count").asInt(-1) == 0;
        }, () -> channel(topic, channel));
    }
}
