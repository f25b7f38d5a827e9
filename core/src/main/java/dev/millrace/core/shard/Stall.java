package dev.millrace.core.shard;

import dev.millrace.core.machine.Machine;

/**
 * Notices that the shard stood still for over 100 ms (a suspended process, a long sync), and keeps leases from ending for
 * as long again: their holders may have answered in time. Owner thread only.
 */
final class Stall {
    private static final long STALL_NANOS = 100_000_000;

    private long lastEnd = Long.MIN_VALUE;
    private long lastBegan;
    private long expected;

    void cycleStarts(long nanos, long nowMillis, Machine machine) {
        if (lastEnd != Long.MIN_VALUE) {
            long stood = Math.max(nanos - Math.max(lastEnd, expected), lastEnd - lastBegan);
            if (stood > STALL_NANOS) {
                machine.holdLeases(nowMillis + stood / 1_000_000);
            }
        }
        lastBegan = nanos;
        expected = 0;
    }

    void cycleEnds(long nanos) {
        lastEnd = nanos;
        expected = nanos;
    }

    /** Nothing is expected to happen before this instant. */
    void sleepsUntil(long nanos) {
        expected = nanos;
    }
}
