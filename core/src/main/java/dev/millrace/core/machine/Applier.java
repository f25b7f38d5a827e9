package dev.millrace.core.machine;

import dev.millrace.core.message.Ids;
import org.jspecify.annotations.Nullable;

/**
 * Changes the state: one method per transition, the same for a record just written and for a record replayed.
 *
 * <p>
 * Every method is total for records that this version wrote; a violation of an invariant is an
 * {@link IllegalStateException}, which stops the shard with the record's position. Thread safety: owner thread only.
 */
final class Applier {
    /** Chunks released in one slice of sweeping. */
    private static final int SWEEP_SLICE = 1_000;

    final State state;
    /** Notes of past attempts. */
    final Notes notes;
    /** Transitions of tracked topics. */
    final TrackedTopics tracked;
    /** Mails and batches. */
    final Posting posting;
    /** Transitions that operators bring about. */
    final Operated operated;
    final PlantedBugs bugs;
    final int attemptStep;
    MachineListener listener = MachineListener.NONE;
    /** The timers of live leases; null while replaying. */
    @Nullable LeaseTimers leaseTimers;

    Applier(State state, PlantedBugs bugs) {
        this.state = state;
        this.bugs = bugs;
        notes = new Notes(state);
        tracked = new TrackedTopics(this);
        posting = new Posting(this);
        operated = new Operated(this);
        attemptStep = bugs.has(PlantedBugs.Bug.ATTEMPT_NOT_COUNTED) ? 0 : 1;
    }

    /** What follows happens now. */
    void begin(long elapsedMillis) {
        LeaseTimers timers = leaseTimers;
        if (timers != null) {
            timers.begin(elapsedMillis);
        }
    }

    // ---- topics and groups ----

    Topic createTopic(int number, String name, boolean ephemeral) {
        Topic topic = new Topic(number, name, ephemeral);
        state.put(topic);
        listener.topicCreated(topic);
        return topic;
    }

    Group createGroup(int number, Topic topic, String name, boolean ephemeral, long startSeq) {
        if (topic.groups.isEmpty()) {
            topic.heldSeq = startSeq;
        }
        Group group = new Group(number, topic, name, ephemeral, startSeq);
        group.purged = topic.offeredSeq - startSeq - topic.gaps.apart(startSeq, topic.offeredSeq);
        group.cursorOrdinal = startSeq == topic.nextSeq ? topic.chunks.size() : topic.chunks.find(startSeq);
        if (topic.tracked()) {
            group.track(new Tracking(group, this));
        }
        state.put(group);
        sweepLater(topic);
        listener.groupCreated(group);
        if (group.deliverable()) {
            listener.groupReady(group);
        }
        return group;
    }

    void deleteTopic(Topic topic) {
        for (Group group : topic.groups.toArray(Group[]::new)) {
            deleteGroup(group);
        }
        topic.heldSeq = topic.nextSeq;
        topic.historyMillis = 0;
        topic.historyBytes = 0;
        topic.removed = true;
        state.remove(topic);
        // Once more from the start: chunks that were passed but had something pending go now, too.
        topic.swept = 0;
        sweepLater(topic);
        listener.topicDeleted(topic);
    }

    void deleteGroup(Group group) {
        Topic topic = group.topic;
        if (group.tracked()) {
            group.tracking().dead = new LongTable(Tracking.ROW_WORDS, 0);
        }
        releaseDead(group);
        releaseReturned(group);
        releaseTracked(group);
        notes.release(group);
        state.remove(group);
        if (topic.groups.isEmpty()) {
            topic.heldSeq = topic.offeredSeq;
        }
        topic.gaps.forget(topic.earliestKept());
        sweepLater(topic);
        listener.groupDeleted(group);
    }

    /** @param heldBack whether what a pause holds back goes, too; in logs of the first days it stayed */
    void emptyTopic(Topic topic, boolean heldBack) {
        topic.generation++;
        topic.purged += topic.scheduled;
        topic.scheduled = 0;
        if (topic.groups.isEmpty()) {
            topic.heldSeq = topic.nextSeq;
            topic.offeredSeq = topic.nextSeq;
            sweepLater(topic);
        } else if (heldBack && topic.offeredSeq < topic.nextSeq) {
            purgeHeldBack(topic);
        }
    }

