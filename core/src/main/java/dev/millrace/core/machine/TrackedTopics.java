package dev.millrace.core.machine;

import dev.millrace.core.message.BodyLayout;
import dev.millrace.core.message.Envelope;
import dev.millrace.core.message.Ids;
import java.nio.ByteBuffer;

/**
 * The part of {@link Applier} that is about tracked topics: one method per transition, the same for a record just written
 * and for one replayed. Owner thread only.
 */
final class TrackedTopics {
    /** What an item of a LEASE_EACH record does with the head of a lane. */
    static final int TAKE = 1;
    static final int SKIP = 2;
    static final int LIMIT = 3;

    /** What an item of a TRACK record does with a message. */
    static final int CANCEL = 1;
    static final int RUN_NOW = 2;
    static final int REMOVE = 3;
    static final int ASK_TO_STOP = 4;

    /** How a lease ended whose message was over before. */
    static final int CANCELLED = 1;
    static final int EXPIRED = 2;

    private final Applier applier;
    private final State state;

    TrackedTopics(Applier applier) {
        this.applier = applier;
        state = applier.state;
    }

    /** From now on the messages of the topic, which has none, are tracked one by one. */
    void track(Topic topic) {
        topic.track();
        for (Group group : topic.groups) {
            group.track(new Tracking(group, applier));
            group.cursor = topic.nextSeq;
            group.cursorOrdinal = topic.chunks.size();
        }
        topic.offeredSeq = topic.nextSeq;
    }

    /** Recovery is over. */
    void recovered(Topic topic) {
        if (topic.tracked()) {
            topic.groups.forEach(group -> group.tracking().recovered());
        }
    }

    void limits(Group group, GroupLimits limits) {
        Tracking tracking = group.tracking();
        tracking.settings = limits;
        // One of each key tries anew; if it is let go, it makes way for the next.
        for (long key : tracking.limits.rows.keys()) {
            tracking.limits.next(key);
        }
    }

    void gather(Group group, GatherLimits limits) {
        group.tracking().gathering.settings = limits;
    }

    /** An ENQUEUE record; it starts at {@code start} of {@code buffer}. */
    void enqueued(Topic topic, Published what, ByteBuffer buffer, int start) {
        topic.accepted += what.count();
        state.lastCounter = Math.max(state.lastCounter, Ids.counter(what.firstId()) + what.count() - 1);
        long firstSeq = topic.nextSeq;
        int ordinal = topic.chunks.add(firstSeq, what.count(), what.location(), what.units(), what.firstId());
        topic.units += what.units();
        state.segments.add(what.location(), what.units());
        topic.nextSeq += what.count();
        topic.offeredSeq = topic.nextSeq;
        for (int i = 0; i < topic.groups.size(); i++) {
            Group group = topic.groups.get(i);
            topic.chunks.addPending(ordinal, what.count());
            group.cursor = topic.nextSeq;
            group.cursorOrdinal = topic.chunks.size();
        }
        boolean wallDue = buffer.get(start + BodyLayout.VERSION_AT) >= BodyLayout.WITH_WALL_DUE;
        int at = start + BodyLayout.BODIES;
        for (int i = 0; i < what.count(); i++) {
            int length = buffer.getInt(at);
            joined(topic, firstSeq + i, Ids.plus(what.firstId(), i), buffer, at + Integer.BYTES, wallDue);
            topic.acceptedBytes += length - Envelope.bytes(buffer, at + Integer.BYTES);
            at += Integer.BYTES + length;
        }
        applier.sweepLater(topic);
    }

