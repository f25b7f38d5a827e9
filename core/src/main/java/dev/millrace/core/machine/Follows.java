package dev.millrace.core.machine;

import dev.millrace.core.machine.PlantedBugs.Bug;
import dev.millrace.core.message.Envelope;
import java.nio.ByteBuffer;

/**
 * What follows when a message of a group is over: the next step of its chain, and the count of the batch that it is a member
 * of. Only the first group of a topic has it; others see the same messages as if they were alone.
 *
 * <pre>
 *   members   seq + 1 of a member  |  id of its batch  |  where that is
 *   live      id of a batch  |  where that is  |  its members here that are not over
 * </pre>
 *
 * Part of {@link Applier}: owner thread only.
 */
final class Follows {
    static final int MEMBER_WORDS = 3;
    static final int LIVE_WORDS = 3;
    private static final int BATCH = 1;
    private static final int HOME = 2;
    private static final int LIVE_HOME = 1;
    private static final int COUNT = 2;

    private final Tracking tracking;
    private final Applier applier;
    final LongTable members = new LongTable(MEMBER_WORDS, 0);
    final LongTable live = new LongTable(LIVE_WORDS, 0);

    Follows(Tracking tracking, Applier applier) {
        this.tracking = tracking;
        this.applier = applier;
    }

    /** A message comes; returns the flags of its row. */
    int joined(long seq, ByteBuffer buffer, int envelope) {
        int flags = 0;
        if ((Envelope.flags(buffer, envelope) & Envelope.CHAINED) != 0) {
            flags |= Tracking.NEXT;
        }
        if (Envelope.has(buffer, envelope, Envelope.GATHER)) {
            flags |= Tracking.GATHER;
        }
        if (Envelope.has(buffer, envelope, Envelope.BATCH)) {
            flags |= Tracking.MEMBER;
            long batch = Envelope.word(buffer, envelope, Envelope.BATCH);
            long home = Envelope.word(buffer, envelope, Envelope.BATCH_HOME);
            members.put(seq + 1);
            members.set(seq + 1, BATCH, batch);
            members.set(seq + 1, HOME, home);
            live.put(batch);
            live.set(batch, LIVE_HOME, home);
            live.set(batch, COUNT, live.get(batch, COUNT) + 1);
        }
        return flags;
    }

    /** A message ends, in one of the ways of {@link BatchTable}; its row is still as it was. */
    void over(long seq, int how) {
        int flags = Status.flags(tracking.status(seq)) & (Tracking.NEXT | Tracking.MEMBER);
        if (flags == 0) {
            return;
        }
        long batch = members.get(seq + 1, BATCH);
        long home = members.get(seq + 1, HOME);
        if (applier.bugs.has(Bug.MEMBER_COUNTED_TWICE) && how == BatchTable.DEAD) {
            applier.posting.memberEnded(batch, home, how, 1);
            return;
        }
        leave(seq);
        // What was dead goes on with its chain when it is offered anew.
        tracking.unflag(seq, how == BatchTable.DEAD ? Tracking.MEMBER : Tracking.NEXT | Tracking.MEMBER);
        boolean follows = how == BatchTable.DONE
                || (how == BatchTable.DEAD && applier.bugs.has(Bug.STEP_AFTER_DEATH));
        if (follows && (flags & Tracking.NEXT) != 0) {
            applier.posting.step(tracking.group(), seq, batch, home);
        } else if (batch != 0) {
            applier.posting.memberEnded(batch, home, how, 1);
        }
    }

    /** Another message goes on in its place, as the same member of its batch. */
    void passedOn(long seq) {
        leave(seq);
    }

    private void leave(long seq) {
        if (members.contains(seq + 1)) {
            long batch = members.get(seq + 1, BATCH);
            members.remove(seq + 1);
            long left = live.get(batch, COUNT) - 1;
            if (left == 0) {
                live.remove(batch);
            } else {
                live.set(batch, COUNT, left);
            }
        }
    }

    /** Everything in the group was purged; this is not used any more. */
    void emptied() {
        for (long batch : live.keys()) {
            applier.posting.memberEnded(batch, live.get(batch, LIVE_HOME), BatchTable.CANCELLED,
                    live.get(batch, COUNT));
        }
    }
}
