package dev.millrace.core.machine;

import java.util.Map;
import java.util.TreeMap;

/**
 * Which letters of another shard have arrived: as ranges, of which there are as many as letters that are late, and one
 * for each start of that shard.
 * Part of {@link Applier}: owner thread only.
 */
final class Seen {
    /** First number of a range to its last. */
    private final TreeMap<Long, Long> ranges = new TreeMap<>();

    boolean contains(long letter) {
        Map.Entry<Long, Long> range = ranges.floorEntry(letter);
        return range != null && range.getValue() >= letter;
    }

    void add(long letter) {
        if (contains(letter)) {
            return;
        }
        long first = letter;
        long last = letter;
        Map.Entry<Long, Long> before = ranges.floorEntry(letter);
        if (before != null && before.getValue() == letter - 1) {
            first = before.getKey();
        }
        Long after = ranges.remove(letter + 1);
        if (after != null) {
            last = after;
        }
        ranges.put(first, last);
    }

    /** First and last of each range, in ascending order. */
    long[] bounds() {
        long[] bounds = new long[2 * ranges.size()];
        int at = 0;
        for (Map.Entry<Long, Long> range : ranges.entrySet()) {
            bounds[at++] = range.getKey();
            bounds[at++] = range.getValue();
        }
        return bounds;
    }

    void restore(long[] bounds) {
        for (int at = 0; at < bounds.length; at += 2) {
            ranges.put(bounds[at], bounds[at + 1]);
        }
    }
}
