package dev.millrace.core.shard;

import dev.millrace.core.machine.Group;
import dev.millrace.core.machine.Machine;
import dev.millrace.core.machine.MachineListener;
import dev.millrace.core.machine.PlantedBugs.Bug;
import dev.millrace.core.machine.Topic;
import java.util.List;

/**
 * Topics and groups as the runtime uses them: created on demand, removed with their last user when ephemeral, each group
 * with its feed.
 *
 * <p>
 * Thread safety: owner thread only.
 */
public final class Topology implements MachineListener {
    private static final String EPHEMERAL_SUFFIX = "#ephemeral";

    private final Shard shard;
    private final ShardListener listener;
    private boolean ephemeralsGone;

    Topology(Shard shard, ShardListener listener) {
        this.shard = shard;
        this.listener = listener;
    }

    /** Tells of everything that recovery found. */
    void adopt(Machine machine) {
        for (Topic topic : machine.topics()) {
            topicCreated(topic);
            for (Group group : topic.groups()) {
                groupCreated(group);
                if (group.dead() > 0) {
                    died(group);
                }
            }
        }
    }

    /** The topic of this name, created if missing. */
    public Topic topic(String name) {
        if (shard.machine().topicOrNull(name) == null
                && shard.machine().topics().size() >= shard.options().limits().topics()) {
            throw new LimitException("this shard has " + shard.options().limits().topics()
                    + " topics, as many as max-topics allows; delete some or raise it");
        }
        if (shard.machine().topicOrNull(name) == null && shard.machine().topicNumbersLeft() <= 0) {
            throw new LimitException("the limit of " + Machine.MAX_TOPICS + " topics ever created in one shard is"
                    + " reached; move to a new data folder");
        }
        Topic created = shard.machine().createTopic(name, name.endsWith(EPHEMERAL_SUFFIX));
        shard.machine().decisions.begin();
        return created;
    }

    /** The topic that a reference names, created if missing. */
    Topic topic(TopicRef ref) {
        Topic topic = ref.number >= 0 ? shard.machine().topicOrNull(ref.number) : null;
        // The number may be of an earlier life of the shard, whose last records were lost.
        boolean trusted = shard.bugs().has(Bug.TOPIC_NUMBER_TRUSTED);
        if (topic == null || (!trusted && !topic.name().equals(ref.name()))) {
            topic = topic(ref.name());
            ref.number = topic.number();
        }
        return topic;
    }

    /** The group of this name, created if missing. */
    public Group group(Topic topic, String name, boolean fromEarliest) {
        if (!topic.hasGroup(name) && topic.groups().size() >= shard.options().limits().groups()) {
            throw new LimitException("topic " + topic.name() + " has " + topic.groups().size()
                    + " groups, as many as max-groups allows; delete some or raise it");
        }
        if (!topic.hasGroup(name) && shard.machine().groupNumbersLeft() <= 0) {
            throw new LimitException("the limit of " + Machine.MAX_GROUPS + " groups ever created in one shard is"
                    + " reached; move to a new data folder");
        }
        Group created = shard.machine().createGroup(topic, name, name.endsWith(EPHEMERAL_SUFFIX), fromEarliest);
        shard.machine().decisions.begin();
        return created;
    }

    Feed feed(Group group) {
        if (group.attachment() instanceof Feed feed) {
            return feed;
        }
        Feed feed = new Feed(group);
        group.attach(feed);
        return feed;
    }

    /** Live subscriptions of a group. */
    public int subscriptions(Group group) {
        return group.attachment() instanceof Feed feed ? feed.consumers.size() : 0;
    }

    /** Once after recovery: what is ephemeral goes with its last user, and after a restart there is none. */
    void dropEphemerals() {
        if (ephemeralsGone) {
            return;
        }
        ephemeralsGone = true;
        for (Topic topic : List.copyOf(shard.machine().topics())) {
            for (Group group : List.copyOf(topic.groups())) {
                shard.makeRoomFor(0);
                consumerLeft(group);
            }
            if (topic.exists() && topic.ephemeral() && topic.groups().isEmpty()) {
                shard.machine().deleteTopic(topic);
            }
        }
    }

    /** A subscription is over: what was ephemeral goes with the last one. */
    void consumerLeft(Group group) {
        if (group.ephemeral() && group.exists() && subscriptions(group) == 0) {
            Topic topic = group.topic();
            shard.machine().deleteGroup(group);
            if (topic.exists() && topic.ephemeral() && topic.groups().isEmpty()) {
                shard.machine().deleteTopic(topic);
            }
        }
    }

    @Override
    public void groupReady(Group group) {
        if (group.attachment() instanceof Feed feed && !feed.queued && feed.isHungry()) {
            shard.enqueue(feed);
        }
    }

    @Override
    public void wasDue(long dueMillis) {
        shard.wasDue(dueMillis);
    }

    @Override
    public void wasDueByWall(long dueMillis) {
        shard.wasDueByWall(dueMillis);
    }

    @Override
    public void leaseEnded(int consumer) {
        shard.consumers().leaseEnded(consumer);
    }

    @Override
    public void stopAsked(long token, int consumer) {
        shard.stopAsked(token, consumer);
    }

    @Override
    public void mailPosted(long number) {
        shard.carrier().posted(number);
    }

    @Override
    public void topicCreated(Topic topic) {
        listener.topicCreated(topic.name());
    }

    @Override
    public void topicDeleted(Topic topic) {
        listener.topicDeleted(topic.name());
    }

    @Override
    public void groupCreated(Group group) {
        listener.groupCreated(group.topic().name(), group.name());
    }

    @Override
    public void groupDeleted(Group group) {
        if (group.attachment() instanceof Feed feed) {
            shard.consumers().groupGone(feed, "group " + group.topic().name() + ":" + group.name() + " was deleted");
        }
        listener.groupDeleted(group.topic().name(), group.name());
    }

    @Override
    public void died(Group group) {
        listener.died(group.topic().name(), group.name());
    }

    @Override
    public void batchEnded(Topic topic, long id) {
        listener.batchEnded(topic.name(), id);
    }
}
