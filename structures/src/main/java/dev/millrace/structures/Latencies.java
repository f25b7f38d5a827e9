package dev.millrace.structures;

import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;

/** Counts durations by powers of two: 64 counters, which threads that count at once do not fight for. */
final class Latencies {
    private static final int ALL_OF_THE_FIRST = 1024;
    /** One in so many powers of two. */
    private static final int THEN_BITS = 4;

    private final LongAdder[] counts = new LongAdder[64];
    /** Rises to its limit and a little further; lost updates do no harm. */
    private volatile int first;

    Latencies() {
        Arrays.setAll(counts, at -> new LongAdder());
    }

    /** Whether to time a task that runs on the thread of this number. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // see the field
    boolean wants(long threadNumber) {
        if (first < ALL_OF_THE_FIRST) {
            first++;
            return true;
        }
        // Numbers of threads that run the same task may be regular; their hashes are not.
        return ((threadNumber * 0x9E3779B97F4A7C15L) >>> (Long.SIZE - THEN_BITS)) == 0;
    }

    void add(long nanos) {
        counts[64 - Long.numberOfLeadingZeros(Math.max(0, nanos))].increment();
    }

    /** How many lasted less than 1, 2, 4, 8, ... nanoseconds but not less than half of that. */
    long[] counts() {
        return Arrays.stream(counts).mapToLong(LongAdder::sum).toArray();
    }
}
