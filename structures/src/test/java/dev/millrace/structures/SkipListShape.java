package dev.millrace.structures;

import org.jspecify.annotations.Nullable;

/** Looks at the nodes of a {@link SkipList}: whether they are as its comment says, and how high its leaves are. */
final class SkipListShape {
    private final SkipList<?, ?> list;
    private @Nullable SkipListNode next;
    private @Nullable Object last;

    private SkipListShape(SkipList<?, ?> list) {
        this.list = list;
        next = list.head;
    }

    /** Throws if order, spans, links or fill are wrong. */
    static void verify(SkipList<?, ?> list) {
        var shape = new SkipListShape(list);
        int counted = shape.count(list.root, list.levels, null);
        if (counted != list.size() || shape.next != null) {
            throw new IllegalStateException(counted + " entries of " + list.size() + " are reached");
        }
        if (list.levels > 0 && list.root.count == 1) {
            throw new IllegalStateException("The highest level has one node only");
        }
    }

    private int count(SkipListNode node, int level, @Nullable Object low) {
        if (level == 0) {
            return countLeaf(node, low);
        }
        int counted = 0;
        for (int at = 0; at < node.count; at++) {
            if (node.prefixes.length > 0 && (at > 0 || low != null)
                    && node.prefixes[at] != KeyPrefix.of(node.key(at))) {
                throw new IllegalStateException("Wrong prefix at level " + level);
            }
            if (at == 0 && low != null && list.compare(low, node.key(0)) != 0) {
                throw new IllegalStateException("A node begins with another key than it has above level " + level);
            }
            int under = count(node.child(at), level - 1, at == 0 ? low : node.key(at));
            if (under != node.spans[at]) {
                throw new IllegalStateException("Wrong span at level " + level + ": " + node.spans[at]);
            }
            counted += under;
        }
        return counted;
    }

    @SuppressWarnings("ReferenceEquality") // a leaf equals itself only
    private int countLeaf(SkipListNode leaf, @Nullable Object low) {
        if (leaf != next) {
            throw new IllegalStateException("Leaves are linked in another order than they are reached");
        }
        if (leaf.count == 0 && leaf != list.head) {
            throw new IllegalStateException("Empty leaf");
        }
        for (int at = 0; at < leaf.count; at++) {
            Object key = leaf.key(at);
            if ((last != null && list.compare(last, key) >= 0) || (low != null && list.compare(low, key) > 0)) {
                throw new IllegalStateException("Key " + key + " is at a wrong place");
            }
            if (leaf.prefixes.length > 0 && leaf.prefixes[at] != KeyPrefix.of(key)) {
                throw new IllegalStateException("Wrong prefix of key " + key);
            }
            last = key;
        }
        next = leaf.next;
        return leaf.count;
    }

    /** How many leaves after the first have each height, from 1 on. */
    static int[] heights(SkipList<?, ?> list) {
        int[] counts = new int[SkipList.MAX_HEIGHT + 1];
        heights(list.root, list.levels, counts);
        return counts;
    }

    private static void heights(SkipListNode node, int level, int[] counts) {
        if (level > 0) {
            counts[level] += node.count - 1;
            for (int at = 0; at < node.count; at++) {
                heights(node.child(at), level - 1, counts);
            }
        }
    }
}
