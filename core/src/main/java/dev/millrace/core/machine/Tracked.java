package dev.millrace.core.machine;

import dev.millrace.core.message.BodyLayout;
import dev.millrace.core.message.Envelope;
import dev.millrace.core.message.Ids;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Commands about tracked topics: messages with keys, priorities, limits and a state that can be looked at and changed one
 * by one. Decides and writes records; {@link TrackedTopics} applies them.
 *
 * <p>
 * Thread safety: owner thread only.
 */
public final class Tracked {
    /** What became of a message that was to be cancelled, run or removed. */
    public enum Answer {
        /** It is so now. */
        DONE,
        /** A worker has it and was asked to stop; when it gives it back, it is cancelled. */
        ASKED,
        /** No message of this id is here any more, or ever was. */
        MISSING,
        /** A worker has it. */
        LEASED,
        /** It is ready, so it cannot be made so. */
        READY,
        /** It waits in the line of its ordering or limit key, out of which it can only be cancelled or removed. */
        IN_LINE,
        /** It is dead: replay or purge it instead. */
        DEAD,
        /** It is done, or it was cancelled or has expired, and is only kept to be looked at. */
        OVER
    }

    private static final int MAX_RECORD_BODIES = 1 << 20;

    private final Machine machine;
    private final State state;
    private final Applier applier;
    private final int origin;
    private final RecordWriter out;

    private final Mail mail;
    private final Batches batches;

    private @Nullable Topic topic;
    private long firstId;
    private int count;
    private int bodies;
    private final int[] offsets = new int[BodyLayout.MAX_COUNT / BodyLayout.STRIDE + 1];

    Tracked(Machine machine, int origin, RecordWriter out) {
        this.machine = machine;
        this.origin = origin;
        this.out = out;
        state = machine.state;
        applier = machine.applier;
        mail = new Mail(machine);
        batches = new Batches(machine);
    }

    /** What has to leave the shard, or to become another message. */
    public Mail mail() {
        return mail;
    }

    /** Messages whose ends are counted together. */
    public Batches batches() {
        return batches;
    }

    // ---- topics and groups ----

    /**
     * From now on the messages of this topic are tracked; false when it holds any, be it as a dead letter, so that it
     * cannot be changed.
     */
    public boolean track(Topic target) {
        machine.finish();
        if (target.tracked()) {
            return true;
        }
        if (target.scheduled > 0 || target.passed() < target.chunks.size()) {
            return false;
        }
        for (Group group : target.groups) {
            if (group.held > 0 || group.dead > 0 || group.ready() > 0) {
                return false;
            }
        }
        out.begin(Records.TOPIC_TRACK, 0, 8).putInt(target.number).putInt(0);
        out.end();
        applier.tracked.track(target);
        return true;
    }

    /** Sets how a group of a tracked topic hands out. */
    public void limits(Group group, GroupLimits limits) {
        machine.finish();
        group.tracking();
        out.begin(Records.GROUP_LIMITS, 0, 32)
                .putInt(group.number)
                .putInt(limits.concurrency())
                .putInt(limits.rate())
                .putInt(0)
                .putLong(limits.periodMillis())
                .putLong(limits.ageingMillis());
        out.end();
        applier.tracked.limits(group, limits);
    }

    /** Sets when messages of one group key that have come to a group of a tracked topic are delivered together. */
    public void gather(Group group, GatherLimits limits) {
        machine.finish();
        group.tracking();
        out.begin(Records.GROUP_GATHER, 0, 24)
                .putInt(group.number)
                .putInt(limits.maxSize())
                .putLong(limits.maxDelayMillis())
                .putLong(limits.graceMillis());
        out.end();
        applier.tracked.gather(group, limits);
    }

    // ---- enqueueing ----

    /** Whether the topic can take the terms of this message: there are at most 65,536 different ones. */
    public boolean canTake(Topic target, ByteBuffer source, int offset) {
        int envelope = offset + Integer.BYTES;
        return !Terms.areIn(source, envelope) || target.keys().terms.canTake(Terms.of(source, envelope));
    }

