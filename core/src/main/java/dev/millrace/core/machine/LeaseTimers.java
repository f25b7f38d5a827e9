package dev.millrace.core.machine;

import dev.millrace.structures.Expiry;
import dev.millrace.structures.HierarchicalTimeWheel;

/**
 * One timer per live lease, in elapsed time. Derived from {@link LeaseTable}: made anew after recovery.
 *
 * <p>
 * Thread safety: owner thread only.
 */
final class LeaseTimers {
    private final HierarchicalTimeWheel wheel;
    private final LeaseTable leases;

    LeaseTimers(LeaseTable leases, long startMillis) {
        this.leases = leases;
        wheel = new HierarchicalTimeWheel(startMillis);
    }

    /**
     * Makes the timers of the leases that recovery found; those that belong to nobody do not end before
     * {@code graceEndMillis}.
     */
    void adopt(long graceEndMillis) {
        for (int slot = 0; slot < leases.used(); slot++) {
            if (leases.isLive(slot)) {
                long deadline = leases.deadline(slot);
                add(slot, leases.consumer(slot) == LeaseTable.NOBODY ? Math.max(deadline, graceEndMillis) : deadline);
            }
        }
    }

    void add(int slot, long deadline) {
        leases.timer(slot, wheel.add(deadline, slot, 0));
    }

    void move(int slot, long deadline) {
        wheel.reschedule(leases.timer(slot), deadline);
    }

    void cancel(int slot) {
        wheel.cancel(leases.timer(slot));
    }

    int advance(long nowMillis, int limit, Expiry sink) {
        return wheel.advance(nowMillis, limit, sink);
    }

    boolean caughtUp() {
        return wheel.caughtUp();
    }

    long nextDueMillis() {
        return wheel.nextDueTick();
    }
}
