package dev.millrace.door.grpc;

import dev.millrace.core.shard.Subscription;
import dev.millrace.core.shard.TopicRef;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One of the subscriptions of a worker's session, under its number. Thread safety: the session's serial executor. */
final class Place {
    final int number;
    final TopicRef topic;
    final String group;
    final long leaseMillis;
    int credit;
    @Nullable Subscription subscription;
    /** Tokens that the client named when it opened its stream. */
    List<Long> holding = List.of();

    Place(int number, TopicRef topic, String group, long leaseMillis, int credit) {
        this.number = number;
        this.topic = topic;
        this.group = group;
        this.leaseMillis = leaseMillis;
        this.credit = credit;
    }

    boolean isLike(Place other) {
        return topic.name().equals(other.topic.name()) && group.equals(other.group)
                && leaseMillis == other.leaseMillis;
    }

    Subscription subscription() {
        Subscription open = subscription;
        if (open == null) {
            throw new IllegalStateException("subscription " + number + " is not open");
        }
        return open;
    }
}
