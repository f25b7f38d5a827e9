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
    /**
     * What was purged of one group: a queue of seq (48) | attempts (16), of dead letters or what was given back, and
     * rows of tracked messages.
     */
    record Heap(Topic topic, LongQueue queue, RowTable.Frozen rows) {
        boolean isEmpty() {
            return queue.isEmpty() && rows.left() == 0;
        }

        /** What is left, as a queue. */
        LongQueue left() {
            LongQueue all = new LongQueue();
            LongQueue.Frozen queued = queue.freeze();
            for (long i = 0; i < queued.size(); i++) {
                all.add(queued.get(i));
            }
            rows.copy().visit(Integer.MAX_VALUE, (words, at) -> {
                if (Tracking.isCounted(words, at)) {
                    all.add((words[at] - 1) << 16);
                }
            });
            return all;
        }
    }

    private static final RowTable.Frozen NO_ROWS = new LongTable(1, 0).freeze();

    private final ArrayDeque<Heap> heaps = new ArrayDeque<>();

    void add(Topic topic, LongQueue queue) {
        if (!queue.isEmpty()) {
            heaps.add(new Heap(topic, queue, NO_ROWS));
        }
    }

    /** Rows of {@link Tracking}. */
    void add(Topic topic, RowTable.Frozen rows) {
        if (rows.size() > 0) {
            heaps.add(new Heap(topic, new LongQueue(), rows));
        }
    }

    boolean isEmpty() {
        return heaps.isEmpty();
    }

    ArrayDeque<Heap> heaps() {
        return heaps;
    }

    /** Settles about {@code limit} messages; returns how many. */
    int work(Applier applier, int limit) {
        int done = 0;
        while (done < limit && !heaps.isEmpty()) {
            Heap heap = heaps.peek();
            while (done < limit && !heap.queue.isEmpty()) {
                settle(applier, heap.topic, heap.queue.remove() >>> 16);
                done++;
            }
            if (done < limit) {
                done += heap.rows.visit(limit - done, (words, at) -> purged(applier, heap.topic, words, at));
            }
            if (heap.isEmpty()) {
                heaps.remove();
            }
        }
        return done;
    }

    private static void purged(Applier applier, Topic topic, long[] words, int at) {
        if (Tracking.isCounted(words, at)) {
            settle(applier, topic, words[at] - 1);
        }
        // What is leased is settled when its lease ends.
    }

    private static void settle(Applier applier, Topic topic, long seq) {
        if (!topic.removed) {
            topic.forgetHolder(seq);
            applier.settle(topic, topic.chunks.find(seq));
        }
    }
}
