package dev.millrace.structures;

import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * The order of a {@link SkipList}'s keys, which owns it, and the search of its nodes by it. {@link ObjectLevels} has the same
 * search of its own: in one class for both, changes of the concurrent list took up to half as long again.
 */
final class SkipListOrder<K> {
    private final @Nullable Comparator<? super K> comparator;
    /** As {@link KeyPrefix} says; null while no key was put since the map was new or cleared. */
    private @Nullable Class<?> keyClass;

    SkipListOrder(@Nullable Comparator<? super K> comparator) {
        this.comparator = comparator;
        reopen();
    }

    @Nullable
    Comparator<? super K> comparator() {
        return comparator;
    }

    /** Lets the next key decide whether keys have prefixes. */
    void reopen() {
        keyClass = comparator == null ? null : KeyPrefix.NO_PREFIX;
    }

    boolean isOpen() {
        return keyClass == null;
    }

    void decide(Object firstKey) {
        keyClass = KeyPrefix.classOf(firstKey);
    }

    boolean hasPrefixes() {
        return keyClass != null && keyClass != KeyPrefix.NO_PREFIX;
    }

    @SuppressWarnings("unchecked") // without a comparator, keys are what their class compares itself with
    int compare(Object a, Object b) {
        return comparator == null ? ((Comparable<Object>) a).compareTo(b) : comparator.compare((K) a, (K) b);
    }

    /** The prefix of a key; 0 if keys have none. */
    @SuppressWarnings("ReferenceEquality") // a class equals itself only
    long prefix(Object key) {
        Class<?> known = keyClass;
        if (known == null || known == KeyPrefix.NO_PREFIX) {
            return 0;
        }
        if (known != key.getClass()) {
            throw KeyPrefix.wrong(key, known);
        }
        return KeyPrefix.of(key);
    }

    /** The place of the last key of a node above the leaves that is at most {@code key}; 0 if none is. */
    int childOf(SkipListNode node, Object key, long prefix) {
        long[] prefixes = node.prefixes;
        if (prefixes.length == 0) {
            return placeOf(node.pairs, 1, node.count, key, 1) - 1;
        }
        if (!KeyPrefix.isPartial(key)) {
            return KeyPrefix.upper(prefixes, 1, node.count, prefix) - 1;
        }
        int from = KeyPrefix.lower(prefixes, 1, node.count, prefix);
        return placeOf(node.pairs, from, KeyPrefix.upper(prefixes, from, node.count, prefix), key, 1) - 1;
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

    /** The place of a key in a leaf, or -1 minus the place where it belongs. */
    int find(SkipListNode leaf, Object key, long prefix) {
        long[] prefixes = leaf.prefixes;
        int count = leaf.count;
        int place;
        if (prefixes.length == 0) {
            place = placeOf(leaf.pairs, 0, count, key, 0);
        } else {
            place = KeyPrefix.lower(prefixes, 0, count, prefix);
            if (!KeyPrefix.isPartial(key)) {
                return place < count && prefixes[place] == prefix ? place : -1 - place;
            }
            place = placeOf(leaf.pairs, place, KeyPrefix.upper(prefixes, place, count, prefix), key, 0);
        }
        return place < count && compare(leaf.key(place), key) == 0 ? place : -1 - place;
    }
}
