package dev.millrace.structures;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.Comparator;
import java.util.ConcurrentModificationException;
import java.util.Iterator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NoSuchElementException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A sorted map for one thread, with rank and select: a skip list whose levels are made of nodes of many entries.
 *
 * <h2>How it works</h2> The lowest level is a linked list of leaves of up to {@value #NODE_MAX} entries, in ascending
 * order. Each leaf but the first has a height drawn at random, 1 with probability 31/32, 2 with 31/1024 and so on, and
 * reaches that many levels above: there it stands in a node, under the least key that belongs to it, together with those
 * that follow it up to the next one that reaches still higher, where a new node begins. So what a plain skip list looks at
 * one after the other lies side by side, and a search takes one binary search per level. With each node of the level below
 * a node keeps how many entries are under it, its span, so that a position is found like a key. A full leaf is split in
 * two; a leaf is taken over by the one before it when both are less than half full together, and leaves the levels above,
 * where its nodes are joined to those before them. Keys of some classes have prefixes, as in {@link ConcurrentSkipList};
 * {@link #clear} lets the next key decide anew whether.
 *
 * <h2>Guarantees</h2> Searches, changes, {@link #rank} and {@link #select} take O(log n) on average; the order of calls
 * alone, and no clock or outside randomness, determines the heights. Iterators of the map itself notice a change that
 * was not theirs and throw {@link ConcurrentModificationException}; those of views go on from the last key. Keys and
 * values must not be null. Views ({@code subMap}, {@code descendingMap} ...) write through; their steps take O(log n).
 *
 * <p>
 * Thread safety: none.
 *
 * <p>
 * Sources: Pugh, "Skip lists: a probabilistic alternative to balanced trees", 1990, and "A skip list cookbook", 1989,
 * for spans; levels cut into nodes where a higher one begins are Golovin, "The B-skip-list", 2010; nodes of many entries
 * are an unrolled list as in Shao, Reppy and Appel, "Unrolling lists", 1994.
 */
public final class SkipList<K, V> extends NavigableBase<K, V> {
    static final int NODE_MAX = 64;
    static final int MAX_HEIGHT = 6;
    /** One leaf in so many powers of two reaches the next level. */
    private static final int HEIGHT_BITS = 5;

    private final SkipListOrder<K> order;
    /** The first leaf, the only one that may be empty. */
    SkipListNode head = SkipListNode.leaf(false);
    /** The only node of the highest level; the first leaf while there is no other. */
    SkipListNode root = head;
    /** How many levels there are above the leaves. */
    int levels;
    private int size;
    private int changes;
    private long random = 0x9E3779B97F4A7C15L;
    /** Of the last search that asked for it, at each level above the leaves: the node, and the place in it. */
    private final SkipListNode[] path = new SkipListNode[MAX_HEIGHT + 1];
    private final int[] places = new int[MAX_HEIGHT + 1];

    /** An empty map in the keys' natural order. */
    public SkipList() {
        this((Comparator<? super K>) null);
    }

    /** An empty map in the given order; null for the keys' natural one. */
    public SkipList(@Nullable Comparator<? super K> order) {
        this.order = new SkipListOrder<>(order);
    }

    /**
     * A map of entries that come in ascending order, in O(n), with nodes three quarters full.
     *
     * @throws IllegalArgumentException
     *             if a key is not greater than the one before it
     */
    public static <K, V> SkipList<K, V> ofSorted(Iterable<? extends Map.Entry<? extends K, ? extends V>> entries,
            @Nullable Comparator<? super K> order) {
        SkipList<K, V> list = new SkipList<>(order);
        list.build(entries);
        return list;
    }

    private void build(Iterable<? extends Map.Entry<? extends K, ? extends V>> entries) {
        SkipListNode leaf = head;
        K last = null;
        for (Map.Entry<? extends K, ? extends V> entry : entries) {
            K key = requireNonNull(entry.getKey(), "key");
            if (last != null && compare(last, key) >= 0) {
                throw new IllegalArgumentException("Key " + key + " is not greater than " + last + " before it");
            }
            long prefix = prefixToPut(key);
            if (last == null) {
                leaf = head; // which prefixToPut replaces at the first key
            }
            if (leaf.count == NODE_MAX * 3 / 4) {
                attach(leaf);
                leaf = newLeaf();
            }
            leaf.insert(leaf.count, key, prefix, requireNonNull(entry.getValue(), "value"));
            last = key;
        }
        attach(leaf);
    }

    /** Puts a leaf at the end; the first one is there already. */
    private void attach(SkipListNode leaf) {
        boolean isFirst = size == 0;
        size += leaf.count;
        if (isFirst) {
            return;
        }
        SkipListNode node = root;
        for (int level = levels; level > 0; level--) {
            path[level] = node;
            places[level] = node.count - 1;
            node.spans[node.count - 1] += leaf.count;
            node = node.child(node.count - 1);
        }
        node.next = leaf;
        enter(leaf);
    }

    /** A height: each level is reached by one in 32 of those that reach the one below. */
    int randomHeight() {
        random ^= random << 13;
        random ^= random >>> 7;
        random ^= random << 17;
        // The upper bits are the better ones.
        return Math.min(MAX_HEIGHT, 1 + Long.numberOfLeadingZeros(random | 1) / HEIGHT_BITS);
    }

    int compare(Object a, Object b) {
        return order.compare(a, b);
    }

    /** The prefix of a key to be put; the first one decides whether keys have prefixes. */
    private long prefixToPut(Object key) {
        if (order.isOpen()) {
            order.decide(key);
            head = newLeaf();
            root = head;
        }
        return order.prefix(key);
    }

    private SkipListNode newLeaf() {
        return SkipListNode.leaf(order.hasPrefixes());
    }

    /** The leaf that owns a key. */
    private SkipListNode leafOf(Object key, long prefix) {
        SkipListNode node = root;
        for (int level = levels; level > 0; level--) {
            node = node.child(order.childOf(node, key, prefix));
        }
        return node;
    }

    /** The same, with so much added to the spans on the way. */
    private SkipListNode descend(Object key, long prefix, int change) {
        SkipListNode node = root;
        for (int level = levels; level > 0; level--) {
            int place = order.childOf(node, key, prefix);
            node.spans[place] += change;
            node = node.child(place);
        }
        return node;
    }

    /** The same, with the path to it. */
    private SkipListNode trace(Object key, long prefix) {
        SkipListNode node = root;
        for (int level = levels; level > 0; level--) {
            int place = order.childOf(node, key, prefix);
            path[level] = node;
            places[level] = place;
            node = node.child(place);
        }
        return node;
    }

    @Override
    @SuppressWarnings("unchecked") // values of this map are V
    public @Nullable V get(Object key) {
        long prefix = order.prefix(requireNonNull(key, "key"));
        SkipListNode leaf = leafOf(key, prefix);
        int at = order.find(leaf, key, prefix);
        return at < 0 ? null : (V) leaf.value(at);
    }

    @Override
    @SuppressWarnings("unchecked") // values of this map are V
    public @Nullable V put(K key, V value) {
        requireNonNull(value, "value");
        long prefix = prefixToPut(requireNonNull(key, "key"));
        SkipListNode leaf;
        int at;
        try {
            leaf = descend(key, prefix, 1);
            at = order.find(leaf, key, prefix);
        } catch (RuntimeException e) {
            descend(key, prefix, -1); // as far as before: the comparator throws again
            throw e;
        }
        if (at >= 0) {
            descend(key, prefix, -1);
            V before = (V) leaf.value(at);
            leaf.pairs[2 * at + 1] = value;
            return before;
        }
        if (leaf.count == NODE_MAX || size == Integer.MAX_VALUE) {
            descend(key, prefix, -1);
            makeRoom(key, prefix);
            leaf = descend(key, prefix, 1);
            at = order.find(leaf, key, prefix);
        }
        leaf.insert(-1 - at, key, prefix, value);
        size++;
        changes++;
        return null;
    }

    /** Splits the full leaf that owns a new key. */
    private void makeRoom(Object key, long prefix) {
        if (size == Integer.MAX_VALUE) {
            throw new IllegalStateException("The map holds its limit of " + size + " entries");
        }
        SkipListNode leaf = trace(key, prefix);
        // Keys that arrive in ascending order leave full leaves behind.
        boolean isLast = leaf.next == null && order.find(leaf, key, prefix) == -1 - NODE_MAX;
        int keep = isLast ? NODE_MAX - 1 : NODE_MAX / 2;
        SkipListNode right = newLeaf();
        right.append(leaf, keep);
        leaf.delete(keep, NODE_MAX);
        right.next = leaf.next;
        leaf.next = right;
        enter(right);
    }

    /** Puts a leaf into the levels above; the path leads to the one before it, in whose spans its entries are counted. */
    private void enter(SkipListNode leaf) {
        Object low = leaf.key(0);
        long lowPrefix = order.prefix(low);
        int height = randomHeight();
        SkipListNode node = leaf;
        int span = leaf.count;
        for (int level = 1; level <= height; level++) {
            if (level > levels) {
                addLevel();
            }
            SkipListNode left = path[level];
            int place = places[level];
            left.spans[place] -= span;
            left.insertChild(place + 1, low, lowPrefix, node, span);
            if (level < height) {
                node = SkipListNode.index(order.hasPrefixes());
                node.append(left, place + 1);
                left.delete(place + 1, left.count);
                span = node.spanBefore(node.count);
            }
        }
    }

    private void addLevel() {
        SkipListNode top = SkipListNode.index(order.hasPrefixes());
        top.insertChild(0, "", 0, root, size);
        root = top;
        levels++;
        path[levels] = top;
        places[levels] = 0;
    }

    @Override
    @SuppressWarnings("unchecked") // values of this map are V
    public @Nullable V remove(Object key) {
        long prefix = order.prefix(requireNonNull(key, "key"));
        SkipListNode leaf;
        int at;
        try {
            leaf = descend(key, prefix, -1);
            at = order.find(leaf, key, prefix);
        } catch (RuntimeException e) {
            descend(key, prefix, 1);
            throw e;
        }
        if (at < 0) {
            descend(key, prefix, 1);
            return null;
        }
        V value = (V) leaf.value(at);
        leaf.delete(at, at + 1);
        size--;
        changes++;
        unlinkIfFew(leaf, key, prefix);
        return value;
    }

    /** Takes out a leaf, which owns the key, or the one after it if their entries have become few. */
    @SuppressWarnings("ReferenceEquality") // a leaf equals itself only
    private void unlinkIfFew(SkipListNode leaf, Object key, long prefix) {
        SkipListNode next = leaf.next;
        // What the next leaf holds is only looked at if it matters: it is far away in memory.
        if (leaf.count == 0 && leaf != head) {
            unlink(key, prefix);
        } else if (leaf.count <= NODE_MAX / 2 && next != null && leaf.count + next.count <= NODE_MAX / 2) {
            Object low = next.key(0);
            leaf.append(next, 0);
            unlink(low, order.prefix(low));
        }
    }

    /**
     * Takes out the leaf, not the first, that owns a key, and its height: the nodes that begin with it are joined to those
     * before them. Its entries are gone or were copied to the leaf before it.
     */
    private void unlink(Object key, long prefix) {
        trace(key, prefix);
        int level = 1;
        while (places[level] == 0) {
            level++;
        }
        SkipListNode node = path[level];
        int place = places[level];
        SkipListNode left = node.child(place - 1);
        SkipListNode right = node.child(place);
        node.spans[place - 1] += node.spans[place];
        node.delete(place, place + 1);
        for (; level > 1; level--) {
            int end = left.count;
            left.append(right, 1);
            left.spans[end - 1] += right.spans[0];
            left = left.child(end - 1);
            right = right.child(0);
        }
        left.next = right.next;
        while (levels > 0 && root.count == 1) {
            root = root.child(0);
            levels--;
        }
    }

    /** How many keys are less than this one, whether or not it is there. */
    public int rank(Object key) {
        long prefix = order.prefix(requireNonNull(key, "key"));
        SkipListNode node = root;
        int before = 0;
        for (int level = levels; level > 0; level--) {
            int place = order.childOf(node, key, prefix);
            before += node.spanBefore(place);
            node = node.child(place);
        }
        int at = order.find(node, key, prefix);
        return before + (at < 0 ? -1 - at : at);
    }

    /**
     * The entry at a position, 0 for the least key.
     *
     * @throws IndexOutOfBoundsException
     *             if there is no such position
     */
    public Entry<K, V> select(int position) {
        if (position < 0 || position >= size) {
            throw new IndexOutOfBoundsException("Position " + position + " of a map of " + size + " entries");
        }
        SkipListNode leaf = traceTo(position);
        return entry(leaf, places[0]);
    }

    /** The leaf of a position, with the path to it and the place there. */
    private SkipListNode traceTo(int position) {
        SkipListNode node = root;
        int left = position;
        for (int level = levels; level > 0; level--) {
            int place = 0;
            while (left >= node.spans[place]) {
                left -= node.spans[place++];
            }
            path[level] = node;
            places[level] = place;
            node = node.child(place);
        }
        places[0] = left;
        return node;
    }

    /** Removes the entries with keys from {@code from} to before {@code to}; returns how many there were. */
    public int removeRange(K from, K to) {
        int first = rank(from);
        return removeBetween(first, Math.max(first, rank(to)));
    }

    /** Removes the entries at positions from {@code first} to before {@code end}, leaf by leaf. */
    int removeBetween(int first, int end) {
        int left = end - first;
        while (left > 0) {
            SkipListNode leaf = traceTo(first);
            int at = places[0];
            int count = Math.min(left, leaf.count - at);
            Object key = leaf.key(at);
            leaf.delete(at, at + count);
            for (int level = 1; level <= levels; level++) {
                path[level].spans[places[level]] -= count;
            }
            size -= count;
            changes++;
            unlinkIfFew(leaf, key, order.prefix(key));
            left -= count;
        }
        return end - first;
    }

    @SuppressWarnings("unchecked") // keys and values of this map are K and V
    private Entry<K, V> entry(SkipListNode leaf, int at) {
        Object key = leaf.key(at);
        return new SimpleEntry<>((K) key, (V) leaf.value(at)) {
            private static final long serialVersionUID = 1L;

            @Override
            public V setValue(V value) {
                put(getKey(), value);
                return super.setValue(value);
            }
        };
    }

    @Override
    public @Nullable Entry<K, V> firstEntry() {
        return size == 0 ? null : select(0);
    }

    @Override
    public @Nullable Entry<K, V> lastEntry() {
        return size == 0 ? null : select(size - 1);
    }

    @Override
    @Nullable
    Entry<K, V> near(K key, Side side) {
        long prefix = order.prefix(requireNonNull(key, "key"));
        SkipListNode leaf = leafOf(key, prefix);
        int found = order.find(leaf, key, prefix);
        int at = found < 0 ? -1 - found : found;
        switch (side) {
            case LOWER -> at--;
            case FLOOR -> at -= found < 0 ? 1 : 0;
            case CEILING -> {}
            case HIGHER -> at += found < 0 ? 0 : 1;
        }
        if (at >= 0 && at < leaf.count) {
            return entry(leaf, at);
        }
        int position = rank(key) + (at - (found < 0 ? -1 - found : found));
        return position < 0 || position >= size ? null : select(position);
    }

    @Override
    NavigableMap<K, V> range(@Nullable Bound<K> from, @Nullable Bound<K> to, boolean reversed) {
        return new SkipListView<>(this, from, to, reversed);
    }

    /** Shows all entries in ascending order, without an object per entry. */
    @Override
    @SuppressWarnings("unchecked") // keys and values of this map are K and V
    public void forEach(BiConsumer<? super K, ? super V> visitor) {
        int expected = changes;
        for (SkipListNode leaf = head; leaf != null; leaf = leaf.next) {
            for (int at = 0; at < leaf.count; at++) {
                visitor.accept((K) leaf.key(at), (V) leaf.value(at));
                if (changes != expected) {
                    throw new ConcurrentModificationException("The map was changed while it was walked");
                }
            }
        }
    }

    @Override
    Iterator<Entry<K, V>> entries() {
        return new EntryIterator();
    }

    private final class EntryIterator implements Iterator<Entry<K, V>> {
        private @Nullable SkipListNode leaf = head;
        private int at;
        private int expected = changes;
        private @Nullable Entry<K, V> last;

        @Override
        public boolean hasNext() {
            while (leaf != null && at >= leaf.count) {
                leaf = leaf.next;
                at = 0;
            }
            return leaf != null;
        }

        @Override
        public Entry<K, V> next() {
            if (changes != expected) {
                throw new ConcurrentModificationException("The map was changed by other means than this iterator");
            }
            if (!hasNext() || leaf == null) {
                throw new NoSuchElementException("The map has no further entry");
            }
            last = entry(leaf, at++);
            return last;
        }

        @Override
        public void remove() {
            if (last == null) {
                throw new IllegalStateException("next has not been called, or its entry was removed already");
            }
            if (changes != expected) {
                throw new ConcurrentModificationException("The map was changed by other means than this iterator");
            }
            K key = last.getKey();
            SkipList.this.remove(key);
            last = null;
            expected = changes;
            // The leaf may have been merged or dropped.
            long prefix = order.prefix(key);
            leaf = leafOf(key, prefix);
            int place = order.find(leaf, key, prefix);
            at = -1 - place;
        }
    }

    @Override
    public @Nullable Comparator<? super K> comparator() {
        return order.comparator();
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public void clear() {
        head = SkipListNode.leaf(false);
        root = head;
        order.reopen();
        levels = 0;
        size = 0;
        changes++;
        Arrays.fill(path, head);
    }
}
