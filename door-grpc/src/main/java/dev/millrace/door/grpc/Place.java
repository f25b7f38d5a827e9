package dev.millrace.door.grpc;

import dev.millrace.core.shard.TopicRef;
import dev.millrace.grpc.v1.Subscription;
import dev.millrace.node.Broker;
import dev.millrace.node.NameRules;
import dev.millrace.node.tasks.Tasks;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One of the subscriptions of a worker's session, under its number. Thread safety: the session's serial executor. */
final class Place {
    final int number;
    final TopicRef topic;
    final String group;
    final long leaseMillis;
    /** It is a task queue, which must be made before it is subscribed. */
    final boolean queue;
    int credit;
    dev.millrace.core.shard.@Nullable Subscription subscription;
    /** Tokens that the client named when it opened its stream. */
    List<Long> holding = List.of();
    /** Tokens of tasks that were cancelled while a stream was being opened. */
    final Set<Long> stops = new HashSet<>();

    private Place(int number, TopicRef topic, Subscription wish, boolean queue) {
        this.number = number;
        this.topic = topic;
        this.queue = queue;
        group = queue ? Tasks.GROUP : NameRules.check("group", wish.getGroup());
        leaseMillis = OpenReader.lease(wish.getLeaseMillis());
        credit = OpenReader.credit(wish.getCredit());
    }

    /** As a client wishes it; refuses what is wrong. */
    static Place of(int number, Subscription wish, Broker broker) {
        boolean queue = !wish.getQueue().isEmpty();
        if (queue && !(wish.getTopic().isEmpty() && wish.getGroup().isEmpty())) {
            throw RefusedException
                    .invalid("subscription " + number + " has a queue, and a topic or group: it is of one "
                            + "queue, or of one topic and group");
        }
        String topic = queue ? NameRules.check("queue", wish.getQueue()) : NameRules.check("topic", wish.getTopic());
        return new Place(number, broker.topic(topic), wish, queue);
    }

    boolean isLike(Place other) {
        return topic.name().equals(other.topic.name()) && group.equals(other.group)
                && leaseMillis == other.leaseMillis && queue == other.queue;
    }

    dev.millrace.core.shard.Subscription subscription() {
        dev.millrace.core.shard.Subscription open = subscription;
        if (open == null) {
            throw new IllegalStateException("subscription " + number + " is not open");
        }
        return open;
    }
}
