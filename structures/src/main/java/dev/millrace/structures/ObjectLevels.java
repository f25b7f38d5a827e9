package dev.millrace.structures;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** The levels of a {@link ConcurrentSkipList}: keys are objects, compared by one order. */
final class ObjectLevels extends UnrolledList {
    static final class RefNode extends Node {
        final @Nullable Object low;

        RefNode(@Nullable Object low, Chunk chunk) {
            super(chunk);
            this.low = low;
        }
    }

    static final class RefChunk extends Chunk {
        static final Object[] NOTHING = {};
        /**
         * Each key and its value or node, side by side, so that one copy changes both. The first key of an index chunk is
         * never compared: it stands for all that is less.
         */
        final Object[] pairs;

        RefChunk(Object[] pairs, @Nullable Node next, @Nullable Node absorber) {
            super(next, absorber);
            this.pairs = pairs;
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
            return new RefChunk(pairs, next, absorber);
        }

        @Override
        RefChunk slice(int from, int to, @Nullable Node next) {
            return new RefChunk(Arrays.copyOfRange(pairs, 2 * from, 2 * to), next, null);
        }

        @Override
        RefChunk joined(Chunk right) {
            Object[] more = ((RefChunk) right).pairs;
            Object[] all = Arrays.copyOf(pairs, pairs.length + more.length);
            System.arraycopy(more, 0, all, pairs.length, more.length);
            return new RefChunk(all, right.next, null);
        }

        @Override
        RefChunk without(int index) {
            Object[] rest = Arrays.copyOf(pairs, pairs.length - 2);
            System.arraycopy(pairs, 2 * index + 2, rest, 2 * index, rest.length - 2 * index);
            return new RefChunk(rest, next, null);
        }

        @Override
        RefChunk withNode(int index, Node node) {
            return with(index, low(node), node);
        }

        @Override
        RefChunk withRef(int index, Object ref) {
            Object[] others = pairs.clone();
            others[2 * index + 1] = ref;
            return new RefChunk(others, next, null);
        }

        RefChunk with(int index, Object key, Object ref) {
            @SuppressWarnings("NullAway") // the last places are filled by the next lines
            Object[] more = Arrays.copyOf(pairs, pairs.length + 2);
            System.arraycopy(pairs, 2 * index, more, 2 * index + 2, pairs.length - 2 * index);
            more[2 * index] = key;
            more[2 * index + 1] = ref;
            return new RefChunk(more, next, null);
        }
    }

    private final @Nullable Comparator<Object> order;

    ObjectLevels(@Nullable Comparator<Object> order, int leafMax) {
        super(new RefNode(null, new RefChunk(RefChunk.NOTHING, null, null)), leafMax);
        this.order = order;
    }

    @Override
    Node newNode(Chunk chunk) {
        return new RefNode(((RefChunk) chunk).key(0), chunk);
    }

    @Override
    Node newHead(Node below) {
        return new RefNode(null, new RefChunk(new Object[]{"", below}, null, null));
    }

    @Override
    int compareLows(Node a, Node b) {
        return compare(low(a), low(b));
    }

    @Override
    Node owner(Node target, int level) {
        return descend(low(target), false, level);
    }

    @Override
    int indexOf(Chunk chunk, Node node) {
        return childOf((RefChunk) chunk, low(node), false);
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
    Node descend(Object key, boolean strictly, int level) {
        Top start = top;
        Node node = start.head;
        for (int at = start.level; at > 0; at--) {
            RefChunk chunk = (RefChunk) node.chunk;
            int child = childOf(chunk, key, strictly);
            while (child == chunk.count() - 1 && chunk.next != null && reaches(chunk.next, key, strictly)) {
                node = chunk.next;
                chunk = (RefChunk) node.chunk;
                child = childOf(chunk, key, strictly);
            }
            if (at == level) {
                return node;
            }
            Node below = (Node) chunk.ref(child);
            node = at == 1 && below.chunk.isFrozen() ? detour(node, chunk, child) : below;
        }
        return node;
    }

    /** Whether a node or what follows it owns a key or, if {@code strictly}, the keys just below it. */
    boolean reaches(Node node, Object key, boolean strictly) {
        int order = compare(low(node), key);
        return order < 0 || (order == 0 && !strictly);
    }

    /** The place of the last key that is at most or, if {@code strictly}, less than {@code key}; 0 if none is. */
    private int childOf(RefChunk chunk, Object key, boolean strictly) {
        Object[] pairs = chunk.pairs;
        int end = strictly ? 0 : 1;
        int from = 1;
        int length = (pairs.length >>> 1) - 1;
        // One outcome per step, which compiles to a conditional move: half of all branches here would be mispredicted.
        while (length > 0) {
            int half = (length + 1) >>> 1;
            from += compare(pairs[2 * (from + half - 1)], key) < end ? half : 0;
            length -= half;
        }
        return from - 1;
    }

    /** The place of a key in a leaf, or -1 minus the place where it belongs. */
    int find(RefChunk chunk, Object key) {
        Object[] pairs = chunk.pairs;
        int count = pairs.length >>> 1;
        int from = 0;
        int length = count;
        while (length > 0) {
            int half = (length + 1) >>> 1;
            from += compare(pairs[2 * (from + half - 1)], key) < 0 ? half : 0;
            length -= half;
        }
        return from < count && compare(pairs[2 * from], key) == 0 ? from : -1 - from;
    }
}