    /**
     * A message of an ENQUEUE record.
     *
     * @param wallDue
     *            the record has an instant that was said by the wall clock as that; older ones have it in elapsed time
     */
    private void joined(Topic topic, long seq, long id, ByteBuffer buffer, int envelope, boolean wallDue) {
        int terms = Terms.areIn(buffer, envelope) ? topic.keys().terms.number(Terms.of(buffer, envelope)) : 0;
        if (Envelope.has(buffer, envelope, Envelope.UNIQUE_HIGH)) {
            uniqueKey(topic, seq, id, buffer, envelope);
        }
        if (Envelope.has(buffer, envelope, Envelope.ID_HIGH)) {
            Uniques.Key key = new Uniques.Key(Envelope.word(buffer, envelope, Envelope.ID_HIGH),
                    Envelope.word(buffer, envelope, Envelope.ID_LOW));
            Uniques ids = topic.keys().clientIds;
            ids.holds(seq, ids.take(key, id, 0, true, topic::isHere));
        }
        if (Envelope.has(buffer, envelope, Envelope.BATCH)
                && (Envelope.flags(buffer, envelope) & Envelope.COUNTED) == 0) {
            applier.posting.memberAdded(Envelope.word(buffer, envelope, Envelope.BATCH),
                    Envelope.word(buffer, envelope, Envelope.BATCH_HOME));
        }
        boolean byWall = wallDue && (Envelope.flags(buffer, envelope) & Envelope.DUE_BY_WALL) != 0;
        for (int i = 0; i < topic.groups.size(); i++) {
            topic.groups.get(i).tracking().joined(seq, id, buffer, envelope, terms, byWall);
        }
    }

    private void uniqueKey(Topic topic, long seq, long id, ByteBuffer buffer, int envelope) {
        Uniques uniques = topic.keys().uniques;
        Uniques.Key key = new Uniques.Key(Envelope.word(buffer, envelope, Envelope.UNIQUE_HIGH),
                Envelope.word(buffer, envelope, Envelope.UNIQUE_LOW));
        long ends = Envelope.word(buffer, envelope, Envelope.UNIQUE_ENDS);
        boolean untilDone = (Envelope.flags(buffer, envelope) & Envelope.UNIQUE_UNTIL_DONE) != 0;
        long at = uniques.take(key, id, ends, untilDone, topic::isUnderWay);
        if (untilDone) {
            uniques.holds(seq, at);
        }
        if (ends > 0) {
            state.waiting.add(ends, at, Waiting.tracked(topic.number, uniques.number(at), Tracking.UNIQUE_END, 0));
        }
    }

    /** One item of a LEASE_EACH record; returns whether a message was leased. */
    boolean leaseItem(Group group, int consumer, long deadline, long atMillis, long item, DeliverySink sink) {
        Tracking tracking = group.tracking();
        int lane = (int) (item >>> 8) & 0xFF;
        long seq = item >>> 16;
        if (tracking.lanes[lane].isEmpty() || tracking.head(lane) != seq) {
            throw new IllegalStateException("message " + seq + " is not the next of priority " + lane);
        }
        switch ((int) item & 0xFF) {
            case SKIP -> tracking.skip(lane);
            case LIMIT -> tracking.limit(lane, atMillis);
            case TAKE -> {
                int attempts = tracking.take(lane, atMillis, applier.attemptStep);
                ChunkTable chunks = group.topic.chunks;
                int ordinal = chunks.find(seq);
                sink.run(chunks.location(ordinal), (int) (seq - chunks.firstSeq(ordinal)));
                int slot = applier.hold(group, consumer, deadline, seq << 16 | attempts, ordinal);
                tracking.leasedIn(seq, slot);
                group.leased++;
                sink.message(state.leases.token(slot), attempts);
                return true;
            }
            default -> throw new IllegalStateException("unknown item " + Long.toHexString(item));
        }
        return false;
    }

    /** Done, and kept to be looked at until an instant. */
    void kept(int slot, long untilMillis) {
        Group group = state.groupOf(slot);
        if (group == null) {
            throw new IllegalStateException("slot " + slot + " has no group any more");
        }
        group.leased--;
        group.done++;
        applier.notes.forget(group.notes, state.leases.seqAndAttempts(slot));
        group.tracking().done(state.leases.seq(slot), untilMillis);
        applier.endLease(slot, true);
    }

