package dev.millrace.core.machine;

import dev.millrace.core.machine.PlantedBugs.Bug;
import dev.millrace.core.message.Envelope;
import java.nio.ByteBuffer;

/**
 * What a group knows of each message of a tracked topic that is not over: one row of six longs.
 *
 * <pre>
 *   0  seq + 1
 *   1  id
 *   2  hash of the ordering key, or of the group key (flag), 0: none
 *   3  hash of the limit key, 0: none
 *   4  state (4) | priority (4) | flags (8) | number of its terms (16) | attempts (16) | waits (16)
 *   5  in a line: seq + 1 of the next; leased: slot; waits or is kept: until when, elapsed ms, or wall ms (flag);
 *      dead: its number
 * </pre>
 *
 * <h2>Keys</h2> Of the messages of one ordering key at most one is <em>current</em>: in a lane, leased or retrying. Those
 * behind it stand in the key's line and count as ready. When the current one is over or dead, the next takes its place.
 *
 * <h2>Lanes</h2> What can be leased stands in the lane of its priority. A message that is over leaves its place in a lane
 * or line behind, which is passed over when it comes to the front.
 *
 * <p>
 * Dead letters keep their row apart, so that emptying a group leaves them alone. Part of {@link Applier}: owner thread
 * only.
 */
final class Tracking {
    static final int ROW_WORDS = 6;
    static final int LINE_WORDS = 4;

    /** Not delivered yet, because it is not due. */
    static final int SCHEDULED = 1;
    /** In a lane. */
    static final int READY = 2;
    /** In the line of its ordering key. */
    static final int PARKED = 3;
    /** In the line of its limit key. */
    static final int LIMITED = 4;
    static final int LEASED = 5;
    /** Waits between two attempts. */
    static final int RETRYING = 6;
    /** Over, but still in a line. */
    static final int GONE = 7;
    /** Done, and kept to be looked at. */
    static final int KEPT = 8;
    /** Waits for others of its group key. */
    static final int GATHERED = 9;
    /** Waits for the end of its batch. */
    static final int HELD = 10;
    /** Cancelled, and kept to be looked at. */
    static final int KEPT_CANCELLED = 11;
    /** Expired, and kept to be looked at. */
    static final int KEPT_EXPIRED = 12;

    /** Flag: somebody asked to cancel it while it is leased. */
    static final int CANCEL = 1;
    /** Flag: it expired while it is leased. */
    static final int EXPIRED = 2;
    /** Flag: a step follows when it is done. */
    static final int NEXT = 4;
    /** Flag: its key is a group key. */
    static final int GATHER = 8;
    /** Flag: it is a member of a batch. */
    static final int MEMBER = 16;
    /** Flag: it is over and kept, and its place in a line is still there. */
    static final int IN_LINE = 32;
    /** Flag: while it is scheduled, it waits for an instant of wall time. */
    static final int BY_WALL = 64;

    /** What a wheel entry of a tracked message is for, in the low bits of its payload. */
    static final int WAKE = 1;
    static final int EXPIRE = 2;
    static final int FORGET = 3;
    static final int LIMIT_WAKE = 4;
    /** Owned by the topic, not by the group. */
    static final int UNIQUE_END = 5;
    static final int GATHER_WAKE = 6;
    /** The same as WAKE, at an instant of wall time. */
    static final int WAKE_BY_WALL = 7;

    static final int ID = 1;
    static final int KEY = 2;
    static final int LIMIT = 3;
    static final int STATUS = 4;
    static final int LINK = 5;

    private final Group group;
    private final Applier applier;
    SeqTable rows = new SeqTable(ROW_WORDS);
    LongTable dead = new LongTable(ROW_WORDS, 0);
    /** Ordering key -> holder's seq + 1, head and tail of the line. */
    LongTable lines = new LongTable(LINE_WORDS, 0);
    final KeyLines keys;
    LimitLines limits;
    /** What workers said of messages. */
    NoteTable outputs = new NoteTable();
    /** Results that mails need. */
    NoteTable mailed = new NoteTable();
    Gathering gathering;
    Follows follows;
    final Leaving leaving;
    GroupLimits settings = GroupLimits.NONE;
    final LongQueue[] lanes = new LongQueue[Envelope.MAX_PRIORITY + 1];
    /** Ready, parked and limited. */
    long ready;
    /** Over and kept. */
    long kept;
    /** Planted bugs: what recovery forgets. */
    boolean ignoresPriority;
    private long forgetsCancelsBelow;