    /** What joined during a pause is offered to nobody: each group counts it as purged and passes over it. */
    private void purgeHeldBack(Topic topic) {
        long from = topic.offeredSeq;
        topic.gaps.forget(topic.earliestKept());
        topic.gaps.add(from, topic.nextSeq);
        topic.offeredSeq = topic.nextSeq;
        for (int i = 0; i < topic.groups.size(); i++) {
            Group group = topic.groups.get(i);
            group.purged += topic.nextSeq - from;
            if (group.cursor == from) {
                moveCursor(group, topic.nextSeq);
            }
        }
        topic.gaps.forget(topic.earliestKept());
        sweepLater(topic);
    }

    static void moveCursor(Group group, long seq) {
        ChunkTable chunks = group.topic.chunks;
        group.cursor = seq;
        group.cursorOrdinal = seq == group.topic.nextSeq ? chunks.size() : chunks.find(seq);
    }

    /** The cursor has come to the end of a chunk: what follows may be a gap. */
    private static void skipGap(Group group) {
        Topic topic = group.topic;
        long next = topic.gaps.skip(group.cursor);
        if (next != group.cursor) {
            moveCursor(group, next);
            topic.gaps.forget(topic.earliestKept());
        }
    }

    void emptyGroup(Group group) {
        group.purged += group.ready() + group.leased + group.retrying + group.scheduled;
        group.generation++;
        group.leased = 0;
        group.retrying = 0;
        group.scheduled = 0;
        releaseReturned(group);
        releaseTracked(group);
        notes.releaseLiving(group);
        moveCursor(group, group.topic.offeredSeq);
        group.topic.gaps.forget(group.topic.earliestKept());
        sweepLater(group.topic);
    }

    /** What no group has taken below this sequence is dropped. */
    void drop(Topic topic, long seq) {
        if (topic.groups.isEmpty()) {
            topic.dropped += Math.max(0, seq - topic.heldSeq);
            topic.heldSeq = Math.max(topic.heldSeq, seq);
            topic.offeredSeq = Math.max(topic.offeredSeq, seq);
        }
        for (Group group : topic.groups) {
            pass(group, seq);
        }
        topic.gaps.forget(topic.earliestKept());
        sweepLater(topic);
    }

    /** The same for one group. */
    void drop(Group group, long seq) {
        pass(group, seq);
        group.topic.gaps.forget(group.topic.earliestKept());
        sweepLater(group.topic);
    }

    private void pass(Group group, long seq) {
        if (group.cursor < seq) {
            group.dropped += group.topic.gaps.apart(group.cursor, seq);
            moveCursor(group, group.topic.gaps.skip(seq));
        }
    }

    void pauseTopic(Topic topic, boolean paused) {
        topic.paused = paused;
        if (!paused) {
            topic.offeredSeq = topic.nextSeq;
            for (Group group : topic.groups) {
                listener.groupReady(group);
            }
        }
    }

    void pauseGroup(Group group, boolean paused) {
        group.paused = paused;
        if (!paused) {
            listener.groupReady(group);
        }
    }

    // ---- publishing ----

    void published(Topic topic, Published what) {
        topic.accepted += what.count();
        topic.acceptedBytes += what.bodyBytes();
        state.lastCounter = Math.max(state.lastCounter, Ids.counter(what.firstId()) + what.count() - 1);
        join(topic, what.location(), what.count(), what.units(), what.firstId());
    }

    /** A message that joins its topic at an instant, elapsed or {@code byWall}. */
    void deferred(Topic topic, Published what, long dueMillis, boolean byWall) {
        topic.accepted += what.count();
        topic.acceptedBytes += what.bodyBytes();
        topic.scheduled += what.count();
        state.lastCounter = Math.max(state.lastCounter, Ids.counter(what.firstId()) + what.count() - 1);
        int units = Math.min(what.units(), Waiting.MAX_UNITS);
        state.waiting.add(dueMillis, what.location(),
                Waiting.payload(topic.number, byWall ? Waiting.DEFERRED_BY_WALL : Waiting.DEFERRED, topic.generation,
                        units));
    }

