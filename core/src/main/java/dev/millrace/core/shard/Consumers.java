package dev.millrace.core.shard;

import dev.millrace.core.machine.Group;
import dev.millrace.core.machine.HeldLeases;
import dev.millrace.core.machine.Machine;
import dev.millrace.core.machine.Topic;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of a shard and their subscriptions. A subscription has a number, under which the machine keeps its leases:
 * an odd one, or an even one if its session may be resumed; a number is given anew only when the last lease of its former
 * holder has ended.
 *
 * <p>
 * Leases that recovery finds belong to sessions of an earlier life of the shard, and until they have ended nobody gets
 * their numbers. Those of odd numbers end first, slice by slice; those of even ones wait for {@link #resume} and end
 * after {@link Machine#RESUME_MILLIS}. Those of lasting sessions have no number of their own ({@link Machine#NOBODY}):
 * their end is nobody's but theirs, so such a subscription does not count what it has in flight. Thread safety: owner
 * thread only.
 */
final class Consumers {
    private static final int ENDED_PER_SLICE = 1_000;

    private final Shard shard;
    private final Machine machine;
    private final List<ClientSession> sessions = new ArrayList<>();
    private final ArrayDeque<ClientSession> ending = new ArrayDeque<>();
    private final ArrayDeque<Feed.Consumer> settled = new ArrayDeque<>();
    private final HeldLeases leases;
    /** Half of the numbers in use: odd ones, then even ones but {@link Machine#NOBODY}. */
    private final BitSet odd = new BitSet();
    private final BitSet even = new BitSet();
    /** Numbers with leases of an earlier life, to be ended. */
    private final BitSet recovered = new BitSet();
    /** Numbers with leases of an earlier life that may be taken up again until {@link #awaitedUntilMillis}. */
    private final BitSet awaited = new BitSet();
    private final long awaitedUntilMillis;
    private final List<Feed.@Nullable Consumer> consumers = new ArrayList<>();

    Consumers(Shard shard, Machine machine, long nowMillis) {
        this.shard = shard;
        this.machine = machine;
        leases = new HeldLeases(machine);
        awaitedUntilMillis = nowMillis + Machine.RESUME_MILLIS;
        for (int number = machine.nextConsumer(1); number >= 0; number = machine.nextConsumer(number + 1)) {
            (HeldLeases.outliveRestart(number) ? awaited : recovered).set(number);
            mark(number, true);
        }
    }

    private void mark(int number, boolean used) {
        if (HeldLeases.outliveRestart(number)) {
            even.set(number / 2 - 1, used);
        } else {
            odd.set(number / 2, used);
        }
    }

    private int freeNumber(SessionKind kind) {
        return switch (kind) {
            case ORDINARY -> odd.nextClearBit(0) * 2 + 1;
            case RESUMABLE -> even.nextClearBit(0) * 2 + 2;
            case LASTING -> Machine.NOBODY;
        };
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
        if (!awaited.isEmpty() && shard.nowMillis() >= awaitedUntilMillis) {
            recovered.or(awaited);
            awaited.clear();
        }
        int number = recovered.nextSetBit(0);
        while (number >= 0 && shard.hasRoomInBatch()) {
            if (machine.endConsumer(number, slice)) {
                return true;
            }
            recovered.clear(number);
            mark(number, false);
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
            mark(consumer.number, false);
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
        int number = freeNumber(session.kind);
        return enter(session, feed, number, leaseMillis);
    }

    /** As {@link #subscribe}, with the number of an earlier life that holds one of these tokens, if there is one. */
    Feed.Consumer resume(ClientSession session, String topicName, String groupName, long leaseMillis, long[] tokens) {
        Feed.Consumer fresh = subscribe(session, topicName, groupName, leaseMillis, 0);
        for (long token : tokens) {
            int number = leases.holder(token, fresh.feed.group);
            if (number > 0 && awaited.get(number) && session.kind == SessionKind.RESUMABLE) {
                fresh.feed.consumers.remove(fresh);
                session.consumers.remove(fresh);
                consumers.set(fresh.number, null);
                mark(fresh.number, false);
                awaited.clear(number);
                Feed.Consumer resumed = enter(session, fresh.feed, number, leaseMillis);
                resumed.leased(leases.tokensOf(number).length);
                return resumed;
            }
        }
        return fresh;
    }

    private Feed.Consumer enter(ClientSession session, Feed feed, int number, long leaseMillis) {
        Feed.Consumer consumer = new Feed.Consumer(session, feed, number, leaseMillis);
        if (number != Machine.NOBODY) {
            book(consumer);
        }
        feed.consumers.add(consumer);
        session.consumers.add(consumer);
        return consumer;
    }

    private void book(Feed.Consumer consumer) {
        mark(consumer.number, true);
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

    /** Tells the session of this consumer, once that is durable, that a message it has was cancelled. */
    void stopAsked(long token, int number, Outbox outbox) {
        Feed.Consumer consumer = number < consumers.size() ? consumers.get(number) : null;
        if (consumer != null) {
            outbox.askToStop(consumer, token);
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
