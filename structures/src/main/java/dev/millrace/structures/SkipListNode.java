package dev.millrace.structures;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A node of a {@link SkipList}, which owns it. */
final class SkipListNode {
    private static final int[] NO_SPANS = {};

    /** Each key and its value, side by side, so that one copy moves both. */
    final Object[] pairs = new Object[2 * SkipList.NODE_MAX];
    /** Those of the keys; {@link KeyPrefix#NONE} if keys have none. */
    final long[] prefixes;
    int count;
    /** The least key that belongs here; the first node, whose low is never looked at, takes what is less as well. */
    final Object low;
    /** Its prefix; 0 if keys have none. */
    final long lowPrefix;
    /** For each level the low of the next node, so that a search looks at a node only to go there, and that node. */
    final @Nullable Object[] links;
    /** For each level the prefix of the next node's low. */
    final long[] lows;
    /**
     * For each level above 0, entries from the begin of this node to the begin of the next one of that level, or to the
     * end. At level 0 that is the node's own count, so most nodes have none to keep.
     */
    final int[] spans;

    SkipListNode(int height, Object low, long lowPrefix, boolean hasPrefixes) {
        this.low = low;
        this.lowPrefix = lowPrefix;
        prefixes = hasPrefixes ? new long[SkipList.NODE_MAX] : KeyPrefix.NONE;
        links = new Object[2 * height];
        lows = new long[height];
        spans = height == 1 ? NO_SPANS : new int[height - 1];
    }

    int height() {
        return links.length >>> 1;
    }

    int span(int level) {
        return level == 0 ? count : spans[level - 1];
    }

    @Nullable
    SkipListNode next(int level) {
        return (SkipListNode) links[2 * level + 1];
    }

    void next(int level, @Nullable SkipListNode node) {
        links[2 * level] = node == null ? null : node.low;
        links[2 * level + 1] = node;
        lows[level] = node == null ? 0 : node.lowPrefix;
    }

    Object key(int at) {
        return pairs[2 * at];
    }

    Object value(int at) {
        return pairs[2 * at + 1];
    }

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

    @SuppressWarnings("NullAway") // places from count on hold nothing
    void delete(int from, int to) {
        System.arraycopy(pairs, 2 * to, pairs, 2 * from, 2 * (count - to));
        int rest = count - (to - from);
        Arrays.fill(pairs, 2 * rest, 2 * count, null);
        if (prefixes.length > 0) {
            System.arraycopy(prefixes, to, prefixes, from, count - to);
        }
        count = rest;
    }

    void append(SkipListNode other, int from) {
        System.arraycopy(other.pairs, 2 * from, pairs, 2 * count, 2 * (other.count - from));
        if (prefixes.length > 0) {
            System.arraycopy(other.prefixes, from, prefixes, count, other.count - from);
        }
        count += other.count - from;
    }
}