    private void join(Topic topic, long location, int count, int units, long firstId) {
        topic.chunks.add(topic.nextSeq, count, location, units, firstId);
        topic.units += units;
        state.segments.add(location, units);
        topic.nextSeq += count;
        if (!topic.paused) {
            topic.offeredSeq = topic.nextSeq;
            for (int i = 0; i < topic.groups.size(); i++) {
                listener.groupReady(topic.groups.get(i));
            }
        }
    }

    // ---- leases ----

    /** Leases what a LEASE record says: first the messages given back, then fresh ones from the cursor. */
    void lease(Group group, int consumer, long deadline, int returned, int fresh, DeliverySink sink) {
        ChunkTable chunks = group.topic.chunks;
        for (int i = 0; i < returned; i++) {
            long packed = group.returned.remove();
            long seq = packed >>> 16;
            int attempts = Math.min(((int) packed & 0xFFFF) + attemptStep, 0xFFFF);
            int ordinal = chunks.find(seq);
            sink.run(chunks.location(ordinal), (int) (seq - chunks.firstSeq(ordinal)));
            int slot = hold(group, consumer, deadline, seq << 16 | attempts, ordinal);
            sink.message(state.leases.token(slot), attempts);
        }
        int left = fresh;
        while (left > 0) {
            int ordinal = group.cursorOrdinal;
            int index = (int) (group.cursor - chunks.firstSeq(ordinal));
            int inChunk = chunks.count(ordinal);
            int count = Math.min(left, inChunk - index);
            sink.run(chunks.location(ordinal), index);
            for (int i = 0; i < count; i++) {
                int slot = hold(group, consumer, deadline, (group.cursor + i) << 16 | 1, ordinal);
                sink.message(state.leases.token(slot), 1);
            }
            chunks.addPending(ordinal, count);
            group.cursor += count;
            left -= count;
            if (index + count == inChunk) {
                group.cursorOrdinal++;
                if (!group.topic.gaps.isEmpty()) {
                    skipGap(group);
                }
                sweepLater(group.topic);
            }
        }
        group.leased += returned + fresh;
    }

    int hold(Group group, int consumer, long deadline, long seqAndAttempts, int ordinal) {
        long place = LeaseTable.place(group.number, ordinal);
        int slot = state.leases.allocate(seqAndAttempts, place, group.generation, consumer, deadline);
        group.held++;
        if (leaseTimers != null) {
            leaseTimers.add(slot, deadline);
        }
        return slot;
    }

    void acked(int slot, boolean filtered) {
        long place = state.leases.place(slot);
        Group group = state.groupOf(slot);
        if (group != null) {
            group.leased--;
            if (filtered) {
                group.filtered++;
            } else {
                group.done++;
            }
            // An attempt that was put off left its note and was not counted.
            if (state.leases.attempts(slot) > 1 || group.tracked()) {
                notes.forget(group.notes, state.leases.seqAndAttempts(slot));
            }
            if (group.tracked()) {
                group.tracking().done(state.leases.seq(slot));
            }
            settle(place);
        } else {
            settlePurged(slot);
        }
        endLease(slot, true);
    }

    /** The attempt failed; the message is given back now (due 0) or waits until {@code dueMillis}. */
    void retry(int slot, long dueMillis, int reason) {
        Group group = state.groupOf(slot);
        // What the worker says does not count leaves the number of attempts as it was.
        long packed = state.leases.seqAndAttempts(slot) - (reason == Records.REASON_NOT_COUNTED ? 1 : 0);
        boolean waits = group != null && !group.tracked() && dueMillis != 0;
        if (group == null) {
            settlePurged(slot);
        } else {
            group.leased--;
            if (reason == Records.REASON_TIMEOUT) {
                group.timeouts++;
            } else if (reason == Records.REASON_RETRY) {
                group.retries++;
            }
            if (group.tracked()) {
                group.tracking().retry(packed >>> 16, (int) packed & 0xFFFF, dueMillis);
            } else if (dueMillis == 0) {
                group.returned.add(packed);
                listener.groupReady(group);
            } else {
                group.retrying++;
                state.waiting.add(dueMillis, packed,
                        Waiting.payload(group.number, Waiting.RETRY, group.generation, 0));
            }
        }
        endLease(slot, !waits);
    }

