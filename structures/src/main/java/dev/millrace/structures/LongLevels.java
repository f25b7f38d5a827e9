package dev.millrace.structures;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The levels of a {@link ConcurrentLongSkipList}: keys are primitive. */
final class LongLevels extends UnrolledList {
    static final class LongNode extends Node {
        /** The first node of a level has the least key there is. */
        final long low;

        LongNode(long low, Chunk chunk) {
            super(chunk);
            this.low = low;
        }
    }

    static final class LongChunk extends Chunk {
        /** Place 0 of an index chunk is never compared: it stands for all that is less. */
        final long[] keys;
        /** Values in a leaf, nodes elsewhere. */
        final Object[] refs;

        LongChunk(long[] keys, Object[] refs, @Nullable Node next, @Nullable Node absorber) {
            super(next, absorber);
            this.keys = keys;
            this.refs = refs;
        }

        @Override
        int count() {
            return keys.length;
        }

        @Override
        Object ref(int at) {
            return refs[at];
        }

        @Override
        LongChunk frozen(Node absorber) {
            return new LongChunk(keys, refs, next, absorber);
        }

        @Override
        LongChunk slice(int from, int to, @Nullable Node next) {
            return new LongChunk(Arrays.copyOfRange(keys, from, to), Arrays.copyOfRange(refs, from, to), next, null);
        }

        @Override
        LongChunk joined(Chunk right) {
            LongChunk more = (LongChunk) right;
            long[] allKeys = Arrays.copyOf(keys, keys.length + more.keys.length);
            System.arraycopy(more.keys, 0, allKeys, keys.length, more.keys.length);
            Object[] allRefs = Arrays.copyOf(refs, refs.length + more.refs.length);
            System.arraycopy(more.refs, 0, allRefs, refs.length, more.refs.length);
            return new LongChunk(allKeys, allRefs, right.next, null);
        }

        @Override
        LongChunk without(int index) {
            long[] restKeys = Arrays.copyOf(keys, keys.length - 1);
            System.arraycopy(keys, index + 1, restKeys, index, restKeys.length - index);
            Object[] restRefs = Arrays.copyOf(refs, refs.length - 1);
            System.arraycopy(refs, index + 1, restRefs, index, restRefs.length - index);
            return new LongChunk(restKeys, restRefs, next, null);
        }

        @Override
        LongChunk withNode(int index, Node node) {
            return with(index, low(node), node);
        }

        @Override
        LongChunk withRef(int index, Object ref) {
            Object[] others = refs.clone();
            others[index] = ref;
            return new LongChunk(keys, others, next, null);
        }

        LongChunk with(int index, long key, Object ref) {
            long[] moreKeys = Arrays.copyOf(keys, keys.length + 1);
            System.arraycopy(keys, index, moreKeys, index + 1, keys.length - index);
            moreKeys[index] = key;
            @SuppressWarnings("NullAway") // the last place is filled by the next line
            Object[] moreRefs = Arrays.copyOf(refs, refs.length + 1);
            System.arraycopy(refs, index, moreRefs, index + 1, refs.length - index);
            moreRefs[index] = ref;
            return new LongChunk(moreKeys, moreRefs, next, null);
        }
    }

    LongLevels(int leafMax) {
        super(new LongNode(Long.MIN_VALUE, new LongChunk(new long[0], new Object[0], null, null)), leafMax);
    }

    static long low(Node node) {
        return ((LongNode) node).low;
    }

    @Override
    Node newNode(Chunk chunk) {
        return new LongNode(((LongChunk) chunk).keys[0], chunk);
    }

    @Override
    Node newHead(Node below) {
        return new LongNode(Long.MIN_VALUE, new LongChunk(new long[1], new Object[]{below}, null, null));
    }

    @Override
    int compareLows(Node a, Node b) {
        return Long.compare(low(a), low(b));
    }

    @Override
    Node owner(Node target, int level) {
        return descend(low(target), level);
    }

    @Override
    int indexOf(Chunk chunk, Node node) {
        return childOf(((LongChunk) chunk).keys, low(node));
    }

    /** The node of a level that owns a key. */
    Node descend(long key, int level) {
        Top start = top;
        Node node = start.head;
        for (int at = start.level; at > 0; at--) {
            LongChunk chunk = (LongChunk) node.chunk;
            int child = childOf(chunk.keys, key);
            while (child == chunk.count() - 1 && chunk.next != null && low(chunk.next) <= key) {
                node = chunk.next;
                chunk = (LongChunk) node.chunk;
                child = childOf(chunk.keys, key);
            }
            if (at == level) {
                return node;
            }
            Node below = (Node) chunk.refs[child];
            node = at == 1 && below.chunk.isFrozen() ? detour(node, chunk, child) : below;
        }
        return node;
    }

    /** Whether a key belongs to a node further right. The next node is only looked at if it must be. */
    static boolean isBeyond(LongChunk chunk, long key) {
        int count = chunk.count();
        return (count == 0 || chunk.keys[count - 1] < key) && chunk.next != null && low(chunk.next) <= key;
    }

    /** The place of the last key that is at most {@code key}; the first key counts as less than all. */
    private static int childOf(long[] keys, long key) {
        int from = 1;
        int length = keys.length - 1;
        // One outcome per step, which compiles to a conditional move: half of all branches here would be mispredicted.
        while (length > 0) {
            int half = (length + 1) >>> 1;
            from += keys[from + half - 1] <= key ? half : 0;
            length -= half;
        }
        return from - 1;
    }

    /** The place of a key in a leaf, or -1 minus the place where it belongs. */
    static int find(long[] keys, long key) {
        int at = placeOf(keys, key);
        return at < keys.length && keys[at] == key ? at : -1 - at;
    }

    /** The place of the least key that is at least {@code key}. */
    static int placeOf(long[] keys, long key) {
        int from = 0;
        int length = keys.length;
        while (length > 0) {
            int half = (length + 1) >>> 1;
            from += keys[from + half - 1] < key ? half : 0;
            length -= half;
        }
        return from;
    }
}
