package dev.millrace.core.shard;

import dev.millrace.core.log.RecoveryReport;
import dev.millrace.core.machine.Machine;

/**
 * The elapsed time of a shard, and how long it is until something is due by either clock. Owner thread only.
 *
 * <p>
 * Elapsed time goes on with the monotonic clock, and from one opening of the log to the next by what the wall clock says.
 */
final class ShardTime {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final ShardClock clock;
    private final long startNanos;
    private final long baseMillis;

    ShardTime(ShardClock clock, RecoveryReport recovery) {
        this.clock = clock;
        startNanos = clock.nanos();
        // Less the milliseconds that had begun: nothing may be early.
        long slept = Math.max(0, clock.wallMillis() - recovery.lastWallMillis() - 1);
        baseMillis = recovery.lastWallMillis() == 0 ? 0 : recovery.lastElapsedMillis() + slept;
    }

    long startNanos() {
        return startNanos;
    }

    /** Elapsed time at this reading of the monotonic clock. */
    long elapsedMillis(long nanos) {
        return baseMillis + (nanos - startNanos) / NANOS_PER_MILLI;
    }

    /** Reading of the monotonic clock at this elapsed time. */
    long nanos(long elapsedMillis) {
        return startNanos + (elapsedMillis - baseMillis) * NANOS_PER_MILLI;
    }

    /** What the monotonic clock showed when the wall clock came to this instant, which it has passed. */
    long nanosOfWall(long wallMillis) {
        return clock.nanos() - Math.max(0, clock.wallMillis() - wallMillis) * NANOS_PER_MILLI;
    }

    /**
     * Nanoseconds until something is due, {@code most} at most. Whoever sleeps so long does not notice that the wall clock
     * jumps meanwhile, so it should be short.
     */
    long untilDue(Machine machine, long now, long most) {
        long wait = most;
        long due = machine.nextDueMillis();
        if (due != Long.MAX_VALUE) {
            wait = Math.min(wait, Math.max(0, nanos(due) - now));
        }
        long wallDue = machine.nextWallMillis();
        if (wallDue != Long.MAX_VALUE) {
            long millis = Math.min(Math.max(0, wallDue - clock.wallMillis()), most / NANOS_PER_MILLI);
            wait = Math.min(wait, millis * NANOS_PER_MILLI);
        }
        return wait;
    }
}
