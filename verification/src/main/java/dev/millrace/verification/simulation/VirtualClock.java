package dev.millrace.verification.simulation;

import dev.millrace.core.shard.ShardClock;
import org.jspecify.annotations.Nullable;

/**
 * True time, which only the simulation knows, and the two clocks that a process sees of it: a monotonic one with another
 * start in each process, and a wall clock that is set forward and back.
 */
final class VirtualClock implements ShardClock {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final long wallStartMillis;
    private long trueNanos;
    private long monotonicOffset;
    private long wallOffsetMillis;
    private long forwardMillis;
    private long backwardMillis;
    private @Nullable Runnable others;

    VirtualClock(long wallStartMillis) {
        this.wallStartMillis = wallStartMillis;
    }

    long trueNanos() {
        return trueNanos;
    }

    void pass(long nanos) {
        trueNanos += nanos;
    }

    void newProcess(long offsetNanos) {
        monotonicOffset = offsetNanos;
    }

    void setWall(long changeMillis) {
        wallOffsetMillis += changeMillis;
        forwardMillis += Math.max(0, changeMillis);
        backwardMillis += Math.max(0, -changeMillis);
    }

    /** How far the wall clock was ever set forward, all together. */
    long forwardMillis() {
        return forwardMillis;
    }

    /** How far it was ever set back. */
    long backwardMillis() {
        return backwardMillis;
    }

    /**
     * What other threads do right after the clock is read the next time, while its reader goes on with what it read; null
     * for nothing.
     */
    void meanwhile(@Nullable Runnable doings) {
        others = doings;
    }

    @Override
    public long nanos() {
        long now = trueNanos + monotonicOffset;
        Runnable doings = others;
        if (doings != null) {
            others = null;
            doings.run();
        }
        return now;
    }

    @Override
    public long wallMillis() {
        return wallStartMillis + wallOffsetMillis + trueNanos / NANOS_PER_MILLI;
    }
}
