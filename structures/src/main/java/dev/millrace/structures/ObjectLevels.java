package dev.millrace.structures;

import static java.util.Objects.requireNonNull;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** The levels of a {@link ConcurrentSkipList}: keys are objects, compared by their {@link KeyPrefix} and by one order. */
final class ObjectLevels extends UnrolledList {
    static final class RefNode extends Node {
        final @Nullable Object low;
        final long lowPrefix;

        RefNode(@Nullable Object low, long lowPrefix, Chunk chunk) {
            super(chunk);
            this.low = low;
            this.lowPrefix = lowPrefix;
        }
    }

    static final class RefChunk extends Chunk {
        static final Object[] NOTHING = {};
        /**
         * Each key and its value or node, side by side, so that one copy changes both. The first key of an index chunk is
         * never compared: it stands for all that is less.
         */
        final Object[] pairs;
        /** Those of the keys, in the same order; empty if keys have none. */
        final long[] prefixes;

        RefChunk(Object[] pairs, long[] prefixes, @Nullable Node next, @Nullable Node absorber) {
            super(next, absorber);
            this.pairs = pairs;
            this.prefixes = prefixes;
        }

        @Override
        int count() {
            return pairs.length >>> 1;
        }

        Object key(int at) {
            return pairs[2 * at];
        }

        @Override
        Object ref(int at) {
            return pairs[2 * at + 1];
        }

        @Override
        RefChunk frozen(Node absorber) {
            return new RefChunk(pairs, prefixes, next, absorber);
        }

        @Override
        RefChunk slice(int from, int to, @Nullable Node next) {
            return new RefChunk(Arrays.copyOfRange(pairs, 2 * from, 2 * to),
                    prefixes.length == 0 ? prefixes : Arrays.copyOfRange(prefixes, from, to), next, null);
        }

        @Override
        RefChunk joined(Chunk right) {
            RefChunk more = (RefChunk) right;
            Object[] all = Arrays.copyOf(pairs, pairs.length + more.pairs.length);
            System.arraycopy(more.pairs, 0, all, pairs.length, more.pairs.length);
            long[] allPrefixes = Arrays.copyOf(prefixes, prefixes.length + more.prefixes.length);
            System.arraycopy(more.prefixes, 0, allPrefixes, prefixes.length, more.prefixes.length);
            return new RefChunk(all, allPrefixes, right.next, null);
        }

        @Override
        RefChunk without(int index) {
            Object[] rest = Arrays.copyOf(pairs, pairs.length - 2);
            System.arraycopy(pairs, 2 * index + 2, rest, 2 * index, rest.length - 2 * index);
            long[] restPrefixes = prefixes;
            if (prefixes.length > 0) {
                restPrefixes = Arrays.copyOf(prefixes, prefixes.length - 1);
                System.arraycopy(prefixes, index + 1, restPrefixes, index, restPrefixes.length - index);
            }
            return new RefChunk(rest, restPrefixes, next, null);
        }

        @Override
        RefChunk withNode(int index, Node node) {
            return with(index, low(node), prefixes.length > 0, ((RefNode) node).lowPrefix, node);
        }

        @Override
        RefChunk withRef(int index, Object ref) {
            Object[] others = pairs.clone();
            others[2 * index + 1] = ref;
            return new RefChunk(others, prefixes, next, null);
        }

        RefChunk with(int index, Object key, boolean hasPrefix, long prefix, Object ref) {
            @SuppressWarnings("NullAway") // the last places are filled by the next lines
            Object[] more = Arrays.copyOf(pairs, pairs.length + 2);
            System.arraycopy(pairs, 2 * index, more, 2 * index + 2, pairs.length - 2 * index);
            more[2 * index] = key;
            more[2 * index + 1] = ref;
            long[] morePrefixes = prefixes;
            if (hasPrefix) {
                morePrefixes = Arrays.copyOf(prefixes, prefixes.length + 1);
                System.arraycopy(prefixes, index, morePrefixes, index + 1, prefixes.length - index);
                morePrefixes[index] = prefix;
            }
            return new RefChunk(more, morePrefixes, next, null);
        }
    }

    private static final VarHandle KEY_CLASS;

