package dev.millrace.door.nsq.lookupd;

import dev.millrace.door.nsq.json.JsonText;
import dev.millrace.door.nsq.wire.Names;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/**
 * Topics and channels with the peers that have them. A name stays when its last peer goes, until somebody deletes it; an
 * ephemeral one goes with its last peer's UNREGISTER.
 *
 * <p>
 * Thread safety: one lock, held for work in memory only.
 */
final class Registry {
    /** A topic's registration by one peer. */
    private static final class Registration {
        private long tombstonedAtMillis = Long.MIN_VALUE;

        private boolean isTombstoned(long nowMillis, long lifetimeMillis) {
            return tombstonedAtMillis != Long.MIN_VALUE && nowMillis - tombstonedAtMillis < lifetimeMillis;
        }
    }

    /** A topic: its producers, and its channels with theirs. */
    private static final class Topic {
        private final Map<Peer, Registration> producers = new LinkedHashMap<>();
        private final SortedMap<String, Map<Peer, Registration>> channels = new TreeMap<>();
    }

    private final long inactiveMillis;
    private final long tombstoneMillis;
    private final LongSupplier clockMillis;
    private final SortedMap<String, Topic> topics = new TreeMap<>();
    private final Map<Peer, Registration> peers = new LinkedHashMap<>();

    Registry(Duration inactiveTimeout, Duration tombstoneLifetime, LongSupplier clockMillis) {
        this.inactiveMillis = inactiveTimeout.toMillis();
        this.tombstoneMillis = tombstoneLifetime.toMillis();
        this.clockMillis = clockMillis;
    }

    // ---- peers ----

    synchronized void add(Peer peer) {
        peers.put(peer, new Registration());
    }

    synchronized void pinged(Peer peer) {
        peer.lastUpdateMillis = clockMillis.getAsLong();
    }

    /** Everything the peer has registered goes with it. */
    synchronized void remove(Peer peer) {
        peers.remove(peer);
        for (Topic topic : topics.values()) {
            topic.producers.remove(peer);
            topic.channels.values().forEach(producers -> producers.remove(peer));
        }
    }

    /** An empty channel means the topic alone. */
    synchronized void register(Peer peer, String topic, String channel) {
        Topic entry = topics.computeIfAbsent(topic, _ -> new Topic());
        entry.producers.computeIfAbsent(peer, _ -> new Registration());
        if (!channel.isEmpty()) {
            entry.channels.computeIfAbsent(channel, _ -> new LinkedHashMap<>())
                    .computeIfAbsent(peer, _ -> new Registration());
        }
    }

    synchronized void unregister(Peer peer, String topic, String channel) {
        Topic entry = topics.get(topic);
        if (entry == null) {
            return;
        }
        if (!channel.isEmpty()) {
            Map<Peer, Registration> producers = entry.channels.get(channel);
            if (producers != null) {
                producers.remove(peer);
                if (producers.isEmpty() && Names.isEphemeral(channel)) {
                    entry.channels.remove(channel);
                }
            }
            return;
        }
        entry.channels.values().forEach(producers -> producers.remove(peer));
        entry.producers.remove(peer);
        if (entry.producers.isEmpty() && Names.isEphemeral(topic)) {
            topics.remove(topic);
        }
    }

    // ---- operators ----

    synchronized void createTopic(String topic) {
        topics.computeIfAbsent(topic, _ -> new Topic());
    }

    synchronized void deleteTopic(String topic) {
        topics.remove(topic);
    }

    synchronized void createChannel(String topic, String channel) {
        topics.computeIfAbsent(topic, _ -> new Topic()).channels.computeIfAbsent(channel, _ -> new LinkedHashMap<>());
    }

    /** Whether it was there. */
    synchronized boolean deleteChannel(String topic, String channel) {
        Topic entry = topics.get(topic);
        return entry != null && entry.channels.remove(channel) != null;
    }

    /** Hides the node's registration of the topic for the tombstone's lifetime. */
    synchronized void tombstone(String topic, String node) {
        Topic entry = topics.get(topic);
        if (entry != null) {
            entry.producers.forEach((peer, registration) -> {
                if (peer.node().equals(node)) {
                    registration.tombstonedAtMillis = clockMillis.getAsLong();
                }
            });
        }
    }

