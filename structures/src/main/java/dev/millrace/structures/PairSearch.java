package dev.millrace.structures;

import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * Search in nodes whose keys stand in one array with their values, key by value: by {@link KeyPrefix} as far as prefixes
 * tell, then by one order. Immutable.
 */
final class PairSearch {
    private final @Nullable Comparator<Object> order;

    /** By what keys compare themselves with if {@code order} is null. */
    PairSearch(@Nullable Comparator<Object> order) {
        this.order = order;
    }

    @SuppressWarnings("unchecked") // without an order, keys are what their class compares itself with
    int compare(Object a, Object b) {
        return order == null ? ((Comparable<Object>) a).compareTo(b) : order.compare(a, b);
    }

    /**
     * The place of the last key that is at most or, if {@code strictly}, less than {@code key}; 0 if none is. The first key
     * is not compared.
     */
    int childOf(Object[] pairs, long[] prefixes, int count, Object key, long prefix, boolean strictly) {
        if (prefixes.length == 0) {
            return placeOf(pairs, 1, count, key, strictly ? 0 : 1) - 1;
        }
        if (!KeyPrefix.isPartial(key)) {
            return (strictly ? KeyPrefix.lower(prefixes, 1, count, prefix)
                    : KeyPrefix.upper(prefixes, 1, count, prefix))
                    - 1;
        }
        int from = KeyPrefix.lower(prefixes, 1, count, prefix);
        return placeOf(pairs, from, KeyPrefix.upper(prefixes, from, count, prefix), key, strictly ? 0 : 1) - 1;
    }

    /** The first place of a range whose key compares with {@code key} as {@code end} or more, or {@code to}. */
    private int placeOf(Object[] pairs, int from, int to, Object key, int end) {
        int place = from;
        int length = to - from;
        // One outcome per step, which compiles to a conditional move: half of all branches here would be mispredicted.
        while (length > 0) {
            int half = (length + 1) >>> 1;
            place += compare(pairs[2 * (place + half - 1)], key) < end ? half : 0;
            length -= half;
        }
        return place;
    }

    /** The place of a key, or -1 minus the place where it belongs. */
    int find(Object[] pairs, long[] prefixes, int count, Object key, long prefix) {
        int place;
        if (prefixes.length == 0) {
            place = placeOf(pairs, 0, count, key, 0);
        } else {
            place = KeyPrefix.lower(prefixes, 0, count, prefix);
            if (!KeyPrefix.isPartial(key)) {
                return place < count && prefixes[place] == prefix ? place : -1 - place;
            }
            place = placeOf(pairs, place, KeyPrefix.upper(prefixes, place, count, prefix), key, 0);
        }
        return place < count && compare(pairs[2 * place], key) == 0 ? place : -1 - place;
    }
}
