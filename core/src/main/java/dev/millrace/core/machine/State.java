package dev.millrace.core.machine;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Everything a shard knows: topics and groups, leases, what waits for its time, and how far ids have come.
 *
 * <p>
 * Changed by {@link Applier} only, one method per transition. Thread safety: owner thread only.
 */
final class State {
    private final TreeMap<String, Topic> topicsByName = new TreeMap<>();
    private @Nullable Topic[] topics = new Topic[8];
    private @Nullable Group[] groups = new Group[8];
    int nextTopic;
    int nextGroup;
    long lastCounter;
    final LeaseTable leases = new LeaseTable();
    final Waiting waiting;
    final SegmentUse segments;
    /** Derived: topics whose passed chunks are still to be released. */
    final ArrayDeque<Topic> toSweep = new ArrayDeque<>();
    /** What has to leave this shard and has not arrived. */
    final MailTable mail = new MailTable();
    /** Not state: the number of this shard. */
    int shard;
    /** Notes of attempts, over all groups. */
    long notes;
    /** Derived: rows of tracked messages, over all groups. */
    long tracked;
    /** Derived: groups whose dead letters are being replayed or purged. */
    final ArrayDeque<Group> deadJobs = new ArrayDeque<>();
    /** What operators purged and chunks still count. */
    final Garbage garbage = new Garbage();

    State(long startMillis, long segmentBytes) {
        segments = new SegmentUse(segmentBytes);
        waiting = new Waiting(startMillis, segments);
    }

    Collection<Topic> topics() {
        return topicsByName.values();
    }

    @Nullable
    Topic topicOrNull(String name) {
        return topicsByName.get(name);
    }

    Topic topic(String name) {
        Topic topic = topicsByName.get(name);
        if (topic == null) {
            throw new MissingException("there is no topic " + name);
        }
        return topic;
    }

    @Nullable
    Topic topicOrNull(int number) {
        return number >= 0 && number < topics.length ? topics[number] : null;
    }

    /** For replay: the record names a topic that must exist. */
    Topic topic(int number) {
        Topic topic = topicOrNull(number);
        if (topic == null) {
            throw new IllegalStateException("record of a topic that does not exist: " + number);
        }
        return topic;
    }

    @Nullable
    Group groupOrNull(int number) {
        return number >= 0 && number < groups.length ? groups[number] : null;
    }

    Group group(int number) {
        Group group = groupOrNull(number);
        if (group == null) {
            throw new IllegalStateException("record of a group that does not exist: " + number);
        }
        return group;
    }

    void put(Topic topic) {
        if (topic.number >= topics.length) {
            topics = Arrays.copyOf(topics, Math.max(topic.number + 1, topics.length * 2));
        }
        topics[topic.number] = topic;
        topicsByName.put(topic.name, topic);
        nextTopic = Math.max(nextTopic, topic.number + 1);
    }

    void put(Group group) {
        if (group.number >= groups.length) {
            groups = Arrays.copyOf(groups, Math.max(group.number + 1, groups.length * 2));
        }
        groups[group.number] = group;
        group.topic.groups.add(group);
        nextGroup = Math.max(nextGroup, group.number + 1);
    }

    void remove(Topic topic) {
        topics[topic.number] = null;
        topicsByName.remove(topic.name);
    }

    /** The group is gone; leases and retries that name it still find it until the last of them has ended. */
    void remove(Group group) {
        group.removed = true;
        group.topic.groups.remove(group);
        forgetIfUnused(group);
    }

    void forgetIfUnused(Group group) {
        if (group.removed && group.held == 0) {
            groups[group.number] = null;
        }
    }

    /** The group a lease belongs to, or null when the group is gone or was emptied since. */
    @Nullable
    Group groupOf(int slot) {
        Group group = groupOrNull(LeaseTable.groupOf(leases.place(slot)));
        return group == null || group.removed || !leases.isOf(slot, group.generation) ? null
                : group;
    }
}
