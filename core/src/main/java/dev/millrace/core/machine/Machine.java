package dev.millrace.core.machine;

import dev.millrace.core.log.BatchBuffer;
import dev.millrace.core.message.BodyLayout;
import dev.millrace.core.message.Ids;
import dev.millrace.structures.Expiry;
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
    private static final int MAX_RECORD_BODIES = 1 << 20;
    private static final byte NONE = Records.PAD;

    private final int origin;
    final State state;
    final Applier applier;
    private final RecordWriter out = new RecordWriter();
    private long nowMillis;
    private long wallMillis;
    private long leasesHeldUntil;
    private int maxWaiting = Integer.MAX_VALUE;

    private byte open = NONE;
    private int openFlags;
    private @Nullable Topic openTopic;
    private long openFirstId;
    private int openCount;
    private int openBodies;
    private final int[] openOffsets = new int[BodyLayout.MAX_COUNT / BodyLayout.STRIDE + 1];

    private final Expiry leaseExpiry = (handle, due, slot, payload) -> endAttempt((int) slot, -1,
            Records.REASON_TIMEOUT, null);
    private final Expiry waitingExpiry = (handle, due, id, payload) -> dueItem(due, id, payload);

    /**
     * @param origin
     *            low 10 bits of every id
     * @param startMillis
     *            elapsed time at which its wheels start
     * @param segmentBytes
     *            as {@link dev.millrace.core.log.ShardLog#segmentBytes()}
     */
    public Machine(int origin, long startMillis, long segmentBytes) {
        this.origin = origin;
        state = new State(startMillis, segmentBytes);
        applier = new Applier(state);
    }

    // ---- the cycle ----

    /** The batch that commands write into, and its position. */
    public void attach(BatchBuffer batch, long position) {
        out.attach(batch, position);
    }

    /** Elapsed and wall time of the commands that follow. */
    public void begin(long elapsedMillis, long wallMillisNow) {
        nowMillis = elapsedMillis;
        wallMillis = wallMillisNow;
    }

    /** Ends what is open; the batch is complete. */
    public void finish() {
        closeOpen();
    }

    /** How many retries and deferred messages may wait at once. */
    public void limitWaiting(int entries) {
        maxWaiting = entries;
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
    public void serve(MachineListener listener, long elapsedMillis) {
        nowMillis = elapsedMillis;
        state.waiting.settle();
        for (Topic topic : state.topics()) {
            applier.sweepLater(topic);
        }
        applier.leaseTimers = new LeaseTimers(state.leases, Math.max(0, elapsedMillis));
        applier.listener = listener;
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

    /** Retries and deferred messages that wait. */
    public int waiting() {
        return state.waiting.size();
    }

    public Topic createTopic(String name, boolean ephemeral) {
        Topic existing = state.topicOrNull(name);
        if (existing != null) {
            return existing;
        }
        closeOpen();
        int number = state.nextTopic;
        out.begin(Records.TOPIC_CREATE, ephemeral ? Records.FLAG_EPHEMERAL : 0, 4).putInt(number);
        out.string(name);
        out.end();
        return applier.createTopic(number, name, ephemeral);
    }

    /** Creates a group that starts at the earliest kept message, or with what is offered from now on. */
    public Group createGroup(Topic topic, String name, boolean ephemeral, boolean fromEarliest) {
        if (topic.hasGroup(name)) {
            return topic.group(name);
        }
        closeOpen();
        if (state.nextGroup >= 1 << 24) {
            throw new IllegalStateException("this shard has created 16 million groups; restart it on a new folder");
        }
        int number = state.nextGroup;
        long startSeq = fromEarliest ? topic.earliestKept() : topic.offeredSeq;
        out.begin(Records.GROUP_CREATE, ephemeral ? Records.FLAG_EPHEMERAL : 0, 16)
                .putInt(number)
                .putInt(topic.number)
                .putLong(startSeq);
        out.string(name);
        out.end();
        return applier.createGroup(number, topic, name, ephemeral, startSeq);
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
        simple(Records.TOPIC_EMPTY, topic.number, 0);
        applier.emptyTopic(topic);
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

    public void policy(Group group, int maxAttempts, long minBackoffMillis, long maxBackoffMillis) {
        closeOpen();
        out.begin(Records.GROUP_POLICY, 0, 24)
                .putInt(group.number)
                .putInt(maxAttempts)
                .putLong(minBackoffMillis)
                .putLong(maxBackoffMillis);
        out.end();
        applier.policy(group, maxAttempts, minBackoffMillis, maxBackoffMillis);
    }

    private void simple(byte kind, int number, int value) {
        closeOpen();
        out.begin(kind, 0, 8).putInt(number).putInt(value);
        out.end();
    }

    // ---- publishing ----

    /**
     * Publishes {@code count} messages that stand in {@code source} at {@code offset} as (i32 length, bytes), each
     * length checked by the caller.
     *
     * @return the id of the first; those of the others follow by {@link Ids#next}
     */
    public long publish(Topic topic, ByteBuffer source, int offset, int count) {
        long firstId = 0;
        int at = offset;
        int left = count;
        while (left > 0) {
            if (open != BodyLayout.PUBLISH || openTopic != topic || openCount == BodyLayout.MAX_COUNT
                    || openBodies >= MAX_RECORD_BODIES) {
                openPublish(topic);
            }
            if (left == count) {
                firstId = Ids.plus(openFirstId, openCount);
            }
            int start = openBodies;
            int taken = measure(source, at, left);
            int length = openBodies - start;
            ByteBuffer bytes = out.room(length + BodyLayout.offsetsBytes(openCount));
            bytes.put(bytes.position(), source, at, length);
            bytes.position(bytes.position() + length);
            at += length;
            left -= taken;
        }
        return firstId;
    }

    /** Counts messages into the open record until it is full; notes every 64th offset. */
    private int measure(ByteBuffer source, int offset, int count) {
        int taken = 0;
        int bodies = openBodies;
        int messages = openCount;
        int base = offset - bodies;
        while (taken < count && messages < BodyLayout.MAX_COUNT && (bodies < MAX_RECORD_BODIES || taken == 0)) {
            if (messages % BodyLayout.STRIDE == 0) {
                openOffsets[messages / BodyLayout.STRIDE] = bodies;
            }
            bodies += Integer.BYTES + source.getInt(base + bodies);
            messages++;
            taken++;
        }
        openBodies = bodies;
        openCount = messages;
        return taken;
    }

    private void openPublish(Topic topic) {
        closeOpen();
        long counter = Math.max(state.lastCounter + 1, Ids.counterAt(wallMillis));
        openFirstId = Ids.of(counter, origin);
        ByteBuffer bytes = out.beginPointedAt(BodyLayout.PUBLISH, BodyLayout.BODIES);
        bytes.position(out.start() + BodyLayout.BODIES);
        open = BodyLayout.PUBLISH;
        openTopic = topic;
        openCount = 0;
        openBodies = 0;
    }

    /** Publishes one message that joins its topic at {@code dueMillis}, elapsed time. */
    public long defer(Topic topic, ByteBuffer source, int offset, long dueMillis) {
        closeOpen();
        long id = Ids.of(Math.max(state.lastCounter + 1, Ids.counterAt(wallMillis)), origin);
        int length = Integer.BYTES + source.getInt(offset);
        ByteBuffer bytes = out.beginPointedAt(BodyLayout.DEFER, BodyLayout.BODIES + length);
        long location = out.location();
        int start = out.start();
        bytes.position(start + BodyLayout.BODIES);
        bytes.put(bytes.position(), source, offset, length);
        bytes.position(bytes.position() + length);
        bodyHeader(start, topic.number, 1, id, dueMillis, length);
        out.end();
        int units = SegmentUse.units(out.bytes().position() - start);
        applier.deferred(topic, new Published(location, 1, length - Integer.BYTES, units, id), dueMillis);
        return id;
    }

    private void bodyHeader(int start, int topic, int count, long firstId, long extra, int bodies) {
        out.bytes()
                .putInt(start + BodyLayout.TOPIC, topic)
                .putInt(start + BodyLayout.COUNT, count)
                .putLong(start + BodyLayout.FIRST_ID, firstId)
                .putLong(start + BodyLayout.BORN, wallMillis * 1_000_000)
                .putLong(start + BodyLayout.EXTRA, extra)
                .putInt(start + BodyLayout.BODIES_BYTES, bodies)
                .putInt(start + BodyLayout.BODIES_BYTES + 4, 0);
    }

    private void closePublish(Topic topic) {
        int start = out.start();
        ByteBuffer bytes = out.room(BodyLayout.offsetsBytes(openCount));
        for (int stride = 1; stride <= (openCount - 1) / BodyLayout.STRIDE; stride++) {
            bytes.putInt(openOffsets[stride]);
        }
        bodyHeader(start, topic.number, openCount, openFirstId, topic.nextSeq, openBodies);
        long location = out.location();
        out.end();
        int units = SegmentUse.units(out.bytes().position() - start);
        applier.published(topic, new Published(location, openCount, openBodies - (long) Integer.BYTES * openCount,
                units, openFirstId));
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
        long back = group.returned.size();
        long fresh = group.topic.offeredSeq - group.cursor;
        int takeBack = (int) Math.min(back, fresh == 0 ? max : (max + 1) / 2);
        int takeFresh = (int) Math.min(fresh, max - takeBack);
        takeBack = (int) Math.min(back, max - takeFresh);
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
        int slot = resolve(token);
        if (slot < 0) {
            return false;
        }
        item(Records.ACK, flags, 8).putInt(slot).putInt((int) state.leases.seq(slot));
        applier.acked(slot, flags != 0);
        return true;
    }

    /** Given back, to be delivered again after {@code delayMillis}; false for a stale token. */
    public boolean retry(long token, long delayMillis) {
        int slot = resolve(token);
        if (slot < 0) {
            return false;
        }
        endAttempt(slot, delayMillis, Records.REASON_RETRY, null);
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
        int slot = resolve(token);
        if (slot < 0) {
            return false;
        }
        dead(slot, Records.REASON_BURIED, error);
        return true;
    }

    /** The slot of a live lease whose group still wants it, or -1. */
    private int resolve(long token) {
        int slot = state.leases.resolve(token);
        return slot < 0 || state.groupOf(state.leases.place(slot)) == null ? -1 : slot;
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
            endAttempt(slot, -1, Records.REASON_SESSION, null);
            slot = state.leases.firstOf(consumer);
            left--;
        }
        return slot >= 0;
    }

    /** After recovery: ends the leases of every consumer but 0, whose clients are gone; returns whether more is to do. */
    public boolean endAllConsumers(int limit) {
        for (int consumer = 1; consumer < state.leases.consumers(); consumer++) {
            if (state.leases.firstOf(consumer) >= 0) {
                endConsumer(consumer, limit);
                return true;
            }
        }
        return false;
    }

    /** An attempt failed: dead by policy, or given back. A delay below 0 means the policy's backoff. */
    private void endAttempt(int slot, long delayMillis, int reason, @Nullable String error) {
        Group group = state.groupOf(state.leases.place(slot));
        int attempts = state.leases.attempts(slot);
        if (group != null && group.maxAttempts > 0 && attempts >= group.maxAttempts) {
            dead(slot, reason, error);
            return;
        }
        long delay = delayMillis;
        if (delay < 0) {
            delay = group == null ? 0 : group.backoffMillis(attempts);
        }
        // A retry that finds no room is delivered again at once rather than lost.
        boolean full = state.waiting.size() >= maxWaiting;
        long due = delay == 0 || full ? 0 : nowMillis + Math.min(delay, MAX_DELAY_MILLIS);
        item(Records.RETRY, 0, 16).putInt(slot).putInt((int) state.leases.seq(slot)).putLong(due << 8 | reason);
        applier.retry(slot, due, reason);
    }

    private void dead(int slot, int reason, @Nullable String error) {
        closeOpen();
        String text = error == null ? "" : error.length() > 512 ? error.substring(0, 512) : error;
        out.begin(Records.DEAD, 0, 20)
                .putInt(slot)
                .putInt((int) state.leases.seq(slot))
                .putLong(wallMillis)
                .putInt(reason);
        out.string(text);
        out.end();
        applier.dead(slot, wallMillis, reason, text);
    }

    // ---- time ----

    /** Ends leases and wakes what is due, with bounded work; returns whether everything due by now was done. */
    public boolean advance(int limit) {
        LeaseTimers timers = applier.leaseTimers;
        if (timers == null) {
            throw new IllegalStateException("the machine does not serve yet");
        }
        if (nowMillis >= leasesHeldUntil) {
            timers.advance(nowMillis, limit, leaseExpiry);
        }
        state.waiting.advance(nowMillis, limit, waitingExpiry);
        boolean swept = !applier.sweep();
        return timers.caughtUp() && state.waiting.caughtUp() && swept;
    }

    /** No lease ends by time before this instant: the shard itself stood still, which is not the clients' fault. */
    public void holdLeases(long untilElapsedMillis) {
        leasesHeldUntil = Math.max(leasesHeldUntil, untilElapsedMillis);
    }

    /** Elapsed time of the next thing to do, Long.MAX_VALUE when there is none. */
    public long nextDueMillis() {
        LeaseTimers timers = applier.leaseTimers;
        long leases = timers == null ? Long.MAX_VALUE : timers.nextDueMillis();
        return Math.min(leases == Long.MAX_VALUE ? leases : Math.max(leases, leasesHeldUntil),
                state.waiting.nextDueMillis());
    }

    private void dueItem(long dueMillis, long id, long payload) {
        item(Records.DUE, 0, 16).putLong(id).putLong(payload);
        applier.due(id, payload);
        applier.listener.wasDue(dueMillis);
    }

    // ---- dead letters ----

    /** Offers a dead letter anew; false when there is none of this number. */
    public boolean redrive(Group group, int number) {
        return deadItem(Records.REDRIVE, group, number);
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

    private ByteBuffer item(byte kind, int flags, int bytes) {
        if (open != kind || openFlags != flags) {
            closeOpen();
            out.begin(kind, flags, bytes);
            open = kind;
            openFlags = flags;
        }
        return out.room(bytes);
    }

    private void closeOpen() {
        byte kind = open;
        if (kind == NONE) {
            return;
        }
        open = NONE;
        openFlags = 0;
        if (kind == BodyLayout.PUBLISH && openTopic != null) {
            Topic topic = openTopic;
            openTopic = null;
            closePublish(topic);
        } else {
            out.end();
        }
    }

    /** Writes the records of moves; see {@link Relocation}. */
    RecordWriter out() {
        closeOpen();
        return out;
    }
}