    /** Whether one more message can be tracked. */
    public boolean hasRoom() {
        // A mail takes up the room of the message that it comes from.
        return state.tracked + state.mail.size() < machine.ceilings().tracked();
    }

    /**
     * The message that holds the client's id or the unique key of the one at this offset, 0 when there is none: then it may
     * be enqueued.
     *
     * @param source
     *            (i32 length, {@link Envelope} as doors write it, body) at {@code offset}, checked by the caller
     */
    public long holder(Topic target, ByteBuffer source, int offset) {
        int envelope = offset + Integer.BYTES;
        long holder = 0;
        if (Envelope.has(source, envelope, Envelope.ID_HIGH)) {
            holder = idOf(target, Envelope.word(source, envelope, Envelope.ID_HIGH),
                    Envelope.word(source, envelope, Envelope.ID_LOW));
        }
        if (holder == 0 && Envelope.has(source, envelope, Envelope.UNIQUE_HIGH)) {
            close();
            holder = target.keys().uniques.holder(Envelope.word(source, envelope, Envelope.UNIQUE_HIGH),
                    Envelope.word(source, envelope, Envelope.UNIQUE_LOW), machine.nowMillis(), target::isUnderWay);
        }
        return holder;
    }

    /** Id of the message whose client's id has this hash, 0 when there is none here. */
    public long idOf(Topic target, long high, long low) {
        close();
        return target.keys().clientIds.holder(high, low, machine.nowMillis(), target::isHere);
    }

    /** Enqueues the message at this offset of the source; returns its id. The topic has a group. */
    public long enqueue(Topic target, ByteBuffer source, int offset) {
        return enqueue(target, source, offset, 0);
    }

    /** The same of a member of a batch, which is there; 0: of none, or the message says where. */
    public long enqueue(Topic target, ByteBuffer source, int offset, long batchHome) {
        int length = source.getInt(offset);
        int at = begin(target, length);
        ByteBuffer bytes = out.bytes();
        bytes.put(at, source, offset, Integer.BYTES + length);
        stamp(bytes, at + Integer.BYTES);
        if (batchHome != 0) {
            Envelope.set(bytes, at + Integer.BYTES, Envelope.BATCH_HOME, batchHome);
        }
        return end(Envelope.has(source, offset + Integer.BYTES, Envelope.UNIQUE_HIGH)
                || Envelope.has(source, offset + Integer.BYTES, Envelope.ID_HIGH));
    }

    /**
     * Enqueues a message without an envelope, (i32 length, body) at this offset; returns its id.
     *
     * @param due
     *            after so many milliseconds, or at this instant of wall time; at once when that is 0 or past
     */
    public long enqueuePlain(Topic target, ByteBuffer source, int offset, long due, boolean byWall) {
        long instant = byWall ? waitsUntil(due) : due > 0 ? machine.after(due) : 0;
        int body = source.getInt(offset);
        int envelope = instant > 0 ? Envelope.PLAIN_DUE_BYTES : Envelope.PLAIN_BYTES;
        int at = begin(target, envelope + body);
        ByteBuffer bytes = out.bytes();
        int end = bytes.position();
        bytes.position(at);
        bytes.putInt(envelope + body);
        Envelope.putPlain(bytes, machine.nowMillis(), instant, byWall);
        bytes.put(bytes.position(), source, offset + Integer.BYTES, body);
        bytes.position(end);
        return end(false);
    }

    /** Durations become instants of elapsed time; what was said by the wall clock stays so, 0 when it is past. */
    private void stamp(ByteBuffer bytes, int envelope) {
        Envelope.set(bytes, envelope, Envelope.AT, machine.nowMillis());
        for (int word = Envelope.DUE; word <= Envelope.UNIQUE_ENDS; word++) {
            if (Envelope.has(bytes, envelope, word)) {
                boolean byWall = word == Envelope.DUE
                        && (Envelope.flags(bytes, envelope) & Envelope.DUE_BY_WALL) != 0;
                long given = Envelope.word(bytes, envelope, word);
                long instant = byWall ? waitsUntil(given) : machine.after(given);
                Envelope.set(bytes, envelope, word, instant + planted(word));
            }
        }
    }

