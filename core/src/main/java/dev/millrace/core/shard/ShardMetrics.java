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
    /** Attempts to move live bodies out of mostly dead segments that failed; each is tried again. */
    public long failedMoves;

    private final Latencies publishToDurable = new Latencies();
    private final Latencies dueToReady = new Latencies();

    /** From the hand-over of a submission with publishes until its answer left. */
    public Latencies publishToDurable() {
        return publishToDurable;
    }

    /** How late deferred messages and retries could be handed out. */
    public Latencies dueToReady() {
        return dueToReady;
    }

    void cycle(long nanos) {
        cycles++;
        if (nanos > SLOW_NANOS) {
            slowCycles++;
        }
        longestCycleNanos = Math.max(longestCycleNanos, nanos);
    }
}
