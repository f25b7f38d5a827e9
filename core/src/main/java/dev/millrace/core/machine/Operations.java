package dev.millrace.core.machine;

import dev.millrace.core.message.Ids;

/**
 * Commands of operators about topics and groups, beyond their coming and going: decides and writes records, which
 * {@link Applier} applies.
 *
 * <p>
 * Thread safety: owner thread only.
 */
public final class Operations {
    private final Machine machine;
    private final State state;
    private final Applier applier;

    Operations(Machine machine) {
        this.machine = machine;
        state = machine.state;
        applier = machine.applier;
    }

    /** Sets what the group does when attempts fail. */
    public void policy(Group group, Backoff backoff) {
        RecordWriter out = machine.out();
        out.begin(Records.GROUP_POLICY, 0, 32)
                .putInt(group.number)
                .putInt(backoff.maxAttempts())
                .putLong(backoff.minMillis())
                .putLong(backoff.maxMillis())
                .putInt(backoff.jitterPercent())
                .putInt(0);
        out.end();
        applier.operated.policy(group, backoff);
    }

    // ---- publishing once ----

    /** The message of this topic that was published with the key that has this hash and holds it, 0 when there is none. */
    public long published(Topic topic, long high, long low) {
        machine.finish();
        return topic.once == null ? 0 : topic.once.holder(high, low, machine.nowMillis(), topic::isUnderWay);
    }

    /** Whether one more key can be kept: keys count as what is tracked does. */
    public boolean canKeepKey() {
        return state.waiting.retrying() < machine.ceilings().tracked();
    }

    /** This message, published by a record that stands before in the same batch, holds the key for so long. */
    public void publishedOnce(Topic topic, long high, long low, long id, long windowMillis) {
        long ends = machine.after(windowMillis);
        machine.item(Records.ONCE, 0, 40)
                .putInt(topic.number)
                .putInt(0)
                .putLong(high)
                .putLong(low)
                .putLong(id)
                .putLong(ends);
        applier.operated.once(topic, new Uniques.Key(high, low), id, ends);
    }

    // ---- history and replay ----

    /**
     * Sets how much of what all groups are done with the topic, not a tracked one, keeps: up to this age (by wall time,
     * ms) and up to so many bytes of the topic in the log. 0 is no limit of that kind; both 0: nothing is kept.
     */
    public void history(Topic topic, long millis, long bytes) {
        machine.finish();
        long seq = topic.earliestKept();
        RecordWriter out = machine.out();
        out.begin(Records.TOPIC_HISTORY, 0, 32)
                .putInt(topic.number)
                .putInt(0)
                .putLong(millis)
                .putLong(bytes)
                .putLong(seq);
        out.end();
        applier.operated.history(topic, millis, bytes, seq);
    }

    /** The first message that the topic keeps. */
    public long earliestKept(Topic topic) {
        machine.finish();
        return topic.earliestKept();
    }

    /**
     * The first message that was published at this wall time or later, of those kept; the end of the topic when there is
     * none. Of deferred messages only those count that joined after such a one.
     */
    public long seqAt(Topic topic, long wallMillis) {
        machine.finish();
        ChunkTable chunks = topic.chunks;
        int low = topic.passed();
        int high = chunks.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            int known = known(chunks, middle, high);
            if (known == high || Ids.millis(chunks.firstId(known)) >= wallMillis) {
                high = middle;
            } else {
                low = known + 1;
            }
        }
        return low == chunks.size() ? topic.nextSeq : Math.max(topic.earliestKept(), chunks.firstSeq(low));
    }

    /** The place in the order of the message with this id; -1 when it is not kept, or was deferred. */
    public long seqOf(Topic topic, long id) {
        machine.finish();
        ChunkTable chunks = topic.chunks;
        int low = topic.passed();
        int high = chunks.size();
        int found = -1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            int known = known(chunks, middle, high);
            if (known == high || chunks.firstId(known) > id) {
                high = middle;
            } else {
                found = known;
                low = known + 1;
            }
        }
        if (found < 0) {
            return -1;
        }
        long steps = Ids.counter(id) - Ids.counter(chunks.firstId(found));
        boolean holds = steps < chunks.count(found) && Ids.plus(chunks.firstId(found), (int) steps) == id
                && chunks.firstSeq(found) + steps >= topic.earliestKept();
        return holds ? chunks.firstSeq(found) + steps : -1;
    }

    /** The first chunk from this one on whose first id is known: of deferred messages it is not. */
    private static int known(ChunkTable chunks, int from, int end) {
        int ordinal = from;
        while (ordinal < end && (!chunks.isLive(ordinal) || chunks.firstId(ordinal) == 0)) {
            ordinal++;
        }
        return ordinal;
    }

    /** Messages of the group that are neither untouched nor over: a replay would make two of one. */
    public long underWay(Group group) {
        return group.leased + group.retrying + group.returned.size();
    }

    /**
     * Offers the group anew what its topic, not a tracked one, keeps from this sequence on and the group has taken. If
     * anything is under way in the group, all that it has not finished is purged first, as by emptying it. Dead letters
     * stay, but putting one back whose message was offered anew only removes it.
     *
     * @return how many messages
     */
    public long replay(Group group, long seq) {
        machine.finish();
        long from = Math.max(seq, group.topic.earliestKept());
        if (from >= group.cursor) {
            return 0;
        }
        if (underWay(group) > 0) {
            machine.emptyGroup(group);
        }
        long before = group.replayed;
        RecordWriter out = machine.out();
        out.begin(Records.GROUP_REPLAY, 0, 16).putInt(group.number).putInt(0).putLong(from);
        out.end();
        applier.operated.replay(group, from);
        return group.replayed - before;
    }

    // ---- all dead letters ----

    /** Starts to replay or purge all that are dead now; false while another job of the group is of another kind. */
    public boolean startDeadJob(Group group, int what) {
        if (group.deadJob.left() > 0 && group.deadJob.what() != what) {
            return false;
        }
        RecordWriter out = machine.out();
        out.begin(Records.DEAD_JOB, 0, 8).putInt(group.number).putInt(what);
        out.end();
        applier.operated.deadJob(group, what);
        return true;
    }

    /** After recovery: jobs that are not over go on. */
    void adopt() {
        state.deadJobs.clear();
        for (Topic topic : state.topics()) {
            topic.groups.stream().filter(group -> group.deadJob.left() > 0).forEach(state.deadJobs::add);
        }
    }

    /** Does a slice of one job; returns whether there is none left to do. */
    boolean work(int limit) {
        Group group = state.deadJobs.poll();
        if (group == null) {
            return true;
        }
        DeadJob job = group.deadJob;
        DeadList list = new DeadList(group);
        int number = list.next(job.next);
        for (int left = limit; left > 0 && !group.removed && number >= 0 && number < job.end; left--) {
            if (job.what() == DeadJob.REPLAY) {
                machine.redrive(group, number);
            } else {
                machine.purgeDead(group, number);
            }
            job.next = number + 1;
            number = list.next(job.next);
        }
        if (job.left() > 0 && !group.removed && !state.deadJobs.contains(group)) {
            state.deadJobs.add(group);
        }
        return state.deadJobs.isEmpty();
    }
}