    /** This instant of wall time, 0 if it is past. */
    private long waitsUntil(long wallMillis) {
        return wallMillis <= machine.wallMillis() ? 0 : wallMillis;
    }

    private int planted(int word) {
        boolean isShort = word == Envelope.UNIQUE_ENDS && applier.bugs.has(PlantedBugs.Bug.UNIQUE_WINDOW_SHORT);
        boolean isLate = word == Envelope.EXPIRES && applier.bugs.has(PlantedBugs.Bug.EXPIRY_LATE);
        return isShort ? -2 : isLate ? 2 : 0;
    }

    /** Room for one more message in the open record; returns where it goes. */
    private int begin(Topic target, int length) {
        if (topic != target || count == BodyLayout.MAX_COUNT || bodies >= MAX_RECORD_BODIES) {
            machine.finish();
            firstId = Ids.of(Math.max(state.lastCounter + 1, Ids.counterAt(machine.wallMillis())), origin);
            ByteBuffer opened = out.beginPointedAt(BodyLayout.ENQUEUE, BodyLayout.BODIES);
            opened.position(out.start() + BodyLayout.BODIES);
            topic = target;
            count = 0;
            bodies = 0;
        }
        if (count % BodyLayout.STRIDE == 0) {
            offsets[count / BodyLayout.STRIDE] = bodies;
        }
        ByteBuffer bytes = out.room(Integer.BYTES + length + BodyLayout.offsetsBytes(count + 1));
        int at = bytes.position();
        bytes.position(at + Integer.BYTES + length);
        count++;
        bodies += Integer.BYTES + length;
        return at;
    }

    /** A message with a unique key or a client's id ends its record, so that the next one finds it in the state. */
    private long end(boolean unique) {
        long id = Ids.plus(firstId, count - 1);
        if (unique) {
            close();
        }
        return id;
    }

    /** Ends the open record, if there is one; only then the state learns of its messages. */
    void close() {
        Topic target = topic;
        if (target == null) {
            return;
        }
        topic = null;
        int start = out.start();
        ByteBuffer bytes = out.room(BodyLayout.offsetsBytes(count));
        for (int stride = 1; stride <= (count - 1) / BodyLayout.STRIDE; stride++) {
            bytes.putInt(offsets[stride]);
        }
        bytes.putInt(start + BodyLayout.TOPIC, target.number)
                .putInt(start + BodyLayout.COUNT, count)
                .putLong(start + BodyLayout.FIRST_ID, firstId)
                .putLong(start + BodyLayout.BORN, machine.wallMillis() * 1_000_000)
                .putLong(start + BodyLayout.EXTRA, target.nextSeq)
                .putInt(start + BodyLayout.BODIES_BYTES, bodies)
                .putInt(start + BodyLayout.BODIES_BYTES + Integer.BYTES, 0);
        long location = out.location();
        out.end();
        int units = SegmentUse.units(out.bytes().position() - start);
        applier.tracked.enqueued(target, new Published(location, count, bodies, units, firstId), out.bytes(), start);
    }

    /** The command that was writing messages failed: its open record, which holds no others, will be abandoned. */
    void rollBack() {
        topic = null;
    }

    // ---- leases ----

    /** As {@link Machine#lease}; no record is open. */
    int lease(Group group, int consumer, long deadlineMillis, int max, DeliverySink sink) {
        Tracking tracking = group.tracking();
        long now = machine.nowMillis();
        out.begin(Records.LEASE_EACH, 0, 24)
                .putInt(group.number)
                .putInt(consumer)
                .putLong(deadlineMillis)
                .putLong(now);
        int taken = 0;
        // What is passed over is bounded too; the rest has its turn in the next cycle.
        for (int looked = 0; looked <= max && taken < max; looked++) {
            int lane = lane(tracking);
            if (lane < 0) {
                break;
            }
            long seq = tracking.head(lane);
            long item = seq << 16 | (long) lane << 8 | what(tracking, seq, now);
            out.room(Long.BYTES).putLong(item);
            taken += applier.tracked.leaseItem(group, consumer, deadlineMillis, now, item, sink) ? 1 : 0;
        }
        out.end();
        return taken;
    }

