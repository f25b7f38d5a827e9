package dev.millrace.door.nsq.latency;

/**
 * Counts of durations in buckets that grow with them: 32 for each power of two, so that a bucket's width is at most 3 % of
 * its values. Not thread-safe.
 */
final class Histogram {
    private static final int SUB_BITS = 5;
    private static final int SUBS = 1 << SUB_BITS;
    private static final int BUCKETS = (Long.SIZE - SUB_BITS) * SUBS;

    private final long[] counts = new long[BUCKETS];
    private long total;

    /** Anything below 0 counts as 0. */
    void add(long nanos) {
        counts[bucket(Math.max(0, nanos))]++;
        total++;
    }

    void addAll(Histogram other) {
        for (int i = 0; i < BUCKETS; i++) {
            counts[i] += other.counts[i];
        }
        total += other.total;
    }

    void clear() {
        java.util.Arrays.fill(counts, 0);
        total = 0;
    }

    long total() {
        return total;
    }

    /** A value that this share of all is not above; 0 when there is none. */
    long quantile(double share) {
        long wanted = Math.max(1, (long) Math.ceil(share * total));
        long seen = 0;
        for (int i = 0; i < BUCKETS; i++) {
            seen += counts[i];
            if (seen >= wanted) {
                return largestIn(i);
            }
        }
        return 0;
    }

    /** Values below 32 have buckets of their own; above, the bits after the highest one choose the bucket. */
    private static int bucket(long value) {
        int shift = Math.max(0, Long.SIZE - Long.numberOfLeadingZeros(value) - SUB_BITS - 1);
        return (int) (value >>> shift) + shift * SUBS;
    }

    private static long largestIn(int bucket) {
        if (bucket < 2 * SUBS) {
            return bucket;
        }
        int shift = bucket / SUBS - 1;
        return ((long) (bucket - shift * SUBS) << shift) + (1L << shift) - 1;
    }
}
