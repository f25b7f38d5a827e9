package dev.millrace.core.machine;

import java.util.ArrayDeque;

/**
 * Messages that an operator purged and whose chunks are still to be told so, slice by slice: emptying or deleting a
 * group takes constant time, however much it holds.
 *
 * <p>
 * When this happens is derived, but what is left belongs into a snapshot, because chunks count it as under way. Thread
 * safety: owner thread only.
 */
final class Garbage {
    /** What was purged of one group: a queue of seq (48) | attempts (16), or dead letters. */
    record Heap(Topic topic, LongQueue queue) {}

    private final ArrayDeque<Heap> heaps = new ArrayDeque<>();

    void add(Topic topic, LongQueue queue) {
        if (!queue.isEmpty()) {
            heaps.add(new Heap(topic, queue));
        }
    }

    boolean isEmpty() {
        return heaps.isEmpty();
    }

    ArrayDeque<Heap> heaps() {
        return heaps;
    }

    /** Settles up to {@code limit} messages; returns how many. */
    int work(Applier applier, int limit) {
        int done = 0;
        while (done < limit && !heaps.isEmpty()) {
            Heap heap = heaps.peek();
            while (done < limit && !heap.queue.isEmpty()) {
                long seq = heap.queue.remove() >>> 16;
                if (!heap.topic.removed) {
                    applier.settle(heap.topic, heap.topic.chunks.find(seq));
                }
                done++;
            }
            if (heap.queue.isEmpty()) {
                heaps.remove();
            }
        }
        return done;
    }
}
