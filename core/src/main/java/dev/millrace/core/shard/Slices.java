package dev.millrace.core.shard;

import java.util.EnumMap;

/**
 * Times the parts of a cycle by name, without the appends in them: a part that takes longer than 5 ms holds up everybody,
 * and is counted and told.
 *
 * <p>
 * Thread safety: owner thread only.
 */
public final class Slices {
    /** The parts, in their order. */
    public enum Part {
        /** Sessions that ended and what was ephemeral. */
        ENDINGS,
        /** Questions and changes by operators. */
        CALLS,
        /** What clients sent. */
        COMMANDS,
        /** Deferrals, retries and leases that are due. */
        TIMERS,
        /** Choosing what goes to whom. */
        DELIVERIES,
        /** Moving bodies to cold segments. */
        RELOCATION,
        /** Answers leaving, snapshots, segments given back. */
        HOUSEKEEPING
    }

    private static final long SLOW_NANOS = 5_000_000;

    private final ShardListener listener;
    private final Latencies appends;
    private final EnumMap<Part, Long> slow = new EnumMap<>(Part.class);
    private long beganNanos;
    private long appendNanosBefore;

    Slices(ShardListener listener, Latencies appends) {
        this.listener = listener;
        this.appends = appends;
    }

    Slices begin(long nanos) {
        beganNanos = nanos;
        appendNanosBefore = appends.sumNanos();
        return this;
    }

    /** The part is over, the next one begins. */
    void ended(Part part, long nanos) {
        long took = nanos - beganNanos - (appends.sumNanos() - appendNanosBefore);
        if (took > SLOW_NANOS) {
            slow.merge(part, 1L, Long::sum);
            listener.slowSlice(part, took);
        }
        beganNanos = nanos;
        appendNanosBefore = appends.sumNanos();
    }

    /** How often the part took longer. */
    public long slow(Part part) {
        return slow.getOrDefault(part, 0L);
    }
}
