package dev.millrace.core.shard;

/**
 * Counts durations in ranges that roughly double, for metrics.
 *
 * <p>
 * Thread safety: written by the owner thread; a reader may see counts some cycles old.
 */
public final class Latencies {
    private static final long[] UPPER_NANOS = {50_000, 100_000, 200_000, 500_000, 1_000_000, 2_000_000, 5_000_000,
        10_000_000, 20_000_000, 50_000_000, 100_000_000, 200_000_000, 500_000_000, 1_000_000_000, 5_000_000_000L};

    private final long[] counts = new long[UPPER_NANOS.length + 1];
    private long sumNanos;

    void record(long nanos) {
        int range = 0;
        while (range < UPPER_NANOS.length && nanos > UPPER_NANOS[range]) {
            range++;
        }
        counts[range]++;
        sumNanos += nanos;
    }

    /** Upper ends of the ranges. */
    public static long[] upperNanos() {
        return UPPER_NANOS.clone();
    }

    /** Counts per range; the last one is of durations beyond every range. */
    public long[] counts() {
        return counts.clone();
    }

    public long sumNanos() {
        return sumNanos;
    }
}
