package dev.millrace.core.machine;

import dev.millrace.core.machine.PlantedBugs.Bug;
import dev.millrace.structures.Expiry;
import org.jspecify.annotations.Nullable;

/**
 * Ends leases and lets go what waits when its time has come, by either clock, with a record for each. Owner thread only.
 *
 * <p>
 * What was due by wall time says in its record when that was in elapsed time: what it goes on to wait for counts from
 * then, and replay has no clock.
 */
final class Dues {
    private final Machine machine;
    private final State state;
    private final Applier applier;
    private final int earlyMillis;
    private final LeaseTimers.Sink leaseExpiry;
    private final Expiry expiry;
    private long leasesHeldUntil;
    /** A planted bug: that between the clocks when it first looked at them. */
    private long firstDifference;

    Dues(Machine machine, Endings endings) {
        this.machine = machine;
        state = machine.state;
        applier = machine.applier;
        earlyMillis = applier.bugs.has(Bug.TICK_EARLY) ? 1 : 0;
        leaseExpiry = slot -> endings.failed(slot, -1, Records.REASON_TIMEOUT, null);
        expiry = (handle, due, id, payload) -> due(due, id, payload);
    }

    /** So many leases and entries of each clock at most; returns whether everything due by now was done. */
    boolean advance(int limit) {
        LeaseTimers timers = timers();
        if (timers == null) {
            throw new IllegalStateException("the machine does not serve yet");
        }
        long now = machine.nowMillis() + earlyMillis;
        boolean held = machine.nowMillis() < leasesHeldUntil;
        if (!held) {
            timers.advance(now, limit, leaseExpiry);
        }
        state.waiting.advance(now, wallMillis() + earlyMillis, limit, expiry);
        return (held || timers.caughtUp()) && state.waiting.caughtUp();
    }

    private long wallMillis() {
        if (!applier.bugs.has(Bug.WALL_NOT_FOLLOWED)) {
            return machine.wallMillis();
        }
        firstDifference = firstDifference == 0 ? machine.wallMillis() - machine.nowMillis() : firstDifference;
        return firstDifference + machine.nowMillis();
    }

    private @Nullable LeaseTimers timers() {
        return applier.leaseTimers;
    }

    /** As {@link Machine#holdLeases}. */
    void holdLeases(long untilElapsedMillis) {
        leasesHeldUntil = Math.max(leasesHeldUntil, untilElapsedMillis);
    }

    /** As {@link Machine#nextDueMillis}. */
    long nextDueMillis() {
        LeaseTimers timers = timers();
        long leases = timers == null ? Long.MAX_VALUE : timers.nextDueMillis();
        return Math.min(leases == Long.MAX_VALUE ? leases : Math.max(leases, leasesHeldUntil),
                state.waiting.nextDueMillis());
    }

    private void due(long dueMillis, long id, long payload) {
        machine.tracked().beforeDue(id, payload);
        if (Waiting.isByWall(payload)) {
            long now = machine.nowMillis();
            machine.item(Records.DUE_BY_WALL, 0, 24).putLong(id).putLong(payload).putLong(now);
            applier.due(id, payload, now);
            applier.listener.wasDueByWall(dueMillis);
        } else {
            machine.item(Records.DUE, 0, 16).putLong(id).putLong(payload);
            applier.due(id, payload, 0);
            applier.listener.wasDue(dueMillis);
        }
    }
}
