package dev.millrace.door.nsq.http;

import dev.millrace.door.nsq.http.TopicFigures.ChannelFigures;
import dev.millrace.door.nsq.http.TopicFigures.Flow;
import dev.millrace.door.nsq.latency.LatencyBook;
import dev.millrace.door.nsq.latency.LatencyBook.Summary;
import dev.millrace.door.nsq.tcp.ClientSnapshot;
import dev.millrace.door.nsq.tcp.Hub;
import dev.millrace.door.nsq.tcp.TcpDoor;
import dev.millrace.node.Broker;
import dev.millrace.node.BrokerException;
import dev.millrace.node.DeadNames;
import dev.millrace.node.GroupStats;
import dev.millrace.node.ShardHealth;
import dev.millrace.node.TopicStats;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * nsqd's figures, of the engine's counters and the door's connections.
 *
 * <pre>
 *   nsqd                      here
 *   topic depth               waiting for a first channel, or for the end of a pause
 *   channel depth             ready
 *   in_flight_count           leased
 *   deferred_count            retrying, and what is scheduled for the whole topic
 *   backend_depth             depth: everything is on disk
 * </pre>
 */
final class Figures {
    private final Broker broker;
    private final TcpDoor tcp;
    private final DeadNames.Known names;
    private final @Nullable LatencyBook latencies;

    Figures(Hub hub, TcpDoor tcp) {
        this.broker = hub.broker();
        this.names = hub.names();
        this.latencies = hub.latencies();
        this.tcp = tcp;
    }

    /** All figures of one instant. Topics are null when the one asked for is not there. */
    record Snapshot(@Nullable List<TopicFigures> topics, @Nullable List<ClientSnapshot> producers) {}

    /** Blocks until the shards have answered; an empty name means all. */
    Snapshot read(String topic, String channel, boolean withClients) {
        List<ClientSnapshot> clients = tcp.clients().join();
        List<TopicStats> stats = stats(topic);
        DeadNames.Source source = stats == null ? DeadNames.resolve(topic, names) : null;
        List<TopicStats> withDead = source == null ? stats : stats(source.topic());
        List<ClientSnapshot> producers = clients.stream().filter(client -> !client.published().isEmpty()).toList();
        if (withDead == null) {
            return new Snapshot(null, null);
        }
        List<TopicFigures> topics = new ArrayList<>(withDead.size());
        for (TopicStats one : stats == null ? List.<TopicStats>of() : stats) {
            List<GroupStats> groups = one.groups()
                    .stream()
                    .filter(group -> channel.isEmpty() || group.name().equals(channel))
                    .toList();
            if (channel.isEmpty() || !groups.isEmpty()) {
                topics.add(topic(one, groups, withClients ? clients : null));
            }
        }
        if (topic.isEmpty() || source != null) {
            new DeadFigures(names, broker.deadReadings(), withClients ? clients : null).of(withDead)
                    .stream()
                    .filter(one -> topic.isEmpty() || one.name().equals(topic))
                    .filter(one -> channel.isEmpty() || one.channels().stream().anyMatch(is(channel)))
                    .forEach(topics::add);
            topics.sort(Comparator.comparing(TopicFigures::name));
        }
        return new Snapshot(topics, withClients && !producers.isEmpty() ? producers : null);
    }

    private static Predicate<ChannelFigures> is(String channel) {
        return one -> one.name().equals(channel);
    }

    private @Nullable List<TopicStats> stats(String topic) {
        try {
            List<TopicStats> stats = broker.stats(topic.isEmpty() ? null : topic).join();
            return !topic.isEmpty() && stats.isEmpty() ? null : stats;
        } catch (CompletionException e) {
            if (e.getCause() instanceof BrokerException refused
                    && refused.category() == BrokerException.Category.NOT_FOUND) {
                return null;
            }
            throw e;
        }
    }

    private TopicFigures topic(TopicStats stats, List<GroupStats> groups,
            @Nullable List<ClientSnapshot> clients) {
        List<ChannelFigures> channels = groups.stream().map(group -> channel(stats, group, clients)).toList();
        return new TopicFigures(stats.name(), channels, stats.waiting(), stats.accepted(), stats.acceptedBytes(),
                stats.paused(),
                latency(stats.name(), groups));
    }

    private ChannelFigures channel(TopicStats topic, GroupStats group, @Nullable List<ClientSnapshot> clients) {
        List<ClientSnapshot> own = clients == null
                ? List.of()
                : clients.stream()
                        .filter(client -> client.topic().equals(topic.name()) && client.channel().equals(group.name()))
                        .toList();
        Flow flow = new Flow(group.leased(), group.retrying() + topic.scheduled(), group.offered(), group.retries(),
                group.timeouts());
        return new ChannelFigures(group.name(), group.ready(), flow, group.subscriptions(), own, group.paused(),
                latency(topic.name(), List.of(group)));
    }

    private Summary latency(String topic, List<GroupStats> groups) {
        return latencies == null
                ? Summary.NONE
                : latencies.summary(topic, groups.stream().map(GroupStats::name).toList());
    }

    /** {@code OK}, or {@code NOK - } and what is wrong. */
    String health() {
        for (ShardHealth shard : broker.health()) {
            if (!shard.serving()) {
                return "NOK - " + shard.message();
            }
        }
        return "OK";
    }
}
