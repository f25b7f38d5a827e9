package dev.millrace.core.shard;

/**
 * Counters of a shard since it was opened.
 *
 * <p>
 * Thread safety: written by the owner without synchronization, read by others for display; a reader may see a value some
 * cycles old.
 */
public final class ShardMetrics {
    private static final long SLOW_NANOS = 5_000_000;

    /** Publish commands. */
    public long publishes;
    /** Bytes of the bodies in them. */
    public long publishedBytes;
    /** Messages handed out. */
    public long delivered;
    /** Batches appended. */
    public long appends;
    /** Cycles run. */
    public long cycles;
    /** Cycles longer than 5 ms, syncs included. */
    public long slowCycles;
    /** Nanoseconds of the longest. */
    public long longestCycleNanos;

    void cycle(long nanos) {
        cycles++;
        if (nanos > SLOW_NANOS) {
            slowCycles++;
        }
        longestCycleNanos = Math.max(longestCycleNanos, nanos);
    }
}
