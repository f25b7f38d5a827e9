package dev.millrace.node;

import dev.millrace.core.machine.Group;
import dev.millrace.core.machine.Topic;
import dev.millrace.core.shard.Shard;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the figures of a shard's topics; owner thread. */
final class Stats {
    private Stats() {}

    static List<TopicStats> of(Shard shard, @Nullable String only) {
        List<TopicStats> stats = new ArrayList<>();
        if (only == null) {
            for (Topic topic : shard.machine().topics()) {
                stats.add(of(shard, topic));
            }
        } else {
            Topic topic = shard.machine().topicOrNull(only);
            if (topic != null) {
                stats.add(of(shard, topic));
            }
        }
        return stats;
    }

    static List<TopicNames> names(Shard shard) {
        List<TopicNames> names = new ArrayList<>();
        for (Topic topic : shard.machine().topics()) {
            names.add(new TopicNames(topic.name(), topic.groups().stream().map(Group::name).sorted().toList()));
        }
        return names;
    }

    private static TopicStats of(Shard shard, Topic topic) {
        List<GroupStats> groups = new ArrayList<>();
        for (Group group : topic.groups()) {
            groups.add(new GroupStats(group.name(), group.paused(), group.offered(), group.scheduled(), group.ready(),
                    group.leased(),
                    group.retrying(), group.done(), group.dead(), group.cancelled(), group.expired(), group.purged(),
                    group.filtered(), group.dropped(), group.retries(), group.timeouts(),
                    shard.topology().subscriptions(group), policy(group)));
        }
        groups.sort(Comparator.comparing(GroupStats::name));
        return new TopicStats(topic.name(), topic.paused(), topic.accepted(), topic.acceptedBytes(), topic.scheduled(),
                topic.joined(), topic.cancelled(), topic.expired(), topic.purged(), topic.dropped(), topic.waiting(),
                topic.tracked(), groups);
    }

    private static RetryPolicy policy(Group group) {
        return new RetryPolicy(group.maxAttempts(), Duration.ofMillis(group.minBackoffMillis()),
                Duration.ofMillis(group.maxBackoffMillis()));
    }
}
