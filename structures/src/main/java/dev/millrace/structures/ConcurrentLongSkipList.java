package dev.millrace.structures;

import static java.util.Objects.requireNonNull;

import dev.millrace.structures.LongLevels.LongChunk;
import org.jspecify.annotations.Nullable;

/**
 * A sorted map from {@code long} to objects for several readers and writers at once: {@link ConcurrentSkipList} without
 * the boxes, with the same guarantees, about 15 bytes per entry beside the value, and no object per key.
 *
 * <p>
 * Typical use: an index from id to position, written by one thread in ascending order and read by others. Keys that
 * arrive in ascending order leave full nodes behind. Values must not be null.
 *
 * <p>
 * Thread safety: all methods may be called from any thread.
 */
public final class ConcurrentLongSkipList<V> {
    private final LongLevels levels;

    /** A key and the value it had. */
    public record Entry<V>(long key, V value) {}

    /** Receives entries from a scan. */
    @FunctionalInterface
    public interface Visitor<V> {
        /** Called once per entry; returns whether to go on. */
        boolean entry(long key, V value);
    }

    /** An empty map. */
    public ConcurrentLongSkipList() {
        this(UnrolledList.LEAF_MAX);
    }

    ConcurrentLongSkipList(int leafMax) {
        levels = new LongLevels(leafMax);
    }

    /** The leaf that owns a key, not frozen when it was looked at; the search goes on from {@code start}. */
    private UnrolledList.Node leaf(UnrolledList.Node start, long key) {
        UnrolledList.Node node = start;
        while (true) {
            UnrolledList.Chunk chunk = node.chunk;
            if (chunk.isFrozen()) {
                node = levels.absorb(node);
            } else if (chunk.next != null && LongLevels.isBeyond((LongChunk) chunk, key)) {
                node = chunk.next;
            } else {
                return node;
            }
        }
    }

    /** The value of a key, or null. */
    @SuppressWarnings("unchecked") // values of this map are V
    public @Nullable V get(long key) {
        UnrolledList.Node node = levels.descend(key, 0);
        while (true) {
            LongChunk chunk = (LongChunk) node.chunk;
            if (!chunk.isFrozen()) {
                int at = LongLevels.placeOf(chunk.keys, key);
                if (at < chunk.count()) {
                    return chunk.keys[at] == key ? (V) chunk.refs[at] : null;
                }
                if (!LongLevels.isBeyond(chunk, key)) {
                    return null;
                }
            }
            node = leaf(node, key);
        }
    }

    /** Whether the key has a value. */
    public boolean containsKey(long key) {
        return get(key) != null;
    }

    /** Sets the value of a key; returns the one before, or null. */
    public @Nullable V put(long key, V value) {
        return put(key, value, true);
    }

    /** Sets the value of a key that has none; returns the one it has, or null. */
    public @Nullable V putIfAbsent(long key, V value) {
        return put(key, value, false);
    }

    @SuppressWarnings("unchecked") // values of this map are V
    private @Nullable V put(long key, V value, boolean replace) {
        requireNonNull(value, "value");
        UnrolledList.Node node = levels.descend(key, 0);
        while (true) {
            node = leaf(node, key);
            LongChunk chunk = (LongChunk) node.chunk;
            if (!owns(chunk, key)) {
                continue;
            }
            int at = LongLevels.find(chunk.keys, key);
            if (at >= 0) {
                if (!replace || node.replace(chunk, chunk.withRef(at, value))) {
                    return (V) chunk.refs[at];
                }
            } else if (levels.grow(node, chunk, chunk.with(-1 - at, key, value), -1 - at, 0)) {
                levels.count.increment();
                return null;
            }
        }
    }

    /** Whether a chunk is the truth about a key, given that its node's low is not above it. */
    private static boolean owns(LongChunk chunk, long key) {
        return !chunk.isFrozen() && !LongLevels.isBeyond(chunk, key);
    }

    /** Removes a key; returns the value it had, or null. */
    @SuppressWarnings("unchecked") // values of this map are V
    public @Nullable V remove(long key) {
        return (V) change(key, null, null);
    }