    private static int what(Tracking tracking, long seq, long nowMillis) {
        if (tracking.stateOf(seq) != Tracking.READY) {
            return TrackedTopics.SKIP;
        }
        long limit = tracking.rows.get(seq + 1, Tracking.LIMIT);
        return limit == 0 || tracking.limits.admits(limit, nowMillis) ? TrackedTopics.TAKE : TrackedTopics.LIMIT;
    }

    /** The lane whose head goes first, -1 when all are empty. */
    private int lane(Tracking tracking) {
        long ageing = applier.bugs.has(PlantedBugs.Bug.AGEING_FORGOTTEN) ? 0 : tracking.settings.ageingMillis();
        int best = -1;
        long most = Long.MIN_VALUE;
        for (int lane = Envelope.MAX_PRIORITY; lane >= 0; lane--) {
            if (!tracking.lanes[lane].isEmpty()) {
                if (ageing == 0 && tracking.ignoresPriority) {
                    best = lane;
                    continue;
                }
                if (ageing == 0) {
                    return lane;
                }
                long id = tracking.rows.get(tracking.head(lane) + 1, Tracking.ID);
                long score = lane * ageing + machine.wallMillis() - Ids.millis(id);
                if (score > most) {
                    most = score;
                    best = lane;
                }
            }
        }
        return best;
    }

    /** Whether the message of this lease, which is live, was cancelled. */
    public boolean isStopAsked(long token) {
        int slot = machine.resolve(token);
        Group group = slot < 0 ? null : state.groupOf(slot);
        return group != null && group.tracked()
                && (Status.flags(group.tracking().status(state.leases.seq(slot))) & Tracking.CANCEL) != 0;
    }

    // ---- looking ----

    /** Looks through the messages of a group, from the first after this id on. */
    public TrackedList list(Group group, long afterId) {
        machine.finish();
        return new TrackedList(state, group, afterId);
    }

    /** A message, or null when it is not here any more. */
    public TrackedList.@Nullable Entry entry(Group group, long id) {
        machine.finish();
        return TrackedList.find(state, group, id);
    }

    /** The keys of this group for which messages gather. */
    public Gatherings gatherings(Group group) {
        machine.finish();
        return new Gatherings(state, group);
    }

    // ---- what workers say ----

    /** Keeps what the worker of this lease says; false for a stale token or a message that is not tracked. */
    public boolean say(long token, Output output) {
        int slot = machine.resolve(token);
        Group group = slot < 0 ? null : state.groupOf(slot);
        if (group == null || !group.tracked()) {
            return false;
        }
        machine.finish();
        long seq = state.leases.seq(slot);
        out.beginPointedAt(Records.OUTPUT, 0);
        int start = out.start();
        output.write(out, group, seq, machine.wallMillis());
        long location = out.location();
        out.end();
        int units = SegmentUse.units(out.bytes().position() - start);
        applier.tracked.said(group, seq, output.what(), location, units);
        return true;
    }

    // ---- single messages ----

    /** Cancels a message for this group. A worker that has it is asked to stop. */
    public Answer cancel(Group group, long id) {
        long seq = find(group, id);
        Answer other = notWaiting(group, seq);
        if (other == Answer.LEASED) {
            command(group, TrackedTopics.ASK_TO_STOP, seq);
            return Answer.ASKED;
        }
        if (other == null && !keep(group, seq, TrackedTopics.CANCELLED)) {
            command(group, TrackedTopics.CANCEL, seq);
        }
        return other == null ? Answer.DONE : other;
    }