    Tracking(Group group, Applier applier) {
        this.group = group;
        this.applier = applier;
        keys = new KeyLines(this, applier.bugs);
        limits = new LimitLines(this);
        gathering = new Gathering(this, applier, GatherLimits.DEFAULT);
        follows = new Follows(this, applier);
        leaving = new Leaving(this);
        for (int priority = 0; priority < lanes.length; priority++) {
            lanes[priority] = new LongQueue();
        }
    }

    // ---- reading ----

    /** State of a message that is not over, 0 when it is over or was never here. */
    int stateOf(long seq) {
        return Status.state(rows.get(seq + 1, STATUS));
    }

    long status(long seq) {
        return rows.get(seq + 1, STATUS);
    }

    /** Whether it is neither over nor dead. */
    boolean isUnderWay(long seq) {
        int state = stateOf(seq);
        return state != 0 && state != GONE && !isKept(state);
    }

    /** Whether a message in this state is over and kept to be looked at. */
    static boolean isKept(int state) {
        return state == KEPT || state == KEPT_CANCELLED || state == KEPT_EXPIRED;
    }

    /** Whether it can be looked at. */
    boolean isHere(long seq) {
        int state = stateOf(seq);
        return (state != 0 && state != GONE) || dead.contains(seq + 1);
    }

    /** Recovery is over; here it can be planted what that forgets. */
    void recovered() {
        forgetsCancelsBelow = applier.bugs.has(Bug.CANCEL_FORGOTTEN) ? group.topic.nextSeq : 0;
        if (applier.bugs.has(Bug.LIMIT_SLOT_LOST)) {
            limits.loseSlots();
        }
    }

    /** Whether it was cancelled while it is leased. */
    boolean isCancelled(long seq) {
        return (Status.flags(status(seq)) & CANCEL) != 0 && seq >= forgetsCancelsBelow;
    }

    /** Of a leased message. */
    int slot(long seq) {
        return (int) rows.get(seq + 1, LINK);
    }

    Terms termsOf(long seq) {
        return group.topic.keys().terms.get(Status.terms(status(seq)));
    }

    /** Whether a lane has something, if only places left behind. */
    boolean hasCandidates() {
        for (LongQueue lane : lanes) {
            if (!lane.isEmpty()) {
                return true;
            }
        }
        return false;
    }

    Group group() {
        return group;
    }

    // ---- changing rows ----

    private void put(long seq) {
        rows.put(seq + 1);
        applier.state.tracked++;
    }

    void drop(long seq) {
        group.topic.left(group, seq, rows.get(seq + 1, ID));
        applier.notes.forget(outputs, seq << 16);
        forgetRow(seq);
    }

    /** Only its row: it is dead now, and what workers said of it stays. */
    private void forgetRow(long seq) {
        rows.remove(seq + 1);
        applier.state.tracked--;
    }

    void state(long seq, int state) {
        rows.set(seq + 1, STATUS, Status.withState(status(seq), state));
    }

    void flag(long seq, int flag) {
        rows.set(seq + 1, STATUS, Status.withFlag(status(seq), flag));
    }

    void unflag(long seq, int flags) {
        rows.set(seq + 1, STATUS, Status.withoutFlags(status(seq), flags));
    }

    /** In a line, this one follows; seq + 1. */
    void link(long seq, long next) {
        rows.set(seq + 1, LINK, next);
    }

    private void attempts(long seq, int attempts) {
        rows.set(seq + 1, STATUS, Status.withAttempts(status(seq), attempts));
    }

    // ---- a message comes ----

