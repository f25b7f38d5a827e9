package dev.millrace.core.machine;

import java.util.Arrays;

/**
 * Ranges of a topic's sequence that were purged while a pause held them back: they were offered to no group, and every
 * group passes over them. Ascending, apart from each other, made of whole chunks; a range is forgotten when the last
 * group has passed it, so that there is hardly ever one.
 *
 * <p>
 * Thread safety: owner thread only.
 */
final class Gaps {
    private static final long[] NONE = new long[0];

    /** Start and end of each range; the end is not part of it. */
    private long[] bounds = NONE;

    /** Appends [from, to), which lies behind all others. */
    void add(long from, long to) {
        int size = bounds.length;
        if (size > 0 && bounds[size - 1] == from) {
            bounds[size - 1] = to;
            return;
        }
        bounds = Arrays.copyOf(bounds, size + 2);
        bounds[size] = from;
        bounds[size + 1] = to;
    }

    boolean isEmpty() {
        return bounds.length == 0;
    }

    /** How many sequences of [from, to) are in no range. */
    long apart(long from, long to) {
        long left = to - from;
        for (int i = 0; i < bounds.length; i += 2) {
            left -= Math.max(0, Math.min(to, bounds[i + 1]) - Math.max(from, bounds[i]));
        }
        return left;
    }

    /** The end of the range that this sequence lies in, else the sequence itself. */
    long skip(long seq) {
        for (int i = 0; i < bounds.length; i += 2) {
            if (seq >= bounds[i] && seq < bounds[i + 1]) {
                return bounds[i + 1];
            }
        }
        return seq;
    }

    /** Forgets the ranges that end at this sequence or before. */
    void forget(long seq) {
        int passed = 0;
        while (passed < bounds.length && bounds[passed + 1] <= seq) {
            passed += 2;
        }
        if (passed > 0) {
            bounds = passed == bounds.length ? NONE : Arrays.copyOfRange(bounds, passed, bounds.length);
        }
    }

    /** Starts and ends, for a snapshot. */
    long[] bounds() {
        return bounds.clone();
    }

    /** Takes over what {@link #bounds} gave. */
    void restore(long[] saved) {
        bounds = saved;
    }
}
