package dev.millrace.door.nsq.lookup;

import dev.millrace.node.Broker;
import dev.millrace.node.DeadNames;
import dev.millrace.node.TopicNames;
import dev.millrace.node.TopologyListener;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The topics and channels that exist, kept up by the shards' own reports: a look-up asks no shard. What the broker has
 * answered as created is in here by then. Thread-safe.
 */
public final class KnownTopics implements TopologyListener, DeadNames.Known {
    private final Map<String, Set<String>> channels = new ConcurrentHashMap<>();
    /** Groups that have, or had, dead letters, under the names of these. */
    private final Map<DeadNames.Source, String> dead = new ConcurrentHashMap<>();
    private final List<TopologyListener> followers = new CopyOnWriteArrayList<>();

    /** Follows the broker; complete when what existed before is known, too. */
    public static CompletableFuture<KnownTopics> of(Broker broker) {
        KnownTopics known = new KnownTopics();
        broker.addListener(known);
        return broker.names().thenCompose(names -> {
            names.forEach(known::add);
            return broker.deadNames();
        }).thenApply(names -> {
            names.forEach(each -> each.groups().forEach(group -> known.died(each.topic(), group)));
            return known;
        });
    }

    private void add(TopicNames names) {
        topicCreated(names.topic());
        names.groups().forEach(group -> groupCreated(names.topic(), group));
    }

    @Override
    public boolean has(String topic) {
        return channels.containsKey(topic);
    }

    @Override
    public boolean has(String topic, String channel) {
        Set<String> known = channels.get(topic);
        return known != null && known.contains(channel);
    }

    /** Names of all topics with their channels, now. */
    @Override
    public List<TopicNames> all() {
        List<TopicNames> all = new ArrayList<>();
        channels.forEach((topic, known) -> all.add(new TopicNames(topic, List.copyOf(known))));
        return all;
    }

    /** Names under which dead letters are shown as topics, now. */
    public List<String> deadTopics() {
        return List.copyOf(dead.values());
    }

    /** Told of every further change, on a shard's thread: must only hand over. */
    public void follow(TopologyListener follower) {
        followers.add(follower);
    }

    @Override
    public void topicCreated(String topic) {
        channels.computeIfAbsent(topic, _ -> ConcurrentHashMap.newKeySet());
        followers.forEach(follower -> follower.topicCreated(topic));
    }

    @Override
    public void topicDeleted(String topic) {
        channels.remove(topic);
        followers.forEach(follower -> follower.topicDeleted(topic));
    }

    @Override
    public void groupCreated(String topic, String group) {
        channels.computeIfAbsent(topic, _ -> ConcurrentHashMap.newKeySet()).add(group);
        followers.forEach(follower -> follower.groupCreated(topic, group));
    }

    @Override
    public void groupDeleted(String topic, String group) {
        Set<String> known = channels.get(topic);
        if (known != null) {
            known.remove(group);
        }
        String name = dead.remove(new DeadNames.Source(topic, group));
        if (name != null && !has(name)) {
            followers.forEach(follower -> follower.topicDeleted(name));
        }
        followers.forEach(follower -> follower.groupDeleted(topic, group));
    }

    /** The first of a group makes a topic of dead letters known to those who follow. */
    @Override
    public void died(String topic, String group) {
        DeadNames.Source source = new DeadNames.Source(topic, group);
        if (!dead.containsKey(source)) {
            String name = DeadNames.of(topic, group, this);
            if (dead.putIfAbsent(source, name) == null) {
                followers.forEach(follower -> follower.topicCreated(name));
            }
        }
    }
}
