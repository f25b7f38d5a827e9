package dev.millrace.structures;

import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** The order of a {@link SkipList}'s keys, which owns it, and the search of its nodes by it. */
final class SkipListOrder<K> {
    private final @Nullable Comparator<? super K> comparator;
    private final PairSearch search;
    /** As {@link KeyPrefix} says; null while no key was put since the map was new or cleared. */
    private @Nullable Class<?> keyClass;

    @SuppressWarnings("unchecked") // only keys of the list are compared
    SkipListOrder(@Nullable Comparator<? super K> comparator) {
        this.comparator = comparator;
        search = new PairSearch((Comparator<Object>) comparator);
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

    int compare(Object a, Object b) {
        return search.compare(a, b);
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
        return search.childOf(node.pairs, node.prefixes, node.count, key, prefix, false);
    }

    /** The place of a key in a leaf, or -1 minus the place where it belongs. */
    int find(SkipListNode leaf, Object key, long prefix) {
        return search.find(leaf.pairs, leaf.prefixes, leaf.count, key, prefix);
    }
}