    /** Removes a key if it has this value, by {@code equals}; says whether it did. */
    public boolean remove(long key, V expected) {
        return change(key, requireNonNull(expected, "expected"), null) != null;
    }

    /** Sets the value of a key that has one; returns the one before, or null. */
    @SuppressWarnings("unchecked") // values of this map are V
    public @Nullable V replace(long key, V value) {
        return (V) change(key, null, requireNonNull(value, "value"));
    }

    /** Sets the value of a key that has the expected one, by {@code equals}; says whether it did. */
    public boolean replace(long key, V expected, V value) {
        return change(key, requireNonNull(expected, "expected"), requireNonNull(value, "value")) != null;
    }

    /** Replaces a value or, if {@code value} is null, removes it; returns the one before, null if nothing was changed. */
    private @Nullable Object change(long key, @Nullable Object expected, @Nullable Object value) {
        UnrolledList.Node node = levels.descend(key, 0);
        while (true) {
            node = leaf(node, key);
            LongChunk chunk = (LongChunk) node.chunk;
            if (!owns(chunk, key)) {
                continue;
            }
            int at = LongLevels.find(chunk.keys, key);
            if (at < 0 || (expected != null && !expected.equals(chunk.refs[at]))) {
                return null;
            }
            if (value != null) {
                if (node.replace(chunk, chunk.withRef(at, value))) {
                    return chunk.refs[at];
                }
            } else if (node.replace(chunk, chunk.without(at))) {
                levels.count.decrement();
                levels.mergeIfSmall(node);
                return chunk.refs[at];
            }
        }
    }

    @SuppressWarnings("unchecked") // values of this map are V
    private static <V> Entry<V> entry(LongChunk chunk, int at) {
        return new Entry<>(chunk.keys[at], (V) chunk.refs[at]);
    }

    /** The entry with the least key, or null. */
    public @Nullable Entry<V> firstEntry() {
        return ceilingEntry(Long.MIN_VALUE);
    }

    /** The entry with the greatest key, or null. */
    public @Nullable Entry<V> lastEntry() {
        return floorEntry(Long.MAX_VALUE);
    }

    /** The entry with the least key greater than {@code key}, or null. */
    public @Nullable Entry<V> higherEntry(long key) {
        return key == Long.MAX_VALUE ? null : ceilingEntry(key + 1);
    }

    /** The entry with the greatest key less than {@code key}, or null. */
    public @Nullable Entry<V> lowerEntry(long key) {
        return key == Long.MIN_VALUE ? null : floorEntry(key - 1);
    }

    /** The entry with the least key at least {@code key}, or null. */
    public @Nullable Entry<V> ceilingEntry(long key) {
        UnrolledList.Node node = levels.descend(key, 0);
        while (true) {
            node = leaf(node, key);
            LongChunk chunk = (LongChunk) node.chunk;
            if (!owns(chunk, key)) {
                continue;
            }
            int at = LongLevels.placeOf(chunk.keys, key);
            if (at < chunk.count()) {
                return entry(chunk, at);
            }
            UnrolledList.Node next = chunk.next;
            if (next == null) {
                return null;
            }
            LongChunk following = (LongChunk) next.chunk;
            if (following.isFrozen() || following.count() == 0) {
                levels.merge(node, next, following);
            } else if (node.chunk == chunk) {
                // Nothing had changed here when the first entry there was read.
                return entry(following, 0);
            }
        }
    }