    /** A message has joined the topic; its envelope stands in the buffer, and it may be due by wall time. */
    void joined(long seq, long id, ByteBuffer buffer, int envelope, int terms, boolean byWall) {
        put(seq);
        rows.set(seq + 1, ID, id);
        rows.set(seq + 1, KEY, Envelope.word(buffer, envelope, Envelope.KEY));
        rows.set(seq + 1, LIMIT, Envelope.word(buffer, envelope, Envelope.LIMIT));
        rows.set(seq + 1, STATUS, Status.of(Envelope.priority(buffer, envelope), terms));
        if (group.topic.groups.getFirst() == group) {
            flag(seq, follows.joined(seq, buffer, envelope));
        }
        start(seq, buffer, envelope, byWall);
        long expires = Envelope.word(buffer, envelope, Envelope.EXPIRES);
        if (expires > 0) {
            applier.state.waiting.add(expires, seq << 16, payload(EXPIRE));
        }
    }

    private void start(long seq, ByteBuffer buffer, int envelope, boolean byWall) {
        boolean first = group.topic.groups.getFirst() == group;
        if ((Status.flags(status(seq)) & GATHER) != 0) {
            rows.set(seq + 1, KEY, Envelope.word(buffer, envelope, Envelope.GATHER));
        }
        long due = Envelope.word(buffer, envelope, Envelope.DUE);
        if ((Envelope.flags(buffer, envelope) & Envelope.FORWARD) != 0) {
            gathering.forwarded(seq);
        } else if (first && (Envelope.flags(buffer, envelope) & Envelope.COMPLETION) != 0) {
            group.scheduled++;
            state(seq, HELD);
            group.topic.keys().batches.open(rows.get(seq + 1, ID), seq);
        } else if (due > 0) {
            group.scheduled++;
            if (byWall) {
                flag(seq, BY_WALL);
            }
            waitUntil(seq, SCHEDULED, due, byWall);
        } else {
            admit(seq, Envelope.word(buffer, envelope, Envelope.AT));
        }
    }

    private void waitUntil(long seq, int state, long dueMillis, boolean byWall) {
        int waits = Status.waits(status(seq)) + 1 & 0xFFFF;
        state(seq, state);
        rows.set(seq + 1, STATUS, Status.withWaits(status(seq), waits));
        rows.set(seq + 1, LINK, dueMillis);
        applier.state.waiting.add(dueMillis, seq << 16 | waits, payload(byWall ? WAKE_BY_WALL : WAKE));
    }

    private long payload(int what) {
        return Waiting.tracked(group.number, group.generation, what, 0);
    }

    /** It is over and kept until then. */
    void forgetAt(long seq, long untilMillis) {
        kept++;
        applier.state.waiting.add(untilMillis, seq << 16, payload(FORGET));
    }

    void wakeLimit(long key, long dueMillis, int number) {
        applier.state.waiting.add(dueMillis, key, Waiting.tracked(group.number, group.generation, LIMIT_WAKE, number));
    }

    /** The group key wakes what has gathered under it; a key has one such entry at a time. */
    void wakeGathering(long key, long dueMillis) {
        applier.state.waiting.add(dueMillis, key, payload(GATHER_WAKE));
    }

    /** Its time has come: to the others of its group key, into its lane, or behind the current message of its key. */
    private void admit(long seq, long atMillis) {
        long key = rows.get(seq + 1, KEY);
        if ((Status.flags(status(seq)) & GATHER) != 0) {
            group.scheduled++;
            state(seq, GATHERED);
            link(seq, 0);
            gathering.join(seq, key, atMillis);
            return;
        }
        if (key == 0 || keys.enter(seq, key)) {
            toLane(seq);
        }
    }

    /** It becomes ready; the caller has seen to its key. */
    void toLane(long seq) {
        int before = stateOf(seq);
        ready += before == PARKED || before == LIMITED ? 0 : 1;
        state(seq, READY);
        lanes[Status.priority(status(seq))].add(seq);
        applier.listener.groupReady(group);
    }

    // ---- leases ----

    /** The message at the head of this lane. */
    long head(int lane) {
        return lanes[lane].peek();
    }

    /** Passes over a place left behind. */
    void skip(int lane) {
        lanes[lane].remove();
    }

