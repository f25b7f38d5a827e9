package dev.millrace.core.machine;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Decides what becomes of a message when an attempt at it ends. Owner thread only. */
final class Endings {
    /**
     * That a worker went away says little of its task: so many attempts of it come back at once. From the next one on
     * the backoff counts, for the task may be what kills its workers.
     */
    private static final int LOST_AT_ONCE = 3;

    private final Machine machine;
    private final State state;
    private final Applier applier;
    private final Attempts attempts;
    private long atOnce;

    Endings(Machine machine, Attempts attempts) {
        this.machine = machine;
        this.attempts = attempts;
        state = machine.state;
        applier = machine.applier;
    }

    /** Retries that were given back at once because no more could wait. */
    long atOnce() {
        return atOnce;
    }

    /** Success; tracked messages may be kept to be looked at. */
    void done(int slot, int flags) {
        Group group = state.groupOf(slot);
        long retention = group == null || !group.tracked() || flags != 0 ? 0
                : group.tracking().termsOf(state.leases.seq(slot)).retentionMillis();
        if (retention > 0) {
            long until = machine.after(retention);
            item(slot, Records.KEEP, 0, 16).putLong(until);
            applier.tracked.kept(slot, until);
        } else {
            item(slot, Records.ACK, flags, 8);
            applier.acked(slot, flags != 0);
        }
    }

    /** An attempt failed: dead by policy, or given back. A delay below 0 means the policy's backoff. */
    void failed(int slot, long delayMillis, int reason, @Nullable String error) {
        Group group = state.groupOf(slot);
        int made = state.leases.attempts(slot);
        if (group != null && isOver(group, slot)) {
            return;
        }
        int most = group == null ? 0 : maxAttempts(group, slot);
        if (most > 0 && made >= most && reason != Records.REASON_NOT_COUNTED) {
            dead(slot, reason, error);
            return;
        }
        if (group != null && (error != null || most > 0)) {
            note(slot, group, reason, error);
        }
        long delay = delayMillis;
        if (delay < 0) {
            boolean lost = group != null && group.tracked() && reason == Records.REASON_SESSION && made <= LOST_AT_ONCE;
            delay = group == null || lost ? 0 : backoffMillis(group, slot, made);
        }
        // A retry that finds no room is delivered again at once rather than lost.
        boolean full = delay > 0 && state.waiting.retrying() >= machine.ceilings().retrying();
        atOnce += full ? 1 : 0;
        long due = delay == 0 || full ? 0 : machine.after(delay);
        item(slot, Records.RETRY, 0, 16).putLong(due << 8 | reason);
        applier.retry(slot, due, reason);
    }

    private int maxAttempts(Group group, int slot) {
        int own = group.tracked() ? group.tracking().termsOf(state.leases.seq(slot)).maxAttempts() : 0;
        return own > 0 ? own : group.maxAttempts;
    }

    private long backoffMillis(Group group, int slot, int made) {
        long seq = state.leases.seq(slot);
        long min = group.minBackoffMillis;
        long max = group.maxBackoffMillis;
        if (group.tracked() && group.tracking().termsOf(seq).minBackoffMillis() >= 0) {
            min = group.tracking().termsOf(seq).minBackoffMillis();
            max = group.tracking().termsOf(seq).maxBackoffMillis();
        }
        long delay = Group.backoffMillis(made, min, max);
        // The bound is a hundred years, so nothing overflows.
        return delay - jitter(seq << 16 | made, Math.min(delay, Machine.MAX_DELAY_MILLIS) * group.jitterPercent / 100);
    }

    /** 0..most, from a hash: what failed together does not come back together. */
    static long jitter(long name, long most) {
        long h = name * 0x9E37_79B9_7F4A_7C15L;
        h = (h ^ h >>> 32) * 0xD6E8_FEB8_6659_FD93L;
        return Long.remainderUnsigned(h ^ h >>> 29, most + 1);
    }

    /** Whether the message was cancelled or has expired while it was leased: then the attempt was its last. */
    private boolean isOver(Group group, int slot) {
        if (!group.tracked()) {
            return false;
        }
        long seq = state.leases.seq(slot);
        boolean cancelled = group.tracking().isCancelled(seq);
        if (!cancelled && (Status.flags(group.tracking().status(seq)) & Tracking.EXPIRED) == 0) {
            return false;
        }
        int how = cancelled ? TrackedTopics.CANCELLED : TrackedTopics.EXPIRED;
        item(slot, Records.END, 0, 16).putInt(how).putInt(0);
        applier.tracked.ended(slot, how);
        return true;
    }

    void buried(int slot, @Nullable String error) {
        Group group = state.groupOf(slot);
        if (group == null || !isOver(group, slot)) {
            dead(slot, Records.REASON_BURIED, error);
        }
    }

    private void dead(int slot, int reason, @Nullable String error) {
        Group group = state.groupOf(slot);
        if (group != null && error != null) {
            note(slot, group, reason, error);
        }
        RecordWriter out = machine.out();
        out.begin(Records.DEAD, 0, 20)
                .putInt(slot)
                .putInt((int) state.leases.seq(slot))
                .putLong(machine.wallMillis())
                .putInt(reason);
        out.string("");
        out.end();
        applier.dead(slot, machine.wallMillis(), reason, "");
    }

    /** What is known of an attempt goes into the log before its end does. */
    private void note(int slot, Group group, int reason, @Nullable String error) {
        if (attempts.hasRoom()) {
            machine.out();
            attempts.write(group, state.leases.seqAndAttempts(slot), machine.wallMillis(), reason,
                    error == null ? "" : error);
        }
    }

    private ByteBuffer item(int slot, byte kind, int flags, int bytes) {
        return machine.item(kind, flags, bytes).putInt(slot).putInt((int) state.leases.seq(slot));
    }
}