    static {
        try {
            KEY_CLASS = MethodHandles.lookup().findVarHandle(ObjectLevels.class, "keyClass", Class.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final @Nullable Comparator<Object> order;
    /** As {@link KeyPrefix} says; null before the first put. Set once, before any chunk has a key. */
    private volatile @Nullable Class<?> keyClass;

    ObjectLevels(@Nullable Comparator<Object> order, int leafMax) {
        super(new RefNode(null, 0, new RefChunk(RefChunk.NOTHING, KeyPrefix.NONE, null, null)), leafMax);
        this.order = order;
        this.keyClass = order == null ? null : KeyPrefix.NO_PREFIX;
    }

    /** The prefix of a key to look for; 0 if keys have none. */
    @SuppressWarnings("ReferenceEquality") // a class equals itself only
    long prefix(Object key) {
        Class<?> known = keyClass;
        if (known == KeyPrefix.NO_PREFIX) {
            return 0;
        }
        if (known != null && known != key.getClass()) {
            throw KeyPrefix.wrong(key, known);
        }
        return KeyPrefix.of(key);
    }

    /** The leaf's chunk with an entry more. */
    @SuppressWarnings("ReferenceEquality") // a class equals itself only
    RefChunk with(RefChunk chunk, int at, Object key, Object value) {
        Class<?> known = keyClass;
        if (known == null) {
            KEY_CLASS.compareAndSet(this, null, KeyPrefix.classOf(key));
            known = requireNonNull(keyClass);
            if (known != KeyPrefix.NO_PREFIX && known != key.getClass()) {
                throw KeyPrefix.wrong(key, known);
            }
        }
        boolean hasPrefix = known != KeyPrefix.NO_PREFIX;
        return chunk.with(at, key, hasPrefix, hasPrefix ? KeyPrefix.of(key) : 0, value);
    }

    @Override
    Node newNode(Chunk chunk) {
        RefChunk content = (RefChunk) chunk;
        return new RefNode(content.key(0), content.prefixes.length == 0 ? 0 : content.prefixes[0], chunk);
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // a class equals itself only
    Node newHead(Node below) {
        long[] prefixes = keyClass == KeyPrefix.NO_PREFIX ? KeyPrefix.NONE : new long[1];
        return new RefNode(null, 0, new RefChunk(new Object[]{"", below}, prefixes, null, null));
    }

    @Override
    int compareLows(Node a, Node b) {
        return compare(low(a), low(b));
    }

    @Override
    Node owner(Node target, int level) {
        return descend(low(target), ((RefNode) target).lowPrefix, false, level);
    }

    @Override
    int indexOf(Chunk chunk, Node node) {
        return childOf((RefChunk) chunk, low(node), ((RefNode) node).lowPrefix, false);
    }

    /** The low key of a node that is not the first of its level. */
    static Object low(Node node) {
        return requireNonNull(((RefNode) node).low);
    }

    @SuppressWarnings("unchecked") // without an order, keys are what their class compares itself with
    int compare(Object a, Object b) {
        return order == null ? ((Comparable<Object>) a).compareTo(b) : order.compare(a, b);
    }

    /** The node of a level that owns a key or, if {@code strictly}, the keys just below it. */
    @SuppressWarnings("ReferenceEquality") // a class equals itself only
    Node descend(Object key, long prefix, boolean strictly, int level) {
        Class<?> known = keyClass;
        boolean isExact = known == Long.class || known == Integer.class;
        if (isExact && !strictly) {
            return descend(prefix, level);
        }
        Top start = top;
        Node node = start.head;
        for (int at = start.level; at > 0; at--) {
            RefChunk chunk = (RefChunk) node.chunk;
            int child = childOf(chunk, key, prefix, strictly);
            while (child == chunk.count() - 1 && chunk.next != null && reaches(chunk.next, key, prefix, strictly)) {
                node = chunk.next;
                chunk = (RefChunk) node.chunk;
                child = childOf(chunk, key, prefix, strictly);
            }
            if (at == level) {
                return node;
            }
            Node below = (Node) chunk.ref(child);
            node = at == 1 && below.chunk.isFrozen() ? detour(node, chunk, child) : below;
        }
        return node;
    }

    /** Whether a key, which has this place in a leaf by {@link #find}, belongs to one further right. */
    boolean isBeyond(RefChunk chunk, int found, Object key, long prefix) {
        return -1 - found == chunk.count() && chunk.next != null && reaches(chunk.next, key, prefix, false);
    }

    /** The node of a level that owns the key of a prefix, where the prefix is all of the key. */
    private Node descend(long prefix, int level) {
        Top start = top;
        Node node = start.head;
        for (int at = start.level; at > 0; at--) {
            RefChunk chunk = (RefChunk) node.chunk;
            int count = chunk.count();
            int child = KeyPrefix.upper(chunk.prefixes, 1, count, prefix) - 1;
            while (child == count - 1 && chunk.next != null && ((RefNode) chunk.next).lowPrefix <= prefix) {
                node = chunk.next;
                chunk = (RefChunk) node.chunk;
                count = chunk.count();
                child = KeyPrefix.upper(chunk.prefixes, 1, count, prefix) - 1;
            }
            if (at == level) {
                return node;
            }
            Node below = (Node) chunk.ref(child);
            node = at == 1 && below.chunk.isFrozen() ? detour(node, chunk, child) : below;
        }
        return node;
    }

    /** The leaf that owns the keys just below those of a leaf that is not the first, or one before it. */
    Node descendBelow(Node leaf) {
        return descend(low(leaf), ((RefNode) leaf).lowPrefix, true, 0);
    }

    /** Whether a node or what follows it owns a key or, if {@code strictly}, the keys just below it. */
    boolean reaches(Node node, Object key, long prefix, boolean strictly) {
        long lowPrefix = ((RefNode) node).lowPrefix;
        if (lowPrefix != prefix) {
            return lowPrefix < prefix;
        }
        int order = compare(low(node), key);
        return order < 0 || (order == 0 && !strictly);
    }

    /** The place of the last key that is at most or, if {@code strictly}, less than {@code key}; 0 if none is. */
    private int childOf(RefChunk chunk, Object key, long prefix, boolean strictly) {
        long[] prefixes = chunk.prefixes;
        int count = chunk.count();
        if (prefixes.length == 0) {
            return placeOf(chunk.pairs, 1, count, key, strictly ? 0 : 1) - 1;
        }
        if (!KeyPrefix.isPartial(key)) {
            return (strictly ? KeyPrefix.lower(prefixes, 1, count, prefix)
                    : KeyPrefix.upper(prefixes, 1, count, prefix))
                    - 1;
        }
        int from = KeyPrefix.lower(prefixes, 1, count, prefix);
        int to = KeyPrefix.upper(prefixes, from, count, prefix);
        return placeOf(chunk.pairs, from, to, key, strictly ? 0 : 1) - 1;
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
    int find(RefChunk chunk, Object key, long prefix) {
        long[] prefixes = chunk.prefixes;
        Object[] pairs = chunk.pairs;
        int count = chunk.count();
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