    /** The lease ended without success, and its message was cancelled or had expired before. */
    void ended(int slot, int how) {
        Group group = state.groupOf(slot);
        if (group == null) {
            throw new IllegalStateException("slot " + slot + " has no group any more");
        }
        long place = state.leases.place(slot);
        group.leased--;
        if (how == CANCELLED) {
            group.cancelled++;
        } else {
            group.expired++;
        }
        applier.notes.forget(group.notes, state.leases.seqAndAttempts(slot));
        group.tracking()
                .ended(state.leases.seq(slot),
                        how == CANCELLED ? BatchTable.CANCELLED : BatchTable.EXPIRED);
        applier.settle(place);
        applier.endLease(slot, true);
    }

    /** The lease ended without success, its message was over before, and is kept to be looked at. */
    void endedKept(int slot, int how, long untilMillis) {
        Group group = state.groupOf(slot);
        if (group == null) {
            throw new IllegalStateException("slot " + slot + " has no group any more");
        }
        group.leased--;
        overKept(group, state.leases.seq(slot), how, untilMillis);
        applier.endLease(slot, true);
    }

    /** A message is cancelled or expires, and is kept to be looked at until an instant. */
    void overKept(Group group, long seq, int how, long untilMillis) {
        if (how == CANCELLED) {
            group.cancelled++;
        } else {
            group.expired++;
        }
        applier.notes.forget(group.notes, seq << 16);
        group.tracking().leaving.keep(seq, how == CANCELLED ? BatchTable.CANCELLED : BatchTable.EXPIRED, untilMillis);
    }

    /** An item of a TRACK record. */
    void command(Group group, int what, long seq) {
        Tracking tracking = group.tracking();
        switch (what) {
            case RUN_NOW -> tracking.runNow(seq);
            case ASK_TO_STOP -> {
                tracking.flag(seq, Tracking.CANCEL);
                applier.listener.stopAsked(state.leases.token(tracking.slot(seq)),
                        state.leases.consumer(tracking.slot(seq)));
            }
            case CANCEL -> {
                tracking.leaving.remove(seq, BatchTable.CANCELLED);
                group.cancelled++;
                over(group, seq);
            }
            case REMOVE -> {
                boolean done = Tracking.isKept(tracking.stateOf(seq));
                tracking.leaving.remove(seq, BatchTable.CANCELLED);
                group.purged += done ? 0 : 1;
                over(group, seq);
            }
            default -> throw new IllegalStateException("unknown command " + what);
        }
    }

    /** A message that waits becomes a dead letter. */
    void archived(Group group, long seq, long wallMillis) {
        Tracking tracking = group.tracking();
        long seqAndAttempts = seq << 16 | Status.attempts(tracking.status(seq));
        long ordinalAndReason = (long) group.topic.chunks.find(seq) << 32 | Records.REASON_ARCHIVED;
        group.dead++;
        tracking.archived(seq, group.deadTable.add(seqAndAttempts, wallMillis, ordinalAndReason, null));
        applier.notes.bury(group, seqAndAttempts);
    }

    private void over(Group group, long seq) {
        applier.notes.forget(group.notes, seq << 16);
        settleSeq(group.topic, seq);
    }

    /** The worker of a message said something of it. */
    void said(Group group, long seq, int what, long location, int units) {
        applier.notes.said(group, NoteTable.key(seq, what, units), location);
    }

    /** An entry of a wheel is due; what was so by wall time says when. */
    void due(long id, long payload, long atMillis) {
        int purpose = Waiting.purpose(payload);
        if (purpose == Tracking.UNIQUE_END) {
            Topic topic = state.topicOrNull(Waiting.owner(payload));
            if (topic != null) {
                topic.uniques().windowEnded(id, Waiting.generation(payload), topic::isUnderWay);
            }
            return;
        }
        Group group = state.groupOrNull(Waiting.owner(payload));
        if (group != null && Tracking.isMeant(group, payload)) {
            group.tracking().due(id, purpose, Waiting.number(payload), atMillis);
        }
    }

    void settleSeq(Topic topic, long seq) {
        applier.settle(topic, topic.chunks.find(seq));
    }
}
