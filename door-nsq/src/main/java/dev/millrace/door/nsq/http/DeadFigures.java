package dev.millrace.door.nsq.http;

import dev.millrace.door.nsq.http.TopicFigures.ChannelFigures;
import dev.millrace.door.nsq.http.TopicFigures.Flow;
import dev.millrace.door.nsq.latency.LatencyBook.Summary;
import dev.millrace.door.nsq.tcp.ClientSnapshot;
import dev.millrace.node.DeadNames;
import dev.millrace.node.DeadReading;
import dev.millrace.node.GroupStats;
import dev.millrace.node.TopicStats;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * nsqd's figures of dead letters, which are shown as topics as long as there are any or somebody reads them. Counts are
 * those of the readers that there are now.
 */
final class DeadFigures {
    private final DeadNames.Known names;
    private final List<DeadReading> readings;
    private final @Nullable List<ClientSnapshot> clients;

    DeadFigures(DeadNames.Known names, List<DeadReading> readings, @Nullable List<ClientSnapshot> clients) {
        this.names = names;
        this.readings = readings;
        this.clients = clients;
    }

    /** Of all groups of these topics. */
    List<TopicFigures> of(List<TopicStats> topics) {
        List<TopicFigures> all = new ArrayList<>();
        for (TopicStats topic : topics) {
            for (GroupStats group : topic.groups()) {
                List<DeadReading> own = readings.stream()
                        .filter(each -> each.topic().equals(topic.name()) && each.group().equals(group.name()))
                        .toList();
                if (group.dead() > 0 || !own.isEmpty()) {
                    all.add(topic(DeadNames.of(topic.name(), group.name(), names), group.dead(), own));
                }
            }
        }
        return all;
    }

    private TopicFigures topic(String name, long dead, List<DeadReading> own) {
        List<ChannelFigures> channels = own.stream().map(each -> channel(name, dead, each)).toList();
        return new TopicFigures(name, channels, channels.isEmpty() ? dead : 0, dead, 0, false, Summary.NONE);
    }

    private ChannelFigures channel(String topic, long dead, DeadReading reading) {
        DeadReading.Progress progress = reading.progress();
        long depth = Math.max(0, dead - progress.seen() - progress.lent() - progress.waiting());
        List<ClientSnapshot> own = clients == null
                ? List.of()
                : clients.stream()
                        .filter(client -> client.topic().equals(topic) && client.channel().equals(reading.channel()))
                        .toList();
        Flow flow = new Flow(progress.lent(), progress.waiting(), progress.loans(), progress.returned(),
                progress.lapsed());
        return new ChannelFigures(reading.channel(), depth, flow, reading.readers(), own, false, Summary.NONE);
    }
}