    void extend(int slot, long deadline) {
        state.leases.deadline(slot, deadline);
        if (leaseTimers != null) {
            leaseTimers.move(slot, deadline);
        }
    }

    /** The attempt of this message that is ending left a note; its end follows. */
    void noted(Group group, long seq, int attempt, long location, int units) {
        notes.add(group, NoteTable.key(seq, attempt, units), location);
    }

    /** The message becomes a dead letter; an error is only there in records of the first version. */
    void dead(int slot, long wallMillis, int reason, @Nullable String error) {
        long place = state.leases.place(slot);
        Group group = state.groupOf(slot);
        if (group == null) {
            settlePurged(slot);
        } else {
            group.leased--;
            group.dead++;
            long ordinalAndReason = (long) LeaseTable.ordinalOf(place) << 32 | reason;
            int number = group.deadTable.add(state.leases.seqAndAttempts(slot), wallMillis, ordinalAndReason, error);
            if (group.tracked()) {
                group.tracking().died(state.leases.seq(slot), number);
            }
            notes.bury(group, state.leases.seqAndAttempts(slot));
            listener.died(group);
        }
        endLease(slot, true);
    }

    void endLease(int slot, boolean letGo) {
        int consumer = state.leases.consumer(slot);
        Group group = state.groupOrNull(LeaseTable.groupOf(state.leases.place(slot)));
        if (letGo && group != null) {
            group.held--;
            state.forgetIfUnused(group);
        }
        if (leaseTimers != null) {
            leaseTimers.cancel(slot);
        }
        state.leases.free(slot);
        listener.leaseEnded(consumer);
    }

    /** A lease ended whose group was emptied or deleted meanwhile. */
    private void settlePurged(int slot) {
        Group group = state.groupOrNull(LeaseTable.groupOf(state.leases.place(slot)));
        if (group != null && !group.topic.removed) {
            group.topic.forgetHolder(state.leases.seq(slot));
        }
        settle(state.leases.place(slot));
    }

    /** One delivery under way less in a chunk, wherever its group is now. */
    void settle(long place) {
        Group group = state.groupOrNull(LeaseTable.groupOf(place));
        if (group != null) {
            settle(group.topic, LeaseTable.ordinalOf(place));
        }
    }

    void settle(Topic topic, int ordinal) {
        if (topic.chunks.isLive(ordinal) && topic.chunks.addPending(ordinal, -1) == 0 && ordinal < topic.swept) {
            release(topic, ordinal);
        }
    }

    // ---- time ----

    /**
     * A waiting entry is due: a retry can be delivered again, a deferred message joins its topic.
     *
     * @param atMillis
     *            elapsed time at which what was due by wall time was so; of others 0
     */
    void due(long id, long payload, long atMillis) {
        state.waiting.left(id, payload);
        switch (Waiting.kind(payload)) {
            case Waiting.RETRY -> retryDue(id, payload);
            case Waiting.DEFERRED, Waiting.DEFERRED_BY_WALL -> deferredDue(id, payload);
            case Waiting.TRACKED -> tracked.due(id, payload, atMillis);
            default -> throw new IllegalStateException("unknown entry " + Long.toHexString(payload));
        }
    }

    private void retryDue(long packed, long payload) {
        Group group = state.groupOrNull(Waiting.owner(payload));
        if (group == null) {
            return;
        }
        group.held--;
        if (!group.removed && Waiting.isOf(payload, group.generation)) {
            group.retrying--;
            group.returned.add(packed);
            listener.groupReady(group);
        } else {
            if (!group.topic.removed) {
                settle(group.topic, group.topic.chunks.find(packed >>> 16));
            }
            state.forgetIfUnused(group);
        }
    }

    private void deferredDue(long location, long payload) {
        Topic topic = state.topicOrNull(Waiting.owner(payload));
        if (topic != null && Waiting.isOf(payload, topic.generation)) {
            topic.scheduled--;
            join(topic, location, 1, Waiting.units(payload), 0);
        }
    }

    // ---- dead letters ----