    /** The head of the lane has to wait for its limit. */
    void limit(int lane, long nowMillis) {
        long seq = lanes[lane].remove();
        state(seq, LIMITED);
        limits.add(rows.get(seq + 1, LIMIT), seq, nowMillis);
    }

    /** The head of the lane goes to a consumer; returns its attempts, this one included. */
    int take(int lane, long nowMillis, int attemptStep) {
        long seq = lanes[lane].remove();
        int attempts = Math.min(Status.attempts(status(seq)) + attemptStep, 0xFFFF);
        attempts(seq, attempts);
        state(seq, LEASED);
        ready--;
        long limit = rows.get(seq + 1, LIMIT);
        if (limit != 0) {
            limits.taken(limit, nowMillis);
        }
        return attempts;
    }

    void leasedIn(long seq, int slot) {
        rows.set(seq + 1, LINK, slot);
    }

    // ---- an attempt ends ----

    /** Done or filtered. */
    void done(long seq) {
        ended(seq, BatchTable.DONE);
    }

    /** A leased message ends in one of the ways of {@link BatchTable}. */
    void ended(long seq, int how) {
        follows.over(seq, how);
        releaseLimit(seq);
        end(seq);
    }

    /** Done, and kept to be looked at until an instant. */
    void done(long seq, long keptUntilMillis) {
        follows.over(seq, BatchTable.DONE);
        releaseLimit(seq);
        keys.leave(seq, rows.get(seq + 1, KEY));
        over(seq);
        state(seq, KEPT);
        rows.set(seq + 1, LINK, keptUntilMillis);
        forgetAt(seq, keptUntilMillis);
    }

    /** The attempt failed; due 0: again at once. */
    void retry(long seq, int attempts, long dueMillis) {
        releaseLimit(seq);
        attempts(seq, attempts);
        if (dueMillis == 0) {
            toLane(seq);
        } else {
            group.retrying++;
            waitUntil(seq, RETRYING, dueMillis, false);
        }
    }

    void died(long seq, int number) {
        follows.over(seq, BatchTable.DEAD);
        releaseLimit(seq);
        bury(seq, number);
    }

    /** A message that waits, but not in a line, is given up. */
    void archived(long seq, int number) {
        int state = stateOf(seq);
        follows.over(seq, BatchTable.DEAD);
        switch (state) {
            case SCHEDULED -> group.scheduled--;
            case RETRYING -> group.retrying--;
            case READY -> ready--;
            default -> throw new IllegalStateException("message " + seq + " cannot be archived in state " + state);
        }
        long limit = rows.get(seq + 1, LIMIT);
        bury(seq, number);
        if (state == READY && limit != 0) {
            limits.next(limit);
        }
    }

    private void bury(long seq, int number) {
        keys.leave(seq, rows.get(seq + 1, KEY));
        dead.put(seq + 1);
        for (int word = 1; word < ROW_WORDS; word++) {
            dead.set(seq + 1, word, rows.get(seq + 1, word));
        }
        dead.set(seq + 1, LINK, number);
        over(seq);
        forgetRow(seq);
    }

    void releaseLimit(long seq) {
        long limit = rows.get(seq + 1, LIMIT);
        if (limit != 0) {
            limits.released(limit);
        }
    }

    // ---- a message is over ----

    void end(long seq) {
        keys.leave(seq, rows.get(seq + 1, KEY));
        over(seq);
        drop(seq);
    }

    void over(long seq) {
        group.topic.over(group, seq, rows.get(seq + 1, ID));
    }

    // ---- time ----

    /**
     * Whether an entry of the wheel still means something to the group: not when that was emptied since. Only the expiry of
     * a message that was dead then, and has been offered anew, goes on; a message has one such entry, whatever becomes of it.
     */
    static boolean isMeant(Group group, long payload) {
        return !group.removed
                && (Waiting.purpose(payload) == EXPIRE || Waiting.isOf(payload, group.generation));
    }

