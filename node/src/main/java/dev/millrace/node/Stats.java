package dev.millrace.node;

import dev.millrace.core.machine.Group;
import dev.millrace.core.machine.Topic;
import dev.millrace.core.shard.Shard;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Reads the figures of a shard's topics; owner thread. */
final class Stats {
    private Stats() {}

    /** Topics of one call at most, and numbers looked at for them: most numbers may be of topics that are gone. */
    static final int PAGE = 256;
    private static final int NUMBERS = 64 * PAGE;

    /**
     * A part of the topics.
     *
     * @param next
     *            the number at which the next page starts, or -1
     */
    record Page(List<TopicStats> topics, int next) {}

    /** The topic, if it exists. */
    static List<TopicStats> of(Shard shard, String only) {
        Topic topic = shard.machine().topicOrNull(only);
        return topic == null ? List.of() : List.of(of(shard, topic));
    }

    /** Topics from this number on, as many as one call may take the owner's time for. */
    static Page page(Shard shard, int from) {
        List<TopicStats> stats = new ArrayList<>();
        int end = shard.machine().topicNumbersEnd();
        int number = from;
        while (number < end && number - from < NUMBERS && stats.size() < PAGE) {
            Topic topic = shard.machine().topicOrNull(number);
            if (topic != null) {
                stats.add(of(shard, topic));
            }
            number++;
        }
        return new Page(stats, number < end ? number : -1);
    }

    static List<TopicNames> names(Shard shard) {
        List<TopicNames> names = new ArrayList<>();
        for (Topic topic : shard.machine().topics()) {
            names.add(new TopicNames(topic.name(), topic.groups().stream().map(Group::name).sorted().toList()));
        }
        return names;
    }

    /** Topics with those of their groups that have dead letters. */
    static List<TopicNames> deadNames(Shard shard) {
        List<TopicNames> names = new ArrayList<>();
        for (Topic topic : shard.machine().topics()) {
            List<String> groups = topic.groups().stream().filter(group -> group.dead() > 0).map(Group::name).toList();
            if (!groups.isEmpty()) {
                names.add(new TopicNames(topic.name(), groups));
            }
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
                Duration.ofMillis(group.maxBackoffMillis()), group.jitterPercent());
    }
}