    /** The entry with the greatest key at most {@code key}, or null. */
    public @Nullable Entry<V> floorEntry(long key) {
        while (true) {
            UnrolledList.Node node = leaf(levels.descend(key, 0), key);
            LongChunk chunk = (LongChunk) node.chunk;
            if (!owns(chunk, key)) {
                continue;
            }
            int after = LongLevels.find(chunk.keys, key);
            int at = after >= 0 ? after : -2 - after;
            if (at >= 0) {
                return entry(chunk, at);
            }
            if (levels.isHead(node)) {
                return null;
            }
            long below = LongLevels.low(node) - 1;
            UnrolledList.Node left = leaf(levels.descend(below, 0), below);
            LongChunk preceding = (LongChunk) left.chunk;
            if (preceding.isFrozen() || !preceding.leadsTo(node)) {
                continue;
            }
            if (preceding.count() > 0 && node.chunk == chunk) {
                // Nothing had changed here when the last entry there was read.
                return entry(preceding, preceding.count() - 1);
            }
            if (preceding.count() == 0) {
                if (levels.isHead(left) && node.chunk == chunk) {
                    return null;
                }
                levels.merge(left, node, chunk);
            }
        }
    }

    /** Removes and returns the entry with the least key, or null. */
    public @Nullable Entry<V> pollFirstEntry() {
        while (true) {
            LongChunk chunk = (LongChunk) levels.head.chunk;
            if (chunk.count() > 0) {
                if (levels.head.replace(chunk, chunk.without(0))) {
                    levels.count.decrement();
                    return entry(chunk, 0);
                }
            } else if (chunk.next == null) {
                return null;
            } else {
                levels.merge(levels.head, chunk.next, chunk.next.chunk);
            }
        }
    }

    /** Removes and returns the entry with the greatest key, or null. */
    public @Nullable Entry<V> pollLastEntry() {
        while (true) {
            UnrolledList.Node node = levels.lastLeaf();
            LongChunk chunk = (LongChunk) node.chunk;
            if (chunk.isFrozen()) {
                levels.absorb(node);
            } else if (chunk.next == null) {
                int at = chunk.count() - 1;
                if (at >= 0) {
                    if (node.replace(chunk, chunk.without(at))) {
                        levels.count.decrement();
                        return entry(chunk, at);
                    }
                } else if (levels.isHead(node)) {
                    return null;
                } else {
                    levels.merge(levels.descend(LongLevels.low(node) - 1, 0), node, chunk);
                }
            }
        }
    }

    /** Removes all entries one after the other; those that arrive meanwhile may stay. */
    public void clear() {
        scan(Long.MIN_VALUE, (key, value) -> {
            remove(key);
            return true;
        });
    }

    /** Shows entries in ascending order, from the least key at least {@code from}, until the visitor says no. */
    @SuppressWarnings("unchecked") // values of this map are V
    public void scan(long from, Visitor<? super V> visitor) {
        UnrolledList.@Nullable Node node = levels.descend(from, 0);
        long first = from;
        while (node != null) {
            node = leaf(node, first);
            LongChunk chunk = (LongChunk) node.chunk;
            if (!owns(chunk, first)) {
                continue;
            }
            for (int at = LongLevels.placeOf(chunk.keys, first), end = chunk.count(); at < end; at++) {
                if (!visitor.entry(chunk.keys[at], (V) chunk.refs[at])) {
                    return;
                }
            }
            node = chunk.next;
            first = node == null ? first : LongLevels.low(node);
        }
    }

    /** Shows entries in descending order, from the greatest key at most {@code from}, until the visitor says no. */
    @SuppressWarnings("unchecked") // values of this map are V
    public void scanDescending(long from, Visitor<? super V> visitor) {
        long last = from;
        while (true) {
            UnrolledList.Node node = leaf(levels.descend(last, 0), last);
            LongChunk chunk = (LongChunk) node.chunk;
            if (!owns(chunk, last)) {
                continue;
            }
            int after = LongLevels.find(chunk.keys, last);
            for (int at = after >= 0 ? after : -2 - after; at >= 0; at--) {
                if (!visitor.entry(chunk.keys[at], (V) chunk.refs[at])) {
                    return;
                }
            }
            if (levels.isHead(node)) {
                return;
            }
            last = LongLevels.low(node) - 1;
        }
    }

    /** Entries; constant time, may lag behind calls that are running. */
    public int size() {
        return (int) Math.max(0, Math.min(Integer.MAX_VALUE, levels.count.sum()));
    }

    /** Whether there is no entry. */
    public boolean isEmpty() {
        return firstEntry() == null;
    }
}
