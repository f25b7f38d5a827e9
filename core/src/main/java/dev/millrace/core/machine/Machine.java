package dev.millrace.core.machine;

import dev.millrace.core.log.BatchBuffer;
import dev.millrace.core.machine.PlantedBugs.Bug;
import java.nio.ByteBuffer;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * The queue machine of one shard: takes commands, writes records into the batch under construction, changes the state.
 *
 * <p>
 * A cycle of its owner: {@link #attach} the batch, {@link #begin} with the clocks, commands, {@link #finish}, append the
 * batch. A command decides, writes its record (or its item of an open record) and applies it at once through the same
 * {@link Applier} that replays records, so that the log and the state cannot come apart. Commands that name something
 * that does not exist throw {@link MissingException} and change nothing.
 *
 * <h2>Open records</h2> Publishes of one topic, acks, retries, extends and dues are items of a record that stays open
 * while the same kind follows; {@link #closeOpen} ends it. The state learns of a publish when its record is closed, of
 * all else at once.
 *
 * <p>
 * Invariants: no clock, I/O, thread or randomness; time comes by {@link #begin}. Thread safety: owner thread only.
 */
public final class Machine {
    /** A hundred years: longer delays are as good as this one, and instants stay within 55 bits. */
    public static final long MAX_DELAY_MILLIS = 3_155_760_000_000L;
    /** Groups that one shard can ever create: their numbers have 24 bits. */
    public static final int MAX_GROUPS = 1 << 24;
    /** Topics that one shard can ever create. */
    public static final int MAX_TOPICS = 1 << 24;
    private static final byte NONE = Records.PAD;
    /** The consumer of leases that outlive their session: they end by their token or by time. */
    public static final int NOBODY = LeaseTable.NOBODY;
    /** After recovery such leases do not end before so much time has passed, so that their holders can come back. */
    public static final long RESUME_MILLIS = 10_000;

    private final PlantedBugs bugs;
    private final boolean checksTokens;
    final State state;
    final Applier applier;
    private final RecordWriter out = new RecordWriter();
    private final Publisher publisher;
    private final Attempts attempts;
    private final Endings endings;
    private final Tracked tracked;
    private final Retention retention;
    private final Operations operations;
    private final Dues dues;
    /** Tells a command that threw while it decided from one that was being applied. */
    public final Decisions decisions;
    private long nowMillis;
    private long wallMillis;
    private Ceilings ceilings = Ceilings.NONE;

    private byte open = NONE;
    private int openFlags;

    /**
     * @param origin
     *            low 10 bits of every id
     * @param startMillis
     *            elapsed time at which its wheels start
     * @param segmentBytes
     *            as {@link dev.millrace.core.log.ShardLog#segmentBytes()}
     */
    public Machine(int origin, long startMillis, long segmentBytes) {
        this(origin, startMillis, segmentBytes, PlantedBugs.NONE);
    }

    /** The same, with planted bugs. */
    public Machine(int origin, long startMillis, long segmentBytes, PlantedBugs bugs) {
        this.bugs = bugs;
        checksTokens = !bugs.has(Bug.TOKEN_NOT_CHECKED);
        state = new State(startMillis, segmentBytes);
        applier = new Applier(state, bugs);
        publisher = new Publisher(origin, state, applier, out);
        attempts = new Attempts(state, applier, out);
        retention = new Retention(this, publisher, applier);
        operations = new Operations(this);
        endings = new Endings(this, attempts);
        dues = new Dues(this, endings);
        tracked = new Tracked(this, origin, out);
        decisions = new Decisions(out, publisher, tracked);
    }

    // ---- the cycle ----

    /** The batch that commands write into, and its position. */
    public void attach(BatchBuffer batch, long position) {
        out.attach(batch, position);
    }

    /** Elapsed and wall time of the commands that follow. */
    public void begin(long elapsedMillis, long wallMillisNow) {
        closeOpen();
        nowMillis = elapsedMillis;
        wallMillis = wallMillisNow;
        state.waiting.clock(wallMillisNow);
        applier.begin(elapsedMillis);
    }

    /**
     * The instant {@code delayMillis} from now, never early: the millisecond that has begun does not count.
     */
    public long after(long delayMillis) {
        return nowMillis + 1 + Math.min(delayMillis, MAX_DELAY_MILLIS);
    }

    /** Ends what is open; the batch is complete. */
    public void finish() {
        closeOpen();
    }

    /** How much of each kind there may be at once. */
    public void limit(Ceilings most) {
        ceilings = most;
        attempts.limit(most.notes());
    }

    /** What past attempts left. */
    public Attempts attempts() {
        return attempts;
    }

    /** Retries that were given back at once because no more could wait, since the shard was opened. */
    public long retriesAtOnce() {
        return endings.atOnce();
    }

    /** Topics whose messages are tracked one by one: keys, priorities, limits, cancelling. */
    public Tracked tracked() {
        return tracked;
    }

    long nowMillis() {
        return nowMillis;
    }

    /** Wall time of the command or cycle that is under way. */
    public long wallMillis() {
        return wallMillis;
    }

    Ceilings ceilings() {
        return ceilings;
    }

    /** Whether one more deferred message can wait. */
    public boolean canDefer() {
        return state.waiting.deferred() < ceilings.deferred();
    }

    /** Bytes of the batch so far. */
    public int batchLength() {
        return out.length();
    }

    /** A hash of the state; equal for equal states, however they came about. Open records are ended first. */
    public long digest() {
        closeOpen();
        return new Image(state).digest();
    }

    /** From now on time passes and the listener hears; called once, after the last replayed record. */
    public void serve(MachineListener listener, long elapsedMillis, long wallMillisNow) {
        nowMillis = elapsedMillis;
        state.waiting.settle(wallMillisNow);
        for (Topic topic : state.topics()) {
            applier.sweepLater(topic);
            applier.tracked.recovered(topic);
        }
        LeaseTimers timers = new LeaseTimers(state.leases, Math.max(0, elapsedMillis));
        if (!bugs.has(Bug.LEASE_FORGOTTEN)) {
            timers.adopt(elapsedMillis + RESUME_MILLIS);
        }
        applier.leaseTimers = timers;
        applier.listener = listener;
        operations.adopt();
    }

    // ---- topics and groups ----

    public @Nullable Topic topicOrNull(String name) {
        return state.topicOrNull(name);
    }

    public @Nullable Topic topicOrNull(int number) {
        return state.topicOrNull(number);
    }

    public Topic topic(String name) {
        return state.topic(name);
    }

    public Group group(String topic, String group) {
        return state.topic(topic).group(group);
    }

    /** All topics by name. */
    public Collection<Topic> topics() {
        return state.topics();
    }

    public SegmentUse segments() {
        return state.segments;
    }

    /** Live leases. */
    public int leases() {
        return state.leases.live();
    }

    /** Messages that wait between two attempts. */
    public int retrying() {
        return state.waiting.retrying();
    }

    /** Deferred messages that wait. */
    public int deferred() {
        return state.waiting.deferred();
    }

    public Topic createTopic(String name, boolean ephemeral) {
        Topic existing = state.topicOrNull(name);
        if (existing != null) {
            return existing;
        }
        closeOpen();
        if (state.nextTopic >= MAX_TOPICS) {
            throw new IllegalStateException("no topic number is left");
        }
        int number = state.nextTopic;
        out.begin(Records.TOPIC_CREATE, ephemeral ? Records.FLAG_EPHEMERAL : 0, 4).putInt(number);
        out.string(name);
        out.end();
        return applier.createTopic(number, name, ephemeral);
    }

    /**
     * Creates a group that starts at the earliest kept message, or with what is offered from now on, as groups of tracked
     * topics always do.
     */
    public Group createGroup(Topic topic, String name, boolean ephemeral, boolean fromEarliest) {
        if (topic.hasGroup(name)) {
            return topic.group(name);
        }
        closeOpen();
        if (groupNumbersLeft() <= 0) {
            throw new IllegalStateException("no group number is left");
        }
        int number = state.nextGroup;
        boolean earliest = fromEarliest && !topic.tracked();
        long startSeq = earliest ? topic.slowest() : topic.offeredSeq;
        out.begin(Records.GROUP_CREATE, ephemeral ? Records.FLAG_EPHEMERAL : 0, 16)
                .putInt(number)
                .putInt(topic.number)
                .putLong(startSeq);
        out.string(name);
        out.end();
        return applier.createGroup(number, topic, name, ephemeral, startSeq);
    }

    /** Numbers of topics are below this. */
    public int topicNumbersEnd() {
        return state.nextTopic;
    }

    /** How many topics can still be created. */
    public int topicNumbersLeft() {
        return MAX_TOPICS - state.nextTopic;
    }

    /** How many groups can still be created. */
    public int groupNumbersLeft() {
        return MAX_GROUPS - state.nextGroup;
    }

    public void deleteTopic(Topic topic) {
        simple(Records.TOPIC_DELETE, topic.number, 0);
        applier.deleteTopic(topic);
    }

    public void deleteGroup(Group group) {
        simple(Records.GROUP_DELETE, group.number, 0);
        applier.deleteGroup(group);
    }

    public void emptyTopic(Topic topic) {
        simple(Records.TOPIC_EMPTY, topic.number, 1);
        applier.emptyTopic(topic, true);
    }

    public void emptyGroup(Group group) {
        simple(Records.GROUP_EMPTY, group.number, 0);
        applier.emptyGroup(group);
    }

    public void pauseTopic(Topic topic, boolean paused) {
        if (topic.paused != paused) {
            simple(Records.TOPIC_PAUSE, topic.number, paused ? 1 : 0);
            applier.pauseTopic(topic, paused);
        }
    }

    public void pauseGroup(Group group, boolean paused) {
        if (group.paused != paused) {
            simple(Records.GROUP_PAUSE, group.number, paused ? 1 : 0);
            applier.pauseGroup(group, paused);
        }
    }

    private void simple(byte kind, int number, int value) {
        closeOpen();
        out.begin(kind, 0, 8).putInt(number).putInt(value);
        out.end();
    }

    /** What operators set and start. */
    public Operations operations() {
        return operations;
    }

    /** Drops what topics may keep no longer. */
    public Retention retention() {
        return retention;
    }

    // ---- publishing ----

    /**
     * Publishes {@code count} messages that stand in {@code source} at {@code offset} as (i32 length, bytes), each
     * length checked by the caller.
     *
     * @return the id of the first; those of the others follow by {@link dev.millrace.core.message.Ids#next}
     */
    public long publish(Topic topic, ByteBuffer source, int offset, int count) {
        if (!publisher.isOpen()) {
            closeOpen();
        }
        return publisher.publish(topic, source, offset, count, wallMillis);
    }

    /** Publishes one message that joins its topic at {@code dueMillis}, elapsed time. */
    public long defer(Topic topic, ByteBuffer source, int offset, long dueMillis) {
        closeOpen();
        return publisher.defer(topic, source, offset, dueMillis, wallMillis, false);
    }

    /** The same at {@code dueMillis}, wall time, which is to come. */
    public long deferByWall(Topic topic, ByteBuffer source, int offset, long dueMillis) {
        closeOpen();
        return publisher.defer(topic, source, offset, dueMillis, wallMillis, true);
    }

    // ---- leases ----

    /**
     * Leases up to {@code max} messages of the group to a consumer, those given back and fresh ones in equal parts when
     * there are both.
     *
     * @return how many
     */
    public int lease(Group group, int consumer, long deadlineMillis, int max, DeliverySink sink) {
        closeOpen();
        if (!group.deliverable() || max <= 0) {
            return 0;
        }
        if (group.tracked()) {
            // What is due comes first: it may have expired.
            return state.waiting.caughtUp() ? tracked.lease(group, consumer, deadlineMillis, max, sink) : 0;
        }
        int takeBack = group.shareOfReturned(max);
        int takeFresh = (int) Math.min(group.fresh(), max - takeBack);
        out.begin(Records.LEASE, 0, 24)
                .putInt(group.number)
                .putInt(consumer)
                .putLong(deadlineMillis)
                .putInt(takeBack)
                .putInt(takeFresh);
        out.end();
        applier.lease(group, consumer, deadlineMillis, takeBack, takeFresh, sink);
        return takeBack + takeFresh;
    }

    /** Done; false for a stale token. */
    public boolean ack(long token) {
        return end(token, 0);
    }

    /** Sampled out; false for a stale token. */
    public boolean filter(long token) {
        return end(token, Records.FLAG_FILTERED);
    }

    private boolean end(long token, int flags) {
        int slot = resolveToEnd(token);
        if (slot < 0) {
            return false;
        }
        endings.done(slot, flags);
        return true;
    }

    /** Given back, to be delivered again after {@code delayMillis}; false for a stale token. */
    public boolean retry(long token, long delayMillis) {
        return retry(token, delayMillis, null);
    }

    /** The same, with what the worker says of its failure. */
    public boolean retry(long token, long delayMillis, @Nullable String error) {
        int slot = resolveToEnd(token);
        if (slot < 0) {
            return false;
        }
        endings.failed(slot, delayMillis, Records.REASON_RETRY, error);
        return true;
    }

    /** The same, but the attempt is not counted: it was not the message's fault. */
    public boolean putOff(long token, long delayMillis, @Nullable String error) {
        int slot = resolveToEnd(token);
        if (slot < 0) {
            return false;
        }
        endings.failed(slot, delayMillis, Records.REASON_NOT_COUNTED, error);
        return true;
    }

    /** The lease now ends at {@code deadlineMillis}; false for a stale token. */
    public boolean extend(long token, long deadlineMillis) {
        int slot = resolve(token);
        if (slot < 0) {
            return false;
        }
        item(Records.EXTEND, 0, 16).putInt(slot).putInt((int) state.leases.seq(slot)).putLong(deadlineMillis);
        applier.extend(slot, deadlineMillis);
        return true;
    }

    /** Given up; false for a stale token. */
    public boolean bury(long token, @Nullable String error) {
        int slot = resolveToEnd(token);
        if (slot < 0) {
            return false;
        }
        endings.buried(slot, error);
        return true;
    }

    /** The slot of a live lease whose group still wants it, or -1. */
    int resolve(long token) {
        int slot = slot(token);
        return slot < 0 || state.groupOf(slot) == null ? -1 : slot;
    }

    private int slot(long token) {
        int slot = (int) token;
        return checksTokens ? state.leases.resolve(token) : state.leases.isLive(slot) ? slot : -1;
    }

    /** As {@link #resolve}; a lease whose message was purged or whose group is gone ends here, as its holder is done. */
    private int resolveToEnd(long token) {
        int slot = slot(token);
        if (slot >= 0 && state.groupOf(slot) == null) {
            item(Records.ACK, 0, 8).putInt(slot).putInt((int) state.leases.seq(slot));
            applier.acked(slot, false);
            return -1;
        }
        return slot;
    }

    /** Whether this token is of a live lease of this group. */
    public boolean isLeased(long token) {
        return resolve(token) >= 0;
    }

    /** Ends up to {@code limit} leases of a consumer that went away; returns whether it has more. */
    public boolean endConsumer(int consumer, int limit) {
        int left = limit;
        int slot = state.leases.firstOf(consumer);
        while (slot >= 0 && left > 0) {
            endings.failed(slot, -1, Records.REASON_SESSION, null);
            slot = state.leases.firstOf(consumer);
            left--;
        }
        return slot >= 0;
    }

    /** The first consumer from this number on that has leases, or -1. */
    public int nextConsumer(int from) {
        for (int consumer = from; consumer < state.leases.consumers(); consumer++) {
            if (!bugs.has(Bug.LEASE_FORGOTTEN) && state.leases.firstOf(consumer) >= 0) {
                return consumer;
            }
        }
        return -1;
    }

    // ---- time ----

    /** Ends leases and wakes what is due, with bounded work; returns whether everything due by now was done. */
    public boolean advance(int limit) {
        boolean caughtUp = dues.advance(limit);
        boolean swept = !applier.sweep();
        return operations.work(limit) && caughtUp && swept;
    }

    /** No lease ends by time before this instant: the shard itself stood still, which is not the clients' fault. */
    public void holdLeases(long untilElapsedMillis) {
        dues.holdLeases(untilElapsedMillis);
    }

    /** Elapsed time of the next thing to do, Long.MAX_VALUE when there is none. */
    public long nextDueMillis() {
        return dues.nextDueMillis();
    }

    /** Wall time of the next thing that waits for that, Long.MAX_VALUE when nothing does. */
    public long nextWallMillis() {
        return state.waiting.nextWallMillis();
    }

    // ---- dead letters ----

    /** Offers a dead letter anew, unless a replay has done so; it is dead no longer. False when there is none of this number. */
    public boolean redrive(Group group, int number) {
        return deadItem(group.wasReplayed(number) ? Records.DEAD_PURGE : Records.REDRIVE, group, number);
    }

    /** Forgets a dead letter; false when there is none of this number. */
    public boolean purgeDead(Group group, int number) {
        return deadItem(Records.DEAD_PURGE, group, number);
    }

    private boolean deadItem(byte kind, Group group, int number) {
        if (!group.deadTable.holds(number)) {
            return false;
        }
        item(kind, 0, 8).putInt(group.number).putInt(number);
        if (kind == Records.REDRIVE) {
            applier.redrive(group, number);
        } else {
            applier.purgeDead(group, number);
        }
        return true;
    }

    /** Looks through the group's dead letters. */
    public DeadList deadList(Group group) {
        return new DeadList(group);
    }

    // ---- open records ----

    ByteBuffer item(byte kind, int flags, int bytes) {
        if (open != kind || openFlags != flags) {
            closeOpen();
            out.begin(kind, flags, bytes);
            open = kind;
            openFlags = flags;
        }
        return out.roomForItem(bytes);
    }

    private void closeOpen() {
        publisher.close();
        tracked.close();
        if (open != NONE) {
            open = NONE;
            openFlags = 0;
            out.endItems();
        }
    }

    /** For records that others write; what was open is ended. */
    RecordWriter out() {
        closeOpen();
        return out;
    }
}
