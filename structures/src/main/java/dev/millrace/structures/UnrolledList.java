package dev.millrace.structures;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What the concurrent skip lists have in common: levels of fat nodes, and the lock-free protocol by which they change.
 *
 * <p>
 * Every level is a linked list of nodes in ascending order. A node of level 0, a leaf, holds up to {@link #LEAF_MAX}
 * entries; a node of a higher level holds up to three times as many nodes of the
 * level below it. A node owns the keys
 * from its {@code low} up to the low of the node after it. All that can change in a node, the link to the next one
 * included, is one immutable {@link Chunk}, replaced by compare-and-set. So each of these steps is atomic:
 *
 * <ul>
 * <li><b>insert, replace, remove</b>: the leaf's chunk with one entry more, another value, one entry less.
 * <li><b>split</b>: a full leaf's chunk is replaced by its lower half, whose next node is a new one with the upper half.
 * <li><b>merge</b>, in two steps: the right node's chunk is <i>frozen</i>, replaced by a copy that names the node that
 * is to take it over, and never changes again; then the left node's chunk is replaced by both together. Whoever meets a
 * frozen node does the second step first ({@link #absorb}).
 * </ul>
 *
 * A chunk that is not frozen is the truth about its keys at the moment it was read. The levels above 0 are only a
 * shortcut: an entry that is missing makes a search walk further right, and one that leads to a frozen node is
 * followed to the node that took it over and dropped. Nodes above level 0 are never merged.
 *
 * <p>
 * Progress: lock-free. Readers take no lock and write nothing, except that they finish a merge they run into.
 *
 * <p>
 * Sources: skip lists with bounded gaps are Munro, Papadakis and Sedgewick, "Deterministic skip lists", 1992; the link
 * to the right that makes a split one step is Lehman and Yao, "Efficient locking for concurrent operations on B-trees",
 * 1981; freezing a chunk before it is replaced is Braginsky and Petrank, "Locality-conscious lock-free linked lists",
 * 2011. What is added here: contents are immutable, so a freeze is one compare-and-set and readers need no marks.
 */
abstract class UnrolledList {
    /** Entries of a leaf: more make reading and memory a little cheaper, and every change dearer. */
    static final int LEAF_MAX = 40;
    private static final int INDEX_PER_LEAF = 3;

    /** A place in a level; subclasses add the immutable low key. */
    abstract static class Node {
        private static final VarHandle CHUNK;

        static {
            try {
                CHUNK = MethodHandles.lookup().findVarHandle(Node.class, "chunk", Chunk.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        volatile Chunk chunk;

        Node(Chunk chunk) {
            this.chunk = chunk;
        }

        @SuppressWarnings("ReferenceEquality") // a node is a place: it equals nothing but itself
        final boolean is(Object other) {
            return this == other;
        }

        final boolean replace(Chunk expected, Chunk update) {
            return CHUNK.compareAndSet(this, expected, update);
        }
    }

    /** An immutable content of a node; subclasses add the keys, in ascending order. */
    abstract static class Chunk {
        final @Nullable Node next;
        /** Not null if frozen: a node at or before the one that takes this over. */
        final @Nullable Node absorber;

        Chunk(@Nullable Node next, @Nullable Node absorber) {
            this.next = next;
            this.absorber = absorber;
        }

        /** Entries. */
        abstract int count();

        /** The value at a place of a leaf, the node at a place elsewhere. */
        abstract Object ref(int at);

        final boolean isFrozen() {
            return absorber != null;
        }

        final boolean leadsTo(Node node) {
            return next != null && next.is(node);
        }

        abstract Chunk frozen(Node absorber);

        /** The entries from {@code from} to before {@code to}. */
        abstract Chunk slice(int from, int to, @Nullable Node next);

        /** This chunk's entries and then the frozen right neighbour's. */
        abstract Chunk joined(Chunk right);

        abstract Chunk without(int index);

        /** In an index chunk: one more node, under its low key. */
        abstract Chunk withNode(int index, Node node);

        /** The same keys with another value or node. */
        abstract Chunk withRef(int index, Object ref);
    }

    /** The highest level there is; replaced when one is put on top. */
    static final class Top {
        final Node head;
        final int level;

        Top(Node head, int level) {
            this.head = head;
            this.level = level;
        }
    }

    private static final VarHandle TOP;

    static {
        try {
            TOP = MethodHandles.lookup().findVarHandle(UnrolledList.class, "top", Top.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** The first leaf; never frozen. */
    final Node head;
    final LongAdder count = new LongAdder();
    volatile Top top;
    private final int leafMax;

    UnrolledList(Node head, int leafMax) {
        this.head = head;
        this.leafMax = leafMax;
        this.top = new Top(head, 0);
    }

    final boolean isHead(Node node) {
        return node.is(head);
    }

    /** A node for a chunk, low key included. */
    abstract Node newNode(Chunk chunk);

    /** The first node of a new top level. */
    abstract Node newHead(Node below);

    /** Compares the low keys of two nodes, neither of which is the first of its level. */
    abstract int compareLows(Node a, Node b);

    /** The node of a level that owns {@code target}'s low key. */
    abstract Node owner(Node target, int level);

    /** The place of the last entry of an index chunk whose key is at most the node's low key; 0 if none is. */
    abstract int indexOf(Chunk chunk, Node node);

    /**
     * Replaces a chunk by one with an entry more, in two nodes if it is too long.
     *
     * @param added
     *            the place of the new entry
     * @return false if the node's chunk is no longer {@code expected}
     */
    final boolean grow(Node node, Chunk expected, Chunk grown, int added, int level) {
        int size = grown.count();
        if (size <= (level == 0 ? leafMax : leafMax * INDEX_PER_LEAF)) {
            return node.replace(expected, grown);
        }
        // Keys that arrive in ascending order leave full nodes behind.
        int middle = grown.next == null && added == size - 1 ? size - 1 : size / 2;
        Node right = newNode(grown.slice(middle, size, grown.next));
        if (!node.replace(expected, grown.slice(0, middle, right))) {
            return false;
        }
        addToIndex(right, level + 1);
        return true;
    }

    private void addToIndex(Node child, int level) {
        Top current = top;
        if (current.level < level) {
            TOP.compareAndSet(this, current, new Top(newHead(current.head), level));
        }
        while (true) {
            Node node = owner(child, level);
            Chunk chunk = node.chunk;
            int at = indexOf(chunk, child);
            Node present = (Node) chunk.ref(at);
            if (present.is(child)) {
                return;
            }
            if (at > 0 && compareLows(present, child) == 0) {
                if (node.replace(chunk, chunk.withRef(at, child))) {
                    return;
                }
            } else if (grow(node, chunk, chunk.withNode(at + 1, child), at + 1, level)) {
                return;
            }
        }
    }

    /** After a removal: takes the next leaf over if both together are small. */
    final void mergeIfSmall(Node node) {
        Chunk chunk = node.chunk;
        Node next = chunk.next;
        if (chunk.isFrozen() || next == null || chunk.count() > leafMax / 4) {
            return;
        }
        Chunk right = next.chunk;
        if (chunk.count() == 0 || chunk.count() + right.count() <= leafMax / 2) {
            merge(node, next, right);
        }
    }

    /** Merges {@code right}, whose chunk was {@code chunk}, into the node before it, to be found from {@code left} on. */
    final void merge(Node left, Node right, Chunk chunk) {
        if (chunk.isFrozen() || right.replace(chunk, chunk.frozen(left))) {
            absorb(right);
        }
    }

    /**
     * Finishes the merge of a frozen leaf, and of those on the way to it.
     *
     * @return the leaf that took it over, or the one that has its low key by now
     */
    final Node absorb(Node frozen) {
        Node node = frozen;
        while (true) {
            Chunk chunk = node.chunk;
            if (chunk.absorber != null) {
                node = chunk.absorber;
                continue;
            }
            Node next = chunk.next;
            if (next == null || compareLows(next, frozen) > 0) {
                return node;
            }
            Chunk following = next.chunk;
            if (!following.isFrozen()) {
                node = next;
            } else if (node.replace(chunk, chunk.joined(following))) {
                dropFromIndex(next, node);
            }
        }
    }

    /** Goes on from an entry of level 1 that leads to a frozen leaf, and mends the entry. */
    final Node detour(Node index, Chunk chunk, int at) {
        Node leaf = absorb((Node) chunk.ref(at));
        index.replace(chunk, at == 0 ? chunk.withRef(0, leaf) : chunk.without(at));
        return leaf;
    }

    /** Drops a frozen leaf from level 1; {@code before} owns its keys or lies to the left of what does. */
    private void dropFromIndex(Node frozen, Node before) {
        while (top.level > 0) {
            Node node = owner(frozen, 1);
            Chunk chunk = node.chunk;
            int at = indexOf(chunk, frozen);
            if (!frozen.is(chunk.ref(at))
                    || node.replace(chunk, at == 0 ? chunk.withRef(0, before) : chunk.without(at))) {
                return;
            }
        }
    }

    /** The last leaf; it may be empty or frozen by now. */
    final Node lastLeaf() {
        Top start = top;
        Node node = start.head;
        for (int level = start.level;; level--) {
            Chunk chunk = node.chunk;
            while (chunk.next != null) {
                node = chunk.next;
                chunk = node.chunk;
            }
            if (level == 0) {
                return node;
            }
            Node child = (Node) chunk.ref(chunk.count() - 1);
            node = level == 1 && child.chunk.isFrozen() ? detour(node, chunk, chunk.count() - 1) : child;
        }
    }
}
