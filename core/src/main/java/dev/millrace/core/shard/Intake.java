package dev.millrace.core.shard;

import dev.millrace.core.machine.PlantedBugs.Bug;

/**
 * Takes what sessions have submitted, from one after the other, a quantum of bytes each: floods do not hold up the others.
 *
 * <p>
 * Thread safety: owner thread only.
 */
final class Intake {
    /** Body bytes taken from one session before the next one has its turn. */
    private static final int QUANTUM_BYTES = 256 << 10;
    private static final int COMMANDS_PER_CYCLE = 65_536;

    private final Shard shard;
    private final ShardClock clock;
    private final Outbox outbox;

    Intake(Shard shard, ShardClock clock, Outbox outbox) {
        this.shard = shard;
        this.clock = clock;
        this.outbox = outbox;
    }

    /** The commands of a cycle; returns whether there may be more at once. */
    boolean work() {
        int left = COMMANDS_PER_CYCLE;
        while (left > 0 && shard.hasRoomInBatch()) {
            ClientSession session = shard.inbox().pollSession();
            if (session == null) {
                return false;
            }
            left -= take(session);
        }
        return true;
    }

    private int take(ClientSession session) {
        int quantum = session.isSmall() ? Inbox.SMALL_BYTES : QUANTUM_BYTES;
        int taken = 1;
        while (quantum > 0) {
            Submission submission = session.poll();
            if (submission == null) {
                break;
            }
            quantum -= submission.publishedBytes + submission.size * 8;
            taken += submission.size;
            if (submission.timed && !shard.bugs().has(Bug.DELAY_FROM_CYCLE_START)) {
                // The submission may have come after the cycle began: counted from then, it would be early.
                shard.readClocks(clock.nanos());
            }
            Commands.run(shard, submission);
            session.copied(submission);
            if (submission.publishes > 0) {
                shard.isAwaited();
                shard.metrics().publishes += submission.publishes;
                shard.metrics().publishedBytes += submission.publishedBytes;
            }
            outbox.complete(session, submission);
        }
        if (session.isClosing() && !session.ended) {
            shard.consumers().end(session);
        }
        session.rest();
        return taken;
    }
}