    /** Makes a message that waits for its time ready now. */
    public Answer runNow(Group group, long id) {
        long seq = find(group, id);
        Answer other = notWaiting(group, seq);
        if (other != null) {
            return other;
        }
        int at = group.tracking().stateOf(seq);
        if (at != Tracking.SCHEDULED && at != Tracking.RETRYING && at != Tracking.GATHERED) {
            return Answer.READY;
        }
        command(group, TrackedTopics.RUN_NOW, seq);
        return Answer.DONE;
    }

    /** Gives up a message that waits for its time or for a worker: it becomes a dead letter. */
    public Answer archive(Group group, long id) {
        long seq = find(group, id);
        Answer other = notWaiting(group, seq);
        if (other != null) {
            return other;
        }
        int at = group.tracking().stateOf(seq);
        if (at != Tracking.SCHEDULED && at != Tracking.RETRYING && at != Tracking.READY) {
            return Answer.IN_LINE;
        }
        machine.item(Records.ARCHIVE, 0, 24)
                .putInt(group.number)
                .putInt(0)
                .putLong(seq)
                .putLong(machine.wallMillis());
        applier.tracked.archived(group, seq, machine.wallMillis());
        return Answer.DONE;
    }

    /** Removes a message that nobody works on, whatever its state. */
    public Answer remove(Group group, long id) {
        long seq = find(group, id);
        Answer other = notWaiting(group, seq);
        if (other == Answer.DEAD) {
            machine.purgeDead(group, group.tracking().deadNumber(seq));
            return Answer.DONE;
        }
        if (other == null || other == Answer.OVER) {
            command(group, TrackedTopics.REMOVE, seq);
            return Answer.DONE;
        }
        return other;
    }

    /** Offers a dead message anew. */
    public Answer redrive(Group group, long id) {
        long seq = find(group, id);
        Answer other = notWaiting(group, seq);
        if (other == Answer.DEAD) {
            machine.redrive(group, group.tracking().deadNumber(seq));
            return Answer.DONE;
        }
        return other == null ? Answer.READY : other;
    }

    private long find(Group group, long id) {
        machine.finish();
        group.tracking();
        return group.topic.seqOf(id);
    }

    /** Null for a message that waits: for its time, its turn or a worker. */
    private static @Nullable Answer notWaiting(Group group, long seq) {
        if (seq < 0) {
            return Answer.MISSING;
        }
        if (group.tracking().deadNumber(seq) >= 0) {
            return Answer.DEAD;
        }
        return switch (group.tracking().stateOf(seq)) {
            case 0, Tracking.GONE -> Answer.MISSING;
            case Tracking.LEASED -> Answer.LEASED;
            case Tracking.KEPT, Tracking.KEPT_CANCELLED, Tracking.KEPT_EXPIRED -> Answer.OVER;
            default -> null;
        };
    }

    /** A message that waits is over; false when its terms do not say that it is to be kept. */
    private boolean keep(Group group, long seq, int how) {
        long retention = group.tracking().termsOf(seq).retentionMillis();
        if (retention <= 0) {
            return false;
        }
        long until = machine.after(retention);
        machine.item(Records.OVER_KEPT, 0, 24).putInt(group.number).putInt(how).putLong(seq).putLong(until);
        applier.tracked.overKept(group, seq, how, until);
        return true;
    }

    /** An entry of the wheel is about to leave it: what expires by it and is to be kept is so from now on. */
    void beforeDue(long id, long payload) {
        if (Waiting.kind(payload) != Waiting.TRACKED || Waiting.purpose(payload) != Tracking.EXPIRE) {
            return;
        }
        Group group = state.groupOrNull(Waiting.owner(payload));
        if (group == null || !Tracking.isMeant(group, payload)) {
            return;
        }
        long seq = id >>> 16;
        if (group.tracking().isUnderWay(seq) && group.tracking().stateOf(seq) != Tracking.LEASED) {
            keep(group, seq, TrackedTopics.EXPIRED);
        }
    }

    private void command(Group group, int what, long seq) {
        machine.item(Records.TRACK, 0, 16).putInt(group.number).putInt(what).putLong(seq);
        applier.tracked.command(group, what, seq);
    }
}
