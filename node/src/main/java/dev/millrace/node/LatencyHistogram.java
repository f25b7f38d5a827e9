package dev.millrace.node;

import java.util.List;

/**
 * Durations counted in ranges, since the shard was opened.
 *
 * @param upperNanos
 *            upper ends of the ranges, rising
 * @param counts
 *            how many fell into each, and at the end how many into none
 * @param sumNanos
 *            of all
 */
public record LatencyHistogram(List<Long> upperNanos, List<Long> counts, long sumNanos) {
    /** Nothing was counted. */
    public static final LatencyHistogram EMPTY = new LatencyHistogram(List.of(), List.of(0L), 0);

    public LatencyHistogram {
        upperNanos = List.copyOf(upperNanos);
        counts = List.copyOf(counts);
        if (counts.size() != upperNanos.size() + 1) {
            throw new IllegalArgumentException(upperNanos.size() + " ranges need one count more, not " + counts.size());
        }
    }
}