    /** An entry of a wheel is due; nothing happens when what it was for is past. */
    void due(long id, int what, int number, long atMillis) {
        long seq = id >>> 16;
        switch (what) {
            case WAKE -> wake(seq, (int) id & 0xFFFF, rows.get(seq + 1, LINK));
            case WAKE_BY_WALL -> wake(seq, (int) id & 0xFFFF, atMillis);
            case EXPIRE -> expire(seq);
            case FORGET -> forget(seq);
            case LIMIT_WAKE -> limits.wake(id, number);
            case GATHER_WAKE -> gathering.wake(id);
            default -> throw new IllegalStateException("a tracked message waits for " + what);
        }
    }

    private void wake(long seq, int waits, long atMillis) {
        long status = status(seq);
        int state = Status.state(status);
        if (Status.waits(status) != waits || (state != SCHEDULED && state != RETRYING)) {
            return;
        }
        if (state == SCHEDULED) {
            group.scheduled--;
            admit(seq, atMillis);
        } else {
            runNow(seq);
        }
    }

    /** What waits for its time is ready now, by itself; what has gathered goes with all of its key. */
    void runNow(long seq) {
        switch (stateOf(seq)) {
            case GATHERED -> gathering.closeWith(seq, rows.get(seq + 1, KEY));
            case SCHEDULED -> {
                group.scheduled--;
                if ((Status.flags(status(seq)) & GATHER) != 0) {
                    unflag(seq, GATHER);
                    rows.set(seq + 1, KEY, 0);
                }
                admit(seq, 0);
            }
            default -> {
                group.retrying--;
                toLane(seq);
            }
        }
    }

    private void expire(long seq) {
        if (stateOf(seq) == LEASED) {
            flag(seq, EXPIRED);
        } else if (isUnderWay(seq)) {
            leaving.remove(seq, BatchTable.EXPIRED);
            group.expired++;
            applier.notes.forget(group.notes, seq << 16);
            applier.tracked.settleSeq(group.topic, seq);
        }
    }

    private void forget(long seq) {
        if (isKept(stateOf(seq))) {
            leaving.remove(seq, BatchTable.DONE);
            applier.tracked.settleSeq(group.topic, seq);
        }
    }

    // ---- dead letters ----

    void redriven(long seq) {
        put(seq);
        for (int word = 1; word < STATUS; word++) {
            rows.set(seq + 1, word, dead.get(seq + 1, word));
        }
        long status = dead.get(seq + 1, STATUS);
        dead.remove(seq + 1);
        rows.set(seq + 1, STATUS, Status.anew(status, NEXT | MEMBER));
        admit(seq, 0);
    }

    /** Number of a dead letter, -1 when it is none. */
    int deadNumber(long seq) {
        return dead.contains(seq + 1) ? (int) dead.get(seq + 1, LINK) : -1;
    }

    void deadPurged(long seq) {
        applier.notes.forget(outputs, seq << 16);
        group.topic.left(group, seq, dead.get(seq + 1, ID));
        dead.remove(seq + 1);
    }

    /** The message that waited for this batch leaves. */
    void batchCalledOff(long id) {
        group.topic.keys().batches.rows.remove(id);
        applier.listener.batchEnded(group.topic, id);
    }

    // ---- a group is emptied ----

    /** Everything but dead letters is gone at once; what was there is returned, for its chunks to be told. */
    RowTable.Frozen empty() {
        RowTable.Frozen old = rows.freeze();
        applier.state.tracked -= old.size();
        rows = new SeqTable(ROW_WORDS);
        lines = new LongTable(LINE_WORDS, 0);
        limits = new LimitLines(this);
        for (int priority = 0; priority < lanes.length; priority++) {
            lanes[priority] = new LongQueue();
        }
        ready = 0;
        kept = 0;
        if (group.topic.groups.getFirst() == group) {
            group.topic.keys().batches.clear();
            applier.listener.batchEnded(group.topic, 0);
        }
        Follows before = follows;
        follows = new Follows(this, applier);
        gathering = new Gathering(this, applier, gathering.settings);
        before.emptied();
        return old;
    }

    /** Whether a row that was there when the group was emptied is still counted by its chunk. */
    static boolean isCounted(long[] words, int at) {
        int state = Status.state(words[at + STATUS]);
        return state != LEASED && state != GONE;
    }
}
