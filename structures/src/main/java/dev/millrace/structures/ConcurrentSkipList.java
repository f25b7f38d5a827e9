package dev.millrace.structures;

import static java.util.Objects.requireNonNull;

import dev.millrace.structures.ObjectLevels.RefChunk;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Comparator;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * A sorted map for several readers and writers at once, made of fat nodes: about 20 bytes per entry beside the key and
 * the value, and few cache misses per search. {@link UnrolledList} says how it works.
 *
 * <p>
 * In the natural order of {@code Long}, {@code Integer} or {@code String} keys, nodes keep the first 64 bits of each key,
 * and a search follows a reference to a key only where two prefixes are equal. Which class the keys are of follows from the
 * first that is put, for as long as the map lives; one of another class is refused with {@link ClassCastException}. Keys
 * of other classes and maps with a comparator have no prefixes, and 8 bytes less per entry.
 *
 * <h2>Guarantees</h2>
 * <ul>
 * <li>Reads and the navigation methods take no lock and never wait; writes are lock-free. All single calls are
 * linearizable, the {@code first}, {@code last}, {@code floor}, {@code ceiling}, {@code lower}, {@code higher} and
 * {@code poll} calls included.
 * <li>What a thread did before a put is visible to whoever reads that value.
 * <li>Scans and iterators see keys in strictly ascending (or descending) order. They return every entry that is there
 * from their begin to their end, no entry that is not there at any time between, and any of the others perhaps; the
 * entries of one node (up to {@value UnrolledList#LEAF_MAX}) are seen at one moment. Removing during a scan, through
 * the iterator or otherwise, is allowed; {@code Iterator.remove} removes the key whatever its value is by then.
 * <li>{@link #size} takes constant time and may lag behind calls that are running.
 * </ul>
 *
 * Searches, insertions and removals take O(log n); a change copies its node. Keys and values must not be null.
 *
 * <p>
 * Thread safety: all methods may be called from any thread.
 */
public final class ConcurrentSkipList<K, V> extends AbstractMap<K, V> implements ConcurrentMap<K, V> {
    private final ObjectLevels levels;

    /** An empty map in the keys' natural order. */
    public ConcurrentSkipList() {
        levels = new ObjectLevels(null, UnrolledList.LEAF_MAX);
    }

    /** An empty map in the given order. */
    @SuppressWarnings("unchecked") // the order only ever sees keys, which are K
    public ConcurrentSkipList(Comparator<? super K> order) {
        levels = new ObjectLevels((Comparator<Object>) order, UnrolledList.LEAF_MAX);
    }

    /** With nodes of another size; for tests, which want them to split and merge often. */
    ConcurrentSkipList(int leafMax) {
        levels = new ObjectLevels(null, leafMax);
    }

    /** A leaf and the chunk that was the truth about a key, and the key's place in it. */
    private final class Search {
        private final long prefix;
        UnrolledList.Node node;
        RefChunk chunk;
        int at;

        Search(Object key) {
            prefix = levels.prefix(requireNonNull(key, "key"));
            node = levels.descend(key, prefix, false, 0);
            chunk = look(key);
        }

        /** Looks again, after a lost race. */
        RefChunk look(Object key) {
            while (true) {
                RefChunk seen = (RefChunk) node.chunk;
                if (seen.isFrozen()) {
                    node = levels.absorb(node);
                    continue;
                }
                int place = levels.find(seen, key, prefix);
                if (levels.isBeyond(seen, place, key, prefix)) {
                    node = requireNonNull(seen.next);
                    continue;
                }
                chunk = seen;
                at = place;
                return seen;
            }
        }

        boolean found() {
            return at >= 0;
        }

        Object value() {
            return chunk.ref(at);
        }
    }

    @Override
    @SuppressWarnings("unchecked") // values of this map are V
    public @Nullable V get(Object key) {
        // What Search does, here and in put, without the object, which the hot calls can do without.
        long prefix = levels.prefix(requireNonNull(key, "key"));
        UnrolledList.Node node = levels.descend(key, prefix, false, 0);
        while (true) {
            RefChunk chunk = (RefChunk) node.chunk;
            if (chunk.isFrozen()) {
                node = levels.absorb(node);
                continue;
            }
            int at = levels.find(chunk, key, prefix);
            if (at >= 0) {
                return (V) chunk.ref(at);
            }
            if (!levels.isBeyond(chunk, at, key, prefix)) {
                return null;
            }
            node = requireNonNull(chunk.next);
        }
    }

    @Override
    public boolean containsKey(Object key) {
        return new Search(key).found();
    }

    @Override
    public @Nullable V getOrDefault(Object key, @Nullable V otherwise) {
        V value = get(key);
        return value == null ? otherwise : value;
    }

    @Override
    public @Nullable V put(K key, V value) {
        return put(key, value, true);
    }

    @Override
    public @Nullable V putIfAbsent(K key, V value) {
        return put(key, value, false);
    }

    @SuppressWarnings("unchecked") // values of this map are V
    private @Nullable V put(K key, V value, boolean replace) {
        requireNonNull(value, "value");
        long prefix = levels.prefix(requireNonNull(key, "key"));
        UnrolledList.Node node = levels.descend(key, prefix, false, 0);
        while (true) {
            RefChunk chunk = (RefChunk) node.chunk;
            if (chunk.isFrozen()) {
                node = levels.absorb(node);
                continue;
            }
            int at = levels.find(chunk, key, prefix);
            if (at >= 0) {
                if (!replace || node.replace(chunk, chunk.withRef(at, value))) {
                    return (V) chunk.ref(at);
                }
            } else if (levels.isBeyond(chunk, at, key, prefix)) {
                node = requireNonNull(chunk.next);
            } else if (levels.grow(node, chunk, levels.with(chunk, -1 - at, key, value), -1 - at, 0)) {
                levels.count.increment();
                return null;
            }
        }
    }

    @Override
    @SuppressWarnings("unchecked") // values of this map are V
    public @Nullable V remove(Object key) {
        return (V) removeIf(key, null);
    }

    @Override
    public boolean remove(Object key, @Nullable Object value) {
        return value != null && removeIf(key, value) != null;
    }

    private @Nullable Object removeIf(Object key, @Nullable Object expected) {
        Search search = new Search(key);
        while (search.found()) {
            Object value = search.value();
            if (expected != null && !expected.equals(value)) {
                return null;
            }
            if (search.node.replace(search.chunk, search.chunk.without(search.at))) {
                levels.count.decrement();
                levels.mergeIfSmall(search.node);
                return value;
            }
            search.look(key);
        }
        return null;
    }

    @Override
    @SuppressWarnings("unchecked") // values of this map are V
    public @Nullable V replace(K key, V value) {
        return (V) replaceIf(key, null, value);
    }

    @Override
    public boolean replace(K key, V expected, V value) {
        return replaceIf(key, requireNonNull(expected, "expected"), value) != null;
    }

    private @Nullable Object replaceIf(Object key, @Nullable Object expected, Object value) {
        requireNonNull(value, "value");
        Search search = new Search(key);
        while (search.found()) {
            Object present = search.value();
            if (expected != null && !expected.equals(present)) {
                return null;
            }
            if (search.node.replace(search.chunk, search.chunk.withRef(search.at, value))) {
                return present;
            }
            search.look(key);
        }
        return null;
    }

    @SuppressWarnings("unchecked") // keys and values of this map are K and V
    private Entry<K, V> entry(RefChunk chunk, int at) {
        return Map.entry((K) chunk.key(at), (V) chunk.ref(at));
    }

    /** The entry with the least key, or null. */
    public @Nullable Entry<K, V> firstEntry() {
        while (true) {
            RefChunk chunk = (RefChunk) levels.head.chunk;
            if (chunk.count() > 0) {
                return entry(chunk, 0);
            }
            if (chunk.next == null) {
                return null;
            }
            levels.merge(levels.head, chunk.next, chunk.next.chunk);
        }
    }

    /** The entry with the greatest key, or null. */
    public @Nullable Entry<K, V> lastEntry() {
        Object[] last = last();
        return last == null ? null : entry((RefChunk) last[1], ((RefChunk) last[1]).count() - 1);
    }

    /** The last leaf and its chunk, which is neither frozen nor empty; null if the map is empty. */
    private Object @Nullable [] last() {
        while (true) {
            UnrolledList.Node node = levels.lastLeaf();
            UnrolledList.Chunk chunk = node.chunk;
            if (chunk.isFrozen()) {
                levels.absorb(node);
            } else if (chunk.next == null) {
                if (chunk.count() > 0) {
                    return new Object[]{node, chunk};
                }
                if (levels.isHead(node)) {
                    return null;
                }
                levels.merge(levels.descendBelow(node), node, chunk);
            }
        }
    }

    /** Removes and returns the entry with the least key, or null. */
    public @Nullable Entry<K, V> pollFirstEntry() {
        while (true) {
            RefChunk chunk = (RefChunk) levels.head.chunk;
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
    public @Nullable Entry<K, V> pollLastEntry() {
        while (true) {
            Object[] last = last();
            if (last == null) {
                return null;
            }
            RefChunk chunk = (RefChunk) last[1];
            int at = chunk.count() - 1;
            if (((UnrolledList.Node) last[0]).replace(chunk, chunk.without(at))) {
                levels.count.decrement();
                return entry(chunk, at);
            }
        }
    }

    /** The entry with the greatest key at most {@code key}, or null. */
    public @Nullable Entry<K, V> floorEntry(K key) {
        return before(key, true);
    }

    /** The entry with the greatest key less than {@code key}, or null. */
    public @Nullable Entry<K, V> lowerEntry(K key) {
        return before(key, false);
    }

    /** The entry with the least key at least {@code key}, or null. */
    public @Nullable Entry<K, V> ceilingEntry(K key) {
        return after(key, true);
    }

    /** The entry with the least key greater than {@code key}, or null. */
    public @Nullable Entry<K, V> higherEntry(K key) {
        return after(key, false);
    }

    /** The place after a key's in a leaf, or the key's own. */
    private int placeAfter(RefChunk chunk, Object key, boolean itself) {
        int at = levels.find(chunk, key, levels.prefix(key));
        return at < 0 ? -1 - at : itself ? at : at + 1;
    }

    private @Nullable Entry<K, V> after(K key, boolean inclusive) {
        Search search = new Search(key);
        while (true) {
            RefChunk chunk = search.chunk;
            int at = placeAfter(chunk, key, inclusive);
            if (at < chunk.count()) {
                return entry(chunk, at);
            }
            UnrolledList.Node next = chunk.next;
            if (next == null) {
                return null;
            }
            RefChunk following = (RefChunk) next.chunk;
            if (following.isFrozen() || following.count() == 0) {
                levels.merge(search.node, next, following);
            } else if (search.node.chunk == chunk) {
                // Nothing had changed here when the first entry there was read.
                return entry(following, 0);
            }
            search.look(key);
        }
    }

    private @Nullable Entry<K, V> before(K key, boolean inclusive) {
        long prefix = levels.prefix(requireNonNull(key, "key"));
        while (true) {
            UnrolledList.Node node = leafBefore(key, prefix, !inclusive);
            RefChunk chunk = (RefChunk) node.chunk;
            if (chunk.isFrozen()
                    || (chunk.next != null && levels.reaches(chunk.next, key, prefix, !inclusive))) {
                continue;
            }
            int at = placeAfter(chunk, key, !inclusive);
            if (at > 0) {
                return entry(chunk, at - 1);
            }
            if (levels.isHead(node)) {
                return null;
            }
            UnrolledList.Node left = leafBefore(ObjectLevels.low(node), levels.prefix(ObjectLevels.low(node)), true);
            RefChunk preceding = (RefChunk) left.chunk;
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

    /** The leaf that owned a key, or the keys just below it, when it was looked at. */
    private UnrolledList.Node leafBefore(Object key, long prefix, boolean strictly) {
        UnrolledList.Node node = levels.descend(key, prefix, strictly, 0);
        while (true) {
            UnrolledList.Chunk chunk = node.chunk;
            if (chunk.isFrozen()) {
                node = levels.absorb(node);
            } else if (chunk.next != null && levels.reaches(chunk.next, key, prefix, strictly)) {
                node = chunk.next;
            } else {
                return node;
            }
        }
    }

    /**
     * Shows entries in ascending order until the visitor says no; see the class comment for what a scan may see.
     *
     * @param from
     *            the first key that may be seen; null for the least
     * @param visitor
     *            returns whether to go on
     */
    @SuppressWarnings("unchecked") // keys and values of this map are K and V
    public void scan(@Nullable K from, BiPredicate<? super K, ? super V> visitor) {
        Cursor cursor = new Cursor(from);
        while (cursor.advance()) {
            RefChunk chunk = cursor.chunk;
            int end = chunk.count();
            for (int at = cursor.at; at < end; at++) {
                if (!visitor.test((K) chunk.key(at), (V) chunk.ref(at))) {
                    return;
                }
            }
            cursor.at = end;
        }
    }

    /**
     * Shows entries in descending order until the visitor says no; see the class comment for what a scan may see.
     *
     * @param from
     *            the first key that may be seen; null for the greatest
     * @param visitor
     *            returns whether to go on
     */
    @SuppressWarnings("unchecked") // keys and values of this map are K and V
    public void scanDescending(@Nullable K from, BiPredicate<? super K, ? super V> visitor) {
        Object bound = from;
        boolean strictly = false;
        while (true) {
            UnrolledList.Node node = bound == null ? levels.lastLeaf()
                    : leafBefore(bound, levels.prefix(bound), strictly);
            RefChunk chunk = (RefChunk) node.chunk;
            if (chunk.isFrozen()) {
                levels.absorb(node);
                continue;
            }
            if (bound == null && chunk.next != null) {
                continue;
            }
            for (int at = (bound == null ? chunk.count() : placeAfter(chunk, bound, strictly))
                    - 1; at >= 0; at--) {
                if (!visitor.test((K) chunk.key(at), (V) chunk.ref(at))) {
                    return;
                }
            }
            if (levels.isHead(node)) {
                return;
            }
            bound = ObjectLevels.low(node);
            strictly = true;
        }
    }

    /** A place in an ascending scan: a chunk as it was when the cursor came to it. */
    private final class Cursor {
        RefChunk chunk;
        int at;

        Cursor(@Nullable Object from) {
            if (from == null) {
                chunk = (RefChunk) levels.head.chunk;
            } else {
                Search search = new Search(from);
                chunk = search.chunk;
                at = search.found() ? search.at : -1 - search.at;
            }
        }

        /** Makes {@code at} the place of an entry, going to the next node if need be; false at the end. */
        boolean advance() {
            while (at >= chunk.count()) {
                UnrolledList.Node node = chunk.next;
                if (node == null) {
                    return false;
                }
                Object low = ObjectLevels.low(node);
                while (node.chunk.isFrozen()) {
                    node = levels.absorb(node);
                }
                RefChunk following = (RefChunk) node.chunk;
                if (!following.isFrozen()) {
                    at = placeAfter(following, low, true);
                    chunk = following;
                }
            }
            return true;
        }
    }

    private final class EntryIterator implements Iterator<Entry<K, V>> {
        private final Cursor cursor = new Cursor(null);
        private @Nullable Entry<K, V> last;

        @Override
        public boolean hasNext() {
            return cursor.advance();
        }

        @Override
        public Entry<K, V> next() {
            if (!cursor.advance()) {
                throw new NoSuchElementException("The map has no further entry");
            }
            last = entry(cursor.chunk, cursor.at++);
            return last;
        }

        @Override
        public void remove() {
            if (last == null) {
                throw new IllegalStateException("next has not been called, or its entry was removed already");
            }
            ConcurrentSkipList.this.remove(last.getKey());
            last = null;
        }
    }

    @Override
    public Set<Entry<K, V>> entrySet() {
        return new AbstractSet<>() {
            @Override
            public Iterator<Entry<K, V>> iterator() {
                return new EntryIterator();
            }

            @Override
            public int size() {
                return ConcurrentSkipList.this.size();
            }
        };
    }

    @Override
    public int size() {
        return (int) Math.max(0, Math.min(Integer.MAX_VALUE, levels.count.sum()));
    }

    @Override
    public boolean isEmpty() {
        return firstEntry() == null;
    }

    /** Removes all entries one after the other; those that arrive meanwhile may stay. */
    @Override
    public void clear() {
        for (Iterator<Entry<K, V>> entries = new EntryIterator(); entries.hasNext();) {
            entries.next();
            entries.remove();
        }
    }
}
