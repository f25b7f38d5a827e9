package dev.millrace.door.nsq.http;

import dev.millrace.door.nsq.http.TopicFigures.ChannelFigures;
import dev.millrace.door.nsq.json.JsonText;
import dev.millrace.door.nsq.latency.LatencyBook.Summary;
import dev.millrace.door.nsq.tcp.ClientSnapshot;
import java.util.List;
import java.util.Map;

/** {@code GET /stats?format=json}: nsqd's members in nsqd's order. */
final class StatsJson {
    private final JsonText out = new JsonText();
    /** Only this topic's publishes are shown, unless empty. */
    private final String topicFilter;
    private final boolean withClients;

    StatsJson(String topicFilter, boolean withClients) {
        this.topicFilter = topicFilter;
        this.withClients = withClients;
    }

    JsonText write(Figures.Snapshot figures, String version, String health, long startSeconds, boolean withMemory) {
        out.object().put("version", version).put("health", health).put("start_time", startSeconds);
        if (figures.topics() == null) {
            out.putNull("topics");
        } else {
            out.array("topics");
            figures.topics().forEach(this::topic);
            out.end();
        }
        if (withMemory) {
            MemoryFigures.write(out);
        }
        if (figures.producers() == null) {
            out.putNull("producers");
        } else {
            clients("producers", figures.producers());
        }
        return out.end();
    }

    private void topic(TopicFigures topic) {
        out.object().put("topic_name", topic.name()).array("channels");
        topic.channels().forEach(this::channel);
        out.end()
                .put("depth", topic.depth())
                .put("backend_depth", topic.depth())
                .put("message_count", topic.messages())
                .put("message_bytes", topic.bytes())
                .put("paused", topic.paused());
        latency(topic.latency());
        out.end();
    }

    private void channel(ChannelFigures channel) {
        out.object()
                .put("channel_name", channel.name())
                .put("depth", channel.depth())
                .put("backend_depth", channel.depth())
                .put("in_flight_count", channel.flow().inFlight())
                .put("deferred_count", channel.flow().deferred())
                .put("message_count", channel.flow().messages())
                .put("requeue_count", channel.flow().requeued())
                .put("timeout_count", channel.flow().timedOut())
                .put("client_count", channel.clientCount());
        if (withClients) {
            clients("clients", channel.clients());
        } else {
            out.putNull("clients");
        }
        out.put("paused", channel.paused());
        latency(channel.latency());
        out.end();
    }

    private void latency(Summary latency) {
        out.object("e2e_processing_latency").put("count", latency.count());
        if (latency.percentiles().isEmpty()) {
            out.putNull("percentiles");
        } else {
            out.array("percentiles");
            latency.percentiles()
                    .forEach(one -> out.object().put("quantile", one.quantile()).put("value", one.nanos()).end());
            out.end();
        }
        out.end();
    }

    private void clients(String name, List<ClientSnapshot> clients) {
        out.array(name);
        clients.forEach(this::client);
        out.end();
    }

    private void client(ClientSnapshot client) {
        ClientSnapshot.About about = client.about();
        ClientSnapshot.Counts counts = client.counts();
        ClientSnapshot.Layers layers = client.layers();
        out.object()
                .put("client_id", about.clientId())
                .put("hostname", about.hostname())
                .put("version", "V2")
                .put("remote_address", client.remoteAddress())
                .put("state", client.state())
                .put("ready_count", counts.ready())
                .put("in_flight_count", counts.inFlight())
                .put("message_count", counts.sent())
                .put("finish_count", counts.finished())
                .put("requeue_count", counts.requeued())
                .put("connect_ts", client.connectedAtSeconds())
                .put("sample_rate", layers.sampleRate())
                .put("deflate", layers.deflate())
                .put("snappy", layers.snappy())
                .put("user_agent", about.userAgent());
        if (about.authed()) {
            out.put("authed", true);
            unlessEmpty("auth_identity", about.identity());
            unlessEmpty("auth_identity_url", about.identityUrl());
        }
        out.put("topology_zone", about.topologyZone()).put("topology_region", about.topologyRegion());
        publishCounts(client.published());
        out.put("tls", layers.tls())
                .put("tls_cipher_suite", layers.cipherSuite())
                .put("tls_version", layers.tlsVersion())
                .put("tls_negotiated_protocol", "")
                .put("tls_negotiated_protocol_is_mutual", layers.tls())
                .end();
    }

    private void unlessEmpty(String name, String value) {
        if (!value.isEmpty()) {
            out.put(name, value);
        }
    }

    /** One entry, as nsqd has it. */
    private void publishCounts(Map<String, Long> published) {
        published.entrySet()
                .stream()
                .filter(one -> topicFilter.isEmpty() || one.getKey().equals(topicFilter))
                .findFirst()
                .ifPresent(one -> out.array("pub_counts")
                        .object()
                        .put("topic", one.getKey())
                        .put("count", one.getValue())
                        .end()
                        .end());
    }
}
