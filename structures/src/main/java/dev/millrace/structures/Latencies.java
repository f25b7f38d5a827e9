package dev.millrace.structures;

import java.util.concurrent.atomic.AtomicLongArray;

/** Counts durations by powers of two: 64 counters, one atomic addition per duration. */
final class Latencies {
    private final AtomicLongArray counts = new AtomicLongArray(64);

    void add(long nanos) {
        counts.incrementAndGet(64 - Long.numberOfLeadingZeros(Math.max(0, nanos)));
    }

    /** How many lasted less than 1, 2, 4, 8, ... nanoseconds but not less than half of that. */
    long[] counts() {
        long[] result = new long[64];
        for (int at = 0; at < 64; at++) {
            result[at] = counts.get(at);
        }
        return result;
    }
}
