package dev.millrace.core.shard;

import dev.millrace.core.machine.Group;
import dev.millrace.core.machine.Machine;
import dev.millrace.core.machine.Topic;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of a shard and their subscriptions. A subscription has a number, under which the machine keeps its leases;
 * a number is given anew only when the last lease of its former holder has ended.
 *
 * <p>
 * Leases that recovery finds belong to sessions of an earlier life of the shard: they end first, slice by slice, and
 * until then nobody gets their numbers. Those of lasting sessions have no number of their own ({@link Machine#NOBODY}):
 * their end is nobody's but theirs, so such a subscription does not count what it has in flight. Thread safety: owner thread only.
 */
final class Consumers {
    private static final int ENDED_PER_SLICE = 1_000;

    private final Shard shard;
    private final Machine machine;
    private final List<ClientSession> sessions = new ArrayList<>();
    private final ArrayDeque<ClientSession> ending = new ArrayDeque<>();
    private final ArrayDeque<Feed.Consumer> settled = new ArrayDeque<>();
    private final BitSet numbers = new BitSet();
    /** Numbers with leases of an earlier life. */
    private final BitSet recovered = new BitSet();
    private final List<Feed.@Nullable Consumer> consumers = new ArrayList<>();

    Consumers(Shard shard, Machine machine) {
        this.shard = shard;
        this.machine = machine;
        for (int number = machine.nextConsumer(1); number >= 0; number = machine.nextConsumer(number + 1)) {
            recovered.set(number);
            numbers.set(number);
        }
    }

    void open(ClientSession session) {
        if (!session.ended) {
            sessions.add(session);
        }
    }

    /** Ends a session: it gets nothing more from now on, and its leases end in later slices. */
    void end(ClientSession session) {
        session.ended = true;
        session.consumers.forEach(Feed.Consumer::end);
        sessions.remove(session);
        ending.add(session);
    }

    /** Whether leases of sessions that are over are left. */
    boolean areEnding() {
        return !ending.isEmpty() || !recovered.isEmpty();
    }

    /** Ends leases of sessions that are over, a slice; returns whether there are more. */
    boolean endSome() {
        int slice = Math.min(ENDED_PER_SLICE, shard.endsPerSlice());
        int number = recovered.nextSetBit(0);
        while (number >= 0 && shard.hasRoomInBatch()) {
            if (machine.endConsumer(number, slice)) {
                return true;
            }
            recovered.clear(number);
            numbers.clear(number);
            number = recovered.nextSetBit(number);
        }
        if (number >= 0) {
            return true;
        }
        ClientSession session = ending.peek();
        return session != null && end(session.consumers, slice);
    }

    private boolean end(List<Feed.Consumer> ended, int slice) {
        for (int i = ended.size() - 1; i >= 0; i--) {
            Feed.Consumer consumer = ended.get(i);
            boolean lasting = consumer.number == Machine.NOBODY;
            if (!lasting && (!shard.hasRoomInBatch() || machine.endConsumer(consumer.number, slice))) {
                return true;
            }
            forget(consumer);
            ended.remove(i);
        }
        ending.remove();
        return !ending.isEmpty();
    }

    private void forget(Feed.Consumer consumer) {
        consumer.feed.consumers.remove(consumer);
        if (consumer.number != Machine.NOBODY) {
            consumers.set(consumer.number, null);
            numbers.clear(consumer.number);
        }
        shard.topology().consumerLeft(consumer.feed.group);
    }

    Feed.Consumer subscribe(ClientSession session, String topicName, String groupName, long leaseMillis,
            int maxConsumers) {
        if (session.ended) {
            throw new LimitException("the session has ended");
        }
        Topology topology = shard.topology();
        Topic topic = topology.topic(topicName);
        Group group = topology.group(topic, groupName, topic.groups().isEmpty());
        Feed feed = topology.feed(group);
        if (maxConsumers > 0 && feed.consumers.size() >= maxConsumers) {
            throw new LimitException("consumers for " + topicName + ":" + groupName + " exceeds limit of "
                    + maxConsumers);
        }
        int number = session.lasting ? Machine.NOBODY : numbers.nextClearBit(1);
        Feed.Consumer consumer = new Feed.Consumer(session, feed, number, leaseMillis);
        if (number != Machine.NOBODY) {
            book(consumer);
        }
        feed.consumers.add(consumer);
        session.consumers.add(consumer);
        return consumer;
    }

    private void book(Feed.Consumer consumer) {
        numbers.set(consumer.number);
        while (consumers.size() <= consumer.number) {
            consumers.add(null);
        }
        consumers.set(consumer.number, consumer);
    }

    void unsubscribe(Feed.Consumer consumer) {
        consumer.end();
        consumer.feed.consumers.remove(consumer);
        if (consumer.number == Machine.NOBODY) {
            forget(consumer);
            consumer.session.consumers.remove(consumer);
        } else if (consumer.inFlight() == 0) {
            settled.add(consumer);
        }
    }

    /** Subscriptions that ended before their session, once their last lease is over. */
    void forgetSettled() {
        for (Feed.Consumer consumer = settled.poll(); consumer != null; consumer = settled.poll()) {
            if (!consumer.session.ended && consumers.get(consumer.number) == consumer) {
                forget(consumer);
                consumer.session.consumers.remove(consumer);
            }
        }
    }

    void leaseEnded(int number) {
        Feed.Consumer consumer = number < consumers.size() ? consumers.get(number) : null;
        if (consumer != null) {
            consumer.leaseEnded();
            if (consumer.hasEnded() && consumer.inFlight() == 0) {
                settled.add(consumer); // not at once: the machine is in the middle of a command
            } else if (consumer.capacity() > 0 && consumer.feed.group.deliverable()) {
                shard.enqueue(consumer.feed);
            }
        }
    }

    /** Ends the sessions that subscribed a group that is gone. */
    void groupGone(Feed feed, String reason) {
        for (Feed.Consumer consumer : List.copyOf(feed.consumers)) {
            if (!consumer.session.ended) {
                end(consumer.session);
                consumer.session.tellEnded(reason);
            }
        }
    }

    /** The shard is no more. */
    void shardEnded(String message) {
        for (ClientSession session : List.copyOf(sessions)) {
            session.ended = true;
            session.tellEnded(message);
        }
        sessions.clear();
    }
}
