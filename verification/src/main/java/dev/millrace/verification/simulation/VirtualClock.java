package dev.millrace.verification.simulation;

import dev.millrace.core.shard.ShardClock;
import java.util.ArrayList;
import java.util.List;
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
    /** What the wall clock showed before it was set. */
    private final List<Peak> peaks = new ArrayList<>();
    private @Nullable Runnable others;

    private record Peak(long nanos, long wallMillis) {}

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
        peaks.add(new Peak(trueNanos, wallMillis()));
        wallOffsetMillis += changeMillis;
        forwardMillis += Math.max(0, changeMillis);
        backwardMillis += Math.max(0, -changeMillis);
    }

    /** The latest instant that the wall clock has shown since this true time. */
    long latestWallMillis(long sinceNanos) {
        return peaks.stream()
                .filter(peak -> peak.nanos >= sinceNanos)
                .mapToLong(Peak::wallMillis)
                .reduce(wallMillis(), Math::max);
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