    void redrive(Group group, int number) {
        long packed = group.deadTable.seqAndAttempts(number);
        removeDead(group, number);
        group.redriven++;
        if (group.tracked()) {
            group.tracking().redriven(packed >>> 16);
        } else {
            group.returned.add(packed & ~0xFFFFL);
        }
        listener.groupReady(group);
    }

    void purgeDead(Group group, int number) {
        int ordinal = group.deadTable.ordinal(number);
        if (group.tracked()) {
            group.tracking().deadPurged(group.deadTable.seqAndAttempts(number) >>> 16);
        }
        removeDead(group, number);
        group.purged++;
        settle(group.topic, ordinal);
    }

    private void removeDead(Group group, int number) {
        notes.forget(group.deadNotes, group.deadTable.seqAndAttempts(number));
        group.deadTable.remove(number);
        group.dead--;
        group.deadJob.gone(number);
        group.replays.forget(group.dead == 0 ? Integer.MAX_VALUE : group.deadTable.first());
    }

    /** Dead letters of a group that goes; a slice at once, the rest later. */
    private void releaseDead(Group group) {
        LongQueue seqs = new LongQueue();
        for (int number = group.deadTable.first(); number < group.deadTable.size(); number++) {
            if (group.deadTable.holds(number)) {
                seqs.add(group.deadTable.seqAndAttempts(number));
            }
        }
        state.garbage.add(group.topic, seqs);
        state.garbage.work(this, SWEEP_SLICE);
    }

    /** What was given back to a group that is emptied or goes; a slice at once, the rest later. */
    private void releaseReturned(Group group) {
        state.garbage.add(group.topic, group.returned);
        group.returned = new LongQueue();
        state.garbage.work(this, SWEEP_SLICE);
    }

    /** The same of tracked messages. */
    private void releaseTracked(Group group) {
        if (group.tracked()) {
            state.garbage.add(group.topic, group.tracking().empty());
            state.garbage.work(this, SWEEP_SLICE);
        }
    }

    // ---- relocation ----

    /** The bodies of a chunk now stand elsewhere. */
    void moved(Topic topic, int ordinal, long location, int units) {
        if (topic.chunks.isLive(ordinal)) {
            state.segments.remove(topic.chunks.location(ordinal), topic.chunks.units(ordinal));
            topic.units += units - topic.chunks.units(ordinal);
            topic.chunks.location(ordinal, location, units);
            state.segments.add(location, units);
        }
    }

    /** A deferred message now stands elsewhere. */
    void movedDeferred(long dueMillis, long oldLocation, long payload, long location) {
        state.waiting.left(oldLocation, payload);
        state.waiting.add(dueMillis, location, payload);
    }

    // ---- derived: releasing chunks ----

    void sweepLater(Topic topic) {
        if (!topic.sweeping && topic.swept < topic.chunks.size()) {
            topic.sweeping = true;
            state.toSweep.add(topic);
        }
    }

    /** Releases passed chunks, a bounded number; returns whether more is to do. */
    boolean sweep() {
        int left = SWEEP_SLICE - state.garbage.work(this, SWEEP_SLICE);
        left -= notes.work(left);
        while (left > 0 && !state.toSweep.isEmpty()) {
            Topic topic = state.toSweep.peek();
            int passed = topic.passed();
            while (left > 0 && topic.swept < passed) {
                int ordinal = topic.chunks.skipDropped(topic.swept);
                if (ordinal < passed && topic.chunks.isLive(ordinal)
                        && (topic.removed || topic.chunks.pending(ordinal) == 0)) {
                    release(topic, ordinal);
                }
                topic.swept = Math.min(passed, ordinal + 1);
                left--;
            }
            if (topic.swept >= passed) {
                topic.sweeping = false;
                state.toSweep.remove();
            }
        }
        return !state.toSweep.isEmpty() || !state.garbage.isEmpty() || notes.hasGarbage();
    }

    private void release(Topic topic, int ordinal) {
        topic.units -= topic.chunks.units(ordinal);
        state.segments.remove(topic.chunks.location(ordinal), topic.chunks.units(ordinal));
        topic.chunks.release(ordinal);
    }
}