    // ---- questions ----

    synchronized List<String> topics() {
        return List.copyOf(topics.keySet());
    }

    synchronized List<String> channels(String topic) {
        Topic entry = topics.get(topic);
        return entry == null ? List.of() : List.copyOf(entry.channels.keySet());
    }

    synchronized boolean has(String topic) {
        return topics.containsKey(topic);
    }

    /** Writes the topic's channels and its live producers. */
    synchronized JsonText lookup(String topic, JsonText out) {
        long now = clockMillis.getAsLong();
        out.object().put("channels", channels(topic)).array("producers");
        Topic entry = topics.get(topic);
        if (entry != null) {
            entry.producers.forEach((peer, registration) -> {
                if (isActive(peer, now) && !registration.isTombstoned(now, tombstoneMillis)) {
                    describe(peer, out.object()).end();
                }
            });
        }
        return out.end().end();
    }

    /** Writes all live peers with their topics, tombstoned ones included and marked. */
    synchronized JsonText nodes(JsonText out) {
        long now = clockMillis.getAsLong();
        out.object().array("producers");
        for (Peer peer : peers.keySet()) {
            if (isActive(peer, now)) {
                List<String> own = topicsOf(peer);
                describe(peer, out.object()).array("tombstones");
                own.forEach(name -> out.add(isTombstoned(name, peer, now)));
                out.end().put("topics", own).end();
            }
        }
        return out.end().end();
    }

    private List<String> topicsOf(Peer peer) {
        List<String> own = new ArrayList<>();
        topics.forEach((name, entry) -> {
            if (entry.producers.containsKey(peer)) {
                own.add(name);
            }
        });
        return own;
    }

    private boolean isTombstoned(String topic, Peer peer, long now) {
        Topic entry = topics.get(topic);
        Registration registration = entry == null ? null : entry.producers.get(peer);
        return registration != null && registration.isTombstoned(now, tombstoneMillis);
    }

    /** Writes every registration: category, topic and channel with a colon between. */
    synchronized JsonText debug(JsonText out) {
        SortedMap<String, Map<Peer, Registration>> all = new TreeMap<>();
        all.put("client::", peers);
        topics.forEach((name, entry) -> {
            all.put("topic:" + name + ":", entry.producers);
            entry.channels.forEach((channel, producers) -> all.put("channel:" + name + ":" + channel, producers));
        });
        out.object();
        all.forEach((key, producers) -> {
            if (!producers.isEmpty()) {
                out.array(key);
                producers.forEach((peer, registration) -> debug(peer, registration, out));
                out.end();
            }
        });
        return out.end();
    }

    private void debug(Peer peer, Registration registration, JsonText out) {
        boolean tombstoned = registration.tombstonedAtMillis != Long.MIN_VALUE;
        out.object()
                .put("broadcast_address", peer.broadcastAddress)
                .put("hostname", peer.hostname)
                .put("http_port", peer.httpPort)
                .put("id", peer.remoteAddress)
                .put("last_update", peer.lastUpdateMillis * 1_000_000)
                .put("tcp_port", peer.tcpPort)
                .put("tombstoned", tombstoned)
                .put("tombstoned_at", tombstoned ? registration.tombstonedAtMillis * 1_000_000 : 0)
                .put("topology_region", peer.topologyRegion)
                .put("topology_zone", peer.topologyZone)
                .put("version", peer.version)
                .end();
    }

    private boolean isActive(Peer peer, long now) {
        return now - peer.lastUpdateMillis <= inactiveMillis;
    }

    private static JsonText describe(Peer peer, JsonText out) {
        return out.put("remote_address", peer.remoteAddress)
                .put("hostname", peer.hostname)
                .put("broadcast_address", peer.broadcastAddress)
                .put("tcp_port", peer.tcpPort)
                .put("http_port", peer.httpPort)
                .put("version", peer.version)
                .put("topology_zone", peer.topologyZone)
                .put("topology_region", peer.topologyRegion);
    }
}
