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
        /** Place 0 of an index chunk is never compared: it stands for all that is less. */
        final Object[] keys;

        RefChunk(Object[] keys, Object[] refs, @Nullable Node next,
                @Nullable Node absorber) {
            super(refs, next, absorber);
            this.keys = keys;
        }

        @Override
        RefChunk frozen(Node absorber) {
            return new RefChunk(keys, refs, next, absorber);
        }

        @Override
        RefChunk slice(int from, int to, @Nullable Node next) {
            return new RefChunk(Arrays.copyOfRange(keys, from, to),
                    Arrays.copyOfRange(refs, from, to), next, null);
        }

        @Override
        RefChunk joined(Chunk right) {
            return new RefChunk(concatenated(keys, ((RefChunk) right).keys),
                    concatenated(refs, right.refs), right.next, null);
        }

        @Override
        RefChunk without(int index) {
            return new RefChunk(removed(keys, index), removed(refs, index), next, null);
        }

        @Override
        RefChunk withNode(int index, Node node) {
            return with(index, requireNonNull(((RefNode) node).low), node);
        }

        @Override
        RefChunk withRef(int index, Object ref) {
            return new RefChunk(keys, replaced(refs, index, ref), next, null);
        }

        RefChunk with(int index, Object key, Object ref) {
            return new RefChunk(inserted(keys, index, key), inserted(refs, index, ref), next,
                    null);
        }
    }

    private final @Nullable Comparator<Object> order;

    ObjectLevels(@Nullable Comparator<Object> order, int leafMax) {
        super(new RefNode(null, new RefChunk(RefChunk.NOTHING, RefChunk.NOTHING, null, null)), leafMax);
        this.order = order;
    }

    @Override
    Node newNode(Chunk chunk) {
        return new RefNode(((RefChunk) chunk).keys[0], chunk);
    }

    @Override
    Node newHead(Node below) {
        return new RefNode(null, new RefChunk(new Object[]{""}, new Object[]{below}, null, null));
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
        return childOf(((RefChunk) chunk).keys, low(node), false);
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
            int child = childOf(chunk.keys, key, strictly);
            while (child == chunk.count() - 1 && chunk.next != null && reaches(chunk.next, key, strictly)) {
                node = chunk.next;
                chunk = (RefChunk) node.chunk;
                child = childOf(chunk.keys, key, strictly);
            }
            if (at == level) {
                return node;
            }
            Node below = (Node) chunk.refs[child];
            node = at == 1 && below.chunk.isFrozen() ? detour(node, chunk, child) : below;
        }
        return node;
    }

    /** Whether a node or what follows it owns a key or, if {@code strictly}, the keys just below it. */
    boolean reaches(Node node, Object key, boolean strictly) {
        int order = compare(low(node), key);
        return order < 0 || (order == 0 && !strictly);
    }

    private int childOf(Object[] keys, Object key, boolean strictly) {
        int from = 1;
        int to = keys.length;
        while (from < to) {
            int middle = (from + to) >>> 1;
            int order = compare(keys[middle], key);
            if (order < 0 || (order == 0 && !strictly)) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return from - 1;
    }

    /** The place of a key in a leaf, or -1 minus the place where it belongs. */
    int find(Object[] keys, Object key) {
        int from = 0;
        int to = keys.length;
        while (from < to) {
            int middle = (from + to) >>> 1;
            int order = compare(keys[middle], key);
            if (order < 0) {
                from = middle + 1;
            } else if (order > 0) {
                to = middle;
            } else {
                return middle;
            }
        }
        return -1 - from;
    }
}
