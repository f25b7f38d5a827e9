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
 * A sorted map for one thread, with rank and select: a skip list whose nodes hold up to {@value #NODE_MAX} entries each.
 *
 * <h2>How it works</h2> Nodes are in ascending order; each has a height drawn at random, 1 with probability 3/4, 2 with
 * 3/16 and so on, and as many links, the one of level l to the next node of a height over l, with the least key that
 * belongs there. Each link also knows how many entries it passes over, its span, so that a position is found like a key.
 * A search takes from the highest level of the first node what does not pass its goal and goes down a level where that
 * ends, then searches the node. A full node is split in two; a node is taken over by the one before it when both are less
 * than half full together. Keys of some classes have prefixes, as in {@link ConcurrentSkipList}; {@link #clear} lets the
 * next key decide anew whether.
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
 * for spans; nodes of many entries are an unrolled list as in Shao, Reppy and Appel, "Unrolling lists", 1994.
 */
public final class SkipList<K, V> extends NavigableBase<K, V> {
    static final int NODE_MAX = 64;
    static final int MAX_HEIGHT = 14;

    private final @Nullable Comparator<? super K> order;
    /** The first node: has every level, and is the only one that may be empty. */
    private SkipListNode head = new SkipListNode(MAX_HEIGHT, "", 0, false);
    /** As {@link KeyPrefix} says; null while no key was put since the map was new or cleared. */
    private @Nullable Class<?> keyClass;
    private int levels = 1;
    private int size;
    private int changes;
    private long random = 0x9E3779B97F4A7C15L;
    /** Of the last search: at each level the last node before or at the goal, and the position of its first entry. */
    private final SkipListNode[] path = new SkipListNode[MAX_HEIGHT];
    private final int[] starts = new int[MAX_HEIGHT];

    /** An empty map in the keys' natural order. */
    public SkipList() {
        this((Comparator<? super K>) null);
    }

    /** An empty map in the given order; null for the keys' natural one. */
    public SkipList(@Nullable Comparator<? super K> order) {
        this.order = order;
        this.keyClass = order == null ? null : KeyPrefix.NO_PREFIX;
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
        SkipListNode node = head;
        K last = null;
        for (Map.Entry<? extends K, ? extends V> entry : entries) {
            K key = requireNonNull(entry.getKey(), "key");
            if (last != null && compare(last, key) >= 0) {
                throw new IllegalArgumentException("Key " + key + " is not greater than " + last + " before it");
            }
            long prefix = prefixToPut(key);
            if (last == null) {
                node = head; // which prefixToPut replaces at the first key
                Arrays.fill(path, head);
            }
            if (node.count == NODE_MAX * 3 / 4) {
                node = newNode(key, prefix);
                for (int level = 0; level < node.height(); level++) {
                    path[level].next(level, node);
                    endSpan(level);
                    path[level] = node;
                    starts[level] = size;
                }
                levels = Math.max(levels, node.height());
            }
            node.insert(node.count, key, prefix, requireNonNull(entry.getValue(), "value"));
            last = key;
            size++;
        }
        for (int level = 1; level < levels; level++) {
            endSpan(level);
        }
    }

    /** Sets the span of the last node before the end at a level. */
    private void endSpan(int level) {
        if (level > 0) {
            path[level].spans[level - 1] = size - starts[level];
        }
    }

    /** A height: each level is reached by a quarter of those that reach the one below. */
    int randomHeight() {
        random ^= random << 13;
        random ^= random >>> 7;
        random ^= random << 17;
        // The upper bits are the better ones.
        return Math.min(MAX_HEIGHT, 1 + (Long.numberOfLeadingZeros(random | 1) >>> 1));
    }

    @SuppressWarnings("unchecked") // without an order, keys are what their class compares itself with
    int compare(Object a, Object b) {
        return order == null ? ((Comparable<Object>) a).compareTo(b) : order.compare((K) a, (K) b);
    }

    /** The prefix of a key to look for; 0 if keys have none. */
    @SuppressWarnings("ReferenceEquality") // a class equals itself only
    private long prefix(Object key) {
        Class<?> known = keyClass;
        if (known == null || known == KeyPrefix.NO_PREFIX) {
            return 0;
        }
        if (known != key.getClass()) {
            throw KeyPrefix.wrong(key, known);
        }
        return KeyPrefix.of(key);
    }

    /** The same of a key to be put; the first one decides whether keys have prefixes. */
    @SuppressWarnings("ReferenceEquality") // a class equals itself only
    private long prefixToPut(Object key) {
        if (keyClass == null) {
            keyClass = KeyPrefix.classOf(key);
            head = new SkipListNode(MAX_HEIGHT, "", 0, keyClass != KeyPrefix.NO_PREFIX);
        }
        return prefix(key);
    }

    private SkipListNode newNode(Object low, long lowPrefix) {
        return new SkipListNode(randomHeight(), low, lowPrefix, head.prefixes.length > 0);
    }

    /** Whether the key, whose prefix this is, compares with the one a node leads to at a level as {@code least} or more. */
    private boolean reaches(SkipListNode node, int level, Object key, long prefix, int least) {
        long low = node.lows[level];
        return low < prefix
                || (low == prefix && Integer.signum(compare(key, requireNonNull(node.links[2 * level]))) >= least);
    }

    /** The last node whose low is at most {@code key}, or the first node. */
    private SkipListNode nodeOf(Object key, long prefix) {
        SkipListNode node = head;
        SkipListNode end = null;
        for (int level = levels - 1; level >= 0; level--) {
            SkipListNode next = node.next(level);
            while (next != end && reaches(node, level, key, prefix, 0)) {
                node = requireNonNull(next);
                next = node.next(level);
            }
            end = next;
        }
        return node;
    }

    /** The same, or if {@code strictly} the last node whose low is less, with the path to it. */
    private SkipListNode trace(Object key, long prefix, boolean strictly) {
        SkipListNode node = head;
        int start = 0;
        SkipListNode end = null;
        for (int level = levels - 1; level >= 0; level--) {
            SkipListNode next = node.next(level);
            while (next != end && next != null && reaches(node, level, key, prefix, strictly ? 1 : 0)) {
                start += node.span(level);
                node = next;
                next = node.next(level);
            }
            end = next;
            path[level] = node;
            starts[level] = start;
        }
        return node;
    }

    /** The place of a key in a node, or -1 minus the place where it belongs. */
    private int find(SkipListNode node, Object key, long prefix) {
        Object[] pairs = node.pairs;
        int from = 0;
        int length = node.count;
        if (node.prefixes.length > 0) {
            from = KeyPrefix.lower(node.prefixes, 0, length, prefix);
            if (!KeyPrefix.isPartial(key)) {
                return from < node.count && node.prefixes[from] == prefix ? from : -1 - from;
            }
            length = KeyPrefix.upper(node.prefixes, from, length, prefix) - from;
        }
        // One outcome per step, which compiles to a conditional move: half of all branches here would be mispredicted.
        while (length > 0) {
            int half = (length + 1) >>> 1;
            from += compare(pairs[2 * (from + half - 1)], key) < 0 ? half : 0;
            length -= half;
        }
        return from < node.count && compare(pairs[2 * from], key) == 0 ? from : -1 - from;
    }

    @Override
    @SuppressWarnings("unchecked") // values of this map are V
    public @Nullable V get(Object key) {
        long prefix = prefix(requireNonNull(key, "key"));
        SkipListNode node = nodeOf(key, prefix);
        int at = find(node, key, prefix);
        return at < 0 ? null : (V) node.value(at);
    }

    @Override
    @SuppressWarnings("unchecked") // values of this map are V
    public @Nullable V put(K key, V value) {
        requireNonNull(value, "value");
        long prefix = prefixToPut(requireNonNull(key, "key"));
        SkipListNode node = descend(key, prefix, 1);
        int at = find(node, key, prefix);
        if (at >= 0) {
            descend(key, prefix, -1);
            V before = (V) node.value(at);
            node.pairs[2 * at + 1] = value;
            return before;
        }
        at = -1 - at;
        if (node.count < NODE_MAX) {
            node.insert(at, key, prefix, value);
            size++;
            changes++;
        } else {
            descend(key, prefix, -1);
            insertIntoFull(at, key, prefix, value);
        }
        return null;
    }

    /** The same as {@link #nodeOf}, with so much added to the spans on the way, those that a new entry would make longer. */
    private SkipListNode descend(Object key, long prefix, int change) {
        SkipListNode node = head;
        SkipListNode end = null;
        for (int level = levels - 1; level >= 0; level--) {
            SkipListNode next = node.next(level);
            while (next != end && reaches(node, level, key, prefix, 0)) {
                node = requireNonNull(next);
                next = node.next(level);
            }
            end = next;
            if (level > 0) {
                node.spans[level - 1] += change;
            }
        }
        return node;
    }

    private void insertIntoFull(int place, K key, long prefix, V value) {
        if (size == Integer.MAX_VALUE) {
            throw new IllegalStateException("The map holds its limit of " + size + " entries");
        }
        SkipListNode node = trace(key, prefix, false);
        int at = place;
        // Keys that arrive in ascending order leave full nodes behind.
        int keep = at == NODE_MAX && node.next(0) == null ? NODE_MAX - 1 : NODE_MAX / 2;
        SkipListNode right = split(node, keep);
        if (at > keep) {
            for (int level = 0; level < right.height(); level++) {
                path[level] = right;
            }
            node = right;
            at -= keep;
        }
        node.insert(at, key, prefix, value);
        addToSpans(1);
    }

    /** Moves the entries of a node from a place on to a new node after it; the path must lead to the node. */
    private SkipListNode split(SkipListNode node, int keep) {
        Object low = node.key(keep);
        SkipListNode right = newNode(low, prefix(low));
        for (; levels < right.height(); levels++) {
            path[levels] = head;
            starts[levels] = 0;
            head.spans[levels - 1] = size;
        }
        int start = starts[0] + keep;
        for (int level = 0; level < right.height(); level++) {
            SkipListNode before = path[level];
            right.next(level, before.next(level));
            before.next(level, right);
            if (level > 0) {
                right.spans[level - 1] = before.spans[level - 1] - (start - starts[level]);
                before.spans[level - 1] = start - starts[level];
            }
        }
        right.append(node, keep);
        node.delete(keep, node.count);
        return right;
    }

    private void addToSpans(int change) {
        for (int level = 1; level < levels; level++) {
            path[level].spans[level - 1] += change;
        }
        size += change;
        changes++;
    }

    @Override
    @SuppressWarnings("unchecked") // values of this map are V
    public @Nullable V remove(Object key) {
        long prefix = prefix(requireNonNull(key, "key"));
        SkipListNode node = descend(key, prefix, -1);
        int at = find(node, key, prefix);
        if (at < 0) {
            descend(key, prefix, 1);
            return null;
        }
        V value = (V) node.value(at);
        node.delete(at, at + 1);
        size--;
        changes++;
        unlinkIfFew(node);
        return value;
    }

    /** Unlinks the node or the next one if they have become few. */
    private void unlinkIfFew(SkipListNode node) {
        SkipListNode next = node.next(0);
        if (node.count == 0 && node != head) {
            unlink(node);
        } else if (next != null && node.count + next.count <= NODE_MAX / 2) {
            node.append(next, 0);
            unlink(next);
        }
    }

    /** Takes out a node, other than the first, whose entries are gone or were copied to the one before it. */
    private void unlink(SkipListNode node) {
        trace(node.low, node.lowPrefix, true);
        for (int level = 0; level < node.height(); level++) {
            SkipListNode before = path[level];
            before.next(level, node.next(level));
            if (level > 0) {
                before.spans[level - 1] += node.spans[level - 1];
            }
        }
    }

    /** How many keys are less than this one, whether or not it is there. */
    public int rank(Object key) {
        long prefix = prefix(requireNonNull(key, "key"));
        SkipListNode node = trace(key, prefix, false);
        int at = find(node, key, prefix);
        return starts[0] + (at < 0 ? -1 - at : at);
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
        SkipListNode node = traceTo(position);
        return entry(node, position - starts[0]);
    }

    private SkipListNode traceTo(int position) {
        SkipListNode node = head;
        int start = 0;
        for (int level = levels - 1; level >= 0; level--) {
            for (SkipListNode next = node.next(level); next != null
                    && start + node.span(level) <= position; next = node.next(level)) {
                start += node.span(level);
                node = next;
            }
            path[level] = node;
            starts[level] = start;
        }
        return node;
    }

    /** Removes the entries with keys from {@code from} to before {@code to}; returns how many there were. */
    public int removeRange(K from, K to) {
        int first = rank(from);
        return removeBetween(first, Math.max(first, rank(to)));
    }

    /** Removes the entries at positions from {@code first} to before {@code end}, node by node. */
    int removeBetween(int first, int end) {
        int left = end - first;
        while (left > 0) {
            SkipListNode node = traceTo(first);
            int at = first - starts[0];
            int count = Math.min(left, node.count - at);
            node.delete(at, at + count);
            addToSpans(-count);
            unlinkIfFew(node);
            left -= count;
        }
        return end - first;
    }

    @SuppressWarnings("unchecked") // keys and values of this map are K and V
    private Entry<K, V> entry(SkipListNode node, int at) {
        Object key = node.key(at);
        return new SimpleEntry<>((K) key, (V) node.value(at)) {
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
        long prefix = prefix(requireNonNull(key, "key"));
        SkipListNode node = nodeOf(key, prefix);
        int found = find(node, key, prefix);
        int at = found < 0 ? -1 - found : found;
        switch (side) {
            case LOWER -> at--;
            case FLOOR -> at -= found < 0 ? 1 : 0;
            case CEILING -> {}
            case HIGHER -> at += found < 0 ? 0 : 1;
        }
        if (at >= 0 && at < node.count) {
            return entry(node, at);
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
        for (SkipListNode node = head; node != null; node = node.next(0)) {
            for (int at = 0; at < node.count; at++) {
                visitor.accept((K) node.key(at), (V) node.value(at));
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
        private @Nullable SkipListNode node = head;
        private int at;
        private int expected = changes;
        private @Nullable Entry<K, V> last;

        @Override
        public boolean hasNext() {
            while (node != null && at >= node.count) {
                node = node.next(0);
                at = 0;
            }
            return node != null;
        }

        @Override
        public Entry<K, V> next() {
            if (changes != expected) {
                throw new ConcurrentModificationException("The map was changed by other means than this iterator");
            }
            if (!hasNext() || node == null) {
                throw new NoSuchElementException("The map has no further entry");
            }
            last = entry(node, at++);
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
            // The node may have been merged or dropped.
            long prefix = prefix(key);
            node = nodeOf(key, prefix);
            int place = find(node, key, prefix);
            at = -1 - place;
        }
    }

    @Override
    public @Nullable Comparator<? super K> comparator() {
        return order;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public void clear() {
        head = new SkipListNode(MAX_HEIGHT, "", 0, false);
        keyClass = order == null ? null : KeyPrefix.NO_PREFIX;
        levels = 1;
        size = 0;
        changes++;
    }

    /** How many nodes have each height, from 1 on; for tests. */
    int[] heights() {
        int[] counts = new int[MAX_HEIGHT + 1];
        for (SkipListNode node = head.next(0); node != null; node = node.next(0)) {
            counts[node.height()]++;
        }
        return counts;
    }

    /** Checks order, spans and fill; for tests. */
    @SuppressWarnings("ReferenceEquality") // a link's low is the node's own
    void verify() {
        for (int level = 0; level < levels; level++) {
            int position = 0;
            SkipListNode node = head;
            int counted = 0;
            for (SkipListNode each = head; each != null; each = each.next(0)) {
                SkipListNode following = node.next(level);
                if (each == following) {
                    if (node.span(level) != counted - position || node.links[2 * level] != each.low) {
                        throw new IllegalStateException("Wrong span at level " + level + ", position " + position);
                    }
                    position = counted;
                    node = following;
                }
                for (int at = 0; at < each.count && each.prefixes.length > 0; at++) {
                    if (each.prefixes[at] != KeyPrefix.of(each.key(at))) {
                        throw new IllegalStateException("Wrong prefix at position " + (counted + at));
                    }
                }
                if (each != head && (each.count == 0 || compare(each.low, each.key(0)) > 0)) {
                    throw new IllegalStateException("Empty node or wrong low at position " + counted);
                }
                counted += each.count;
            }
            if (counted != size || node.next(level) != null || node.span(level) != counted - position) {
                throw new IllegalStateException("Wrong end at level " + level);
            }
        }
    }
}
