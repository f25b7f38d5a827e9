package dev.millrace.structures;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A node of a {@link SkipList}, which owns it: entries in a leaf; above, nodes of the level below, each under the least key
 * that belongs there. The first of those keys is never compared: who came here knows that it is not less.
 */
final class SkipListNode {
    private static final int[] NO_SPANS = {};
    private static final int FIRST_CHILDREN = 8;

    /** Each key and its value or node, side by side, so that one copy moves both. */
    Object[] pairs;
    /** Those of the keys; {@link KeyPrefix#NONE} if keys have none. */
    long[] prefixes;
    /** How many entries are in and under each node of the level below; of no length in a leaf. */
    int[] spans;
    int count;
    /** The next leaf, if this is one and not the last. */
    @Nullable SkipListNode next;

    private SkipListNode(int capacity, boolean hasPrefixes, int[] spans) {
        pairs = new Object[2 * capacity];
        prefixes = hasPrefixes ? new long[capacity] : KeyPrefix.NONE;
        this.spans = spans;
    }

    static SkipListNode leaf(boolean hasPrefixes) {
        return new SkipListNode(SkipList.NODE_MAX, hasPrefixes, NO_SPANS);
    }

    /** A node of a level above the leaves, which may hold any number. */
    static SkipListNode index(boolean hasPrefixes) {
        return new SkipListNode(FIRST_CHILDREN, hasPrefixes, new int[FIRST_CHILDREN]);
    }

    Object key(int at) {
        return pairs[2 * at];
    }

    Object value(int at) {
        return pairs[2 * at + 1];
    }

    SkipListNode child(int at) {
        return (SkipListNode) pairs[2 * at + 1];
    }

    /** How many entries are under the nodes before this place. */
    int spanBefore(int place) {
        int span = 0;
        for (int at = 0; at < place; at++) {
            span += spans[at];
        }
        return span;
    }

    /** Puts an entry into a leaf that has room. */
    void insert(int at, Object key, long prefix, Object value) {
        System.arraycopy(pairs, 2 * at, pairs, 2 * at + 2, 2 * (count - at));
        pairs[2 * at] = key;
        pairs[2 * at + 1] = value;
        if (prefixes.length > 0) {
            System.arraycopy(prefixes, at, prefixes, at + 1, count - at);
            prefixes[at] = prefix;
        }
        count++;
    }

    void insertChild(int at, Object low, long lowPrefix, SkipListNode child, int span) {
        reserve(1);
        System.arraycopy(spans, at, spans, at + 1, count - at);
        spans[at] = span;
        insert(at, low, lowPrefix, child);
    }

    @SuppressWarnings("NullAway") // places from count on hold nothing
    void delete(int from, int to) {
        System.arraycopy(pairs, 2 * to, pairs, 2 * from, 2 * (count - to));
        int rest = count - (to - from);
        Arrays.fill(pairs, 2 * rest, 2 * count, null);
        if (prefixes.length > 0) {
            System.arraycopy(prefixes, to, prefixes, from, count - to);
        }
        if (spans.length > 0) {
            System.arraycopy(spans, to, spans, from, count - to);
        }
        count = rest;
    }

    /** Copies what another node of the level has from a place on to the end of this one. */
    void append(SkipListNode other, int from) {
        int more = other.count - from;
        if (spans.length > 0) {
            reserve(more);
            System.arraycopy(other.spans, from, spans, count, more);
        }
        System.arraycopy(other.pairs, 2 * from, pairs, 2 * count, 2 * more);
        if (prefixes.length > 0) {
            System.arraycopy(other.prefixes, from, prefixes, count, more);
        }
        count += more;
    }

    @SuppressWarnings("NullAway") // places from count on hold nothing
    private void reserve(int more) {
        if (count + more > spans.length) {
            int capacity = Math.max(count + more, 2 * spans.length);
            spans = Arrays.copyOf(spans, capacity);
            pairs = Arrays.copyOf(pairs, 2 * capacity);
            if (prefixes.length > 0) {
                prefixes = Arrays.copyOf(prefixes, capacity);
            }
        }
    }
}
