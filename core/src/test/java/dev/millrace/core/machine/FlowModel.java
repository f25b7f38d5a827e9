package dev.millrace.core.machine;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What chains, batches and groups of two topics should do, told with ordinary collections. */
final class FlowModel {
    enum Status {
        READY, LEASED, DEAD, GATHERED, HELD
    }

    /** A step that has not come yet. */
    record Step(String topic, String label, int result) {}

    /** A message. */
    static final class Item {
        final long id;
        final String topic;
        final String label;
        final List<Step> steps;
        /** Of its batch, 0: none. */
        long batch;
        Status status = Status.READY;
        long token;
        String result = "";
        boolean cancelAsked;
        @Nullable Gathered set;

        Item(long id, String topic, String label, List<Step> steps, long batch) {
            this.id = id;
            this.topic = topic;
            this.label = label;
            this.steps = steps;
            this.batch = batch;
        }
    }

    /** Messages of one group key. */
    static final class Gathered {
        final String topic;
        final List<Item> members = new ArrayList<>();
        int joined;
        long firstMillis;
        long lastMillis;
        boolean closed;

        Gathered(String topic) {
            this.topic = topic;
        }
    }

    /** A batch that is not over. */
    static final class Batch {
        final long id;
        final String topic;
        long added;
        /** Done, dead, cancelled. */
        final long[] ended = new long[3];
        boolean closed;

        Batch(long id, String topic) {
            this.id = id;
            this.topic = topic;
        }

        boolean isOver() {
            return closed && ended[0] + ended[1] + ended[2] == added;
        }
    }

    /** What should become a message: a step, with where it comes from. */
    record Due(Step step, List<Step> after, long batch, long previous, String result) {}

    final TreeMap<Long, Item> items = new TreeMap<>();
    final TreeMap<Long, Batch> batches = new TreeMap<>();
    /** Those whose last message has come. */
    final TreeMap<Long, Batch> over = new TreeMap<>();
    /** By label. */
    final TreeMap<String, Due> due = new TreeMap<>();
    final TreeMap<String, Gathered> open = new TreeMap<>();
    final List<Gathered> closed = new ArrayList<>();
    GatherLimits limits = GatherLimits.DEFAULT;

    void joined(Item item, String key, long nowMillis) {
        Gathered set = open.computeIfAbsent(item.topic + "/" + key, name -> new Gathered(item.topic));
        if (set.joined == 0) {
            set.firstMillis = nowMillis;
        }
        set.lastMillis = nowMillis;
        set.joined++;
        set.members.add(item);
        item.set = set;
        item.status = Status.GATHERED;
        if (set.joined >= limits.maxSize()) {
            close(set);
        }
    }

    void close(Gathered set) {
        if (open.values().remove(set)) {
            set.closed = true;
            closed.add(set);
        }
    }

    void passTime(long nowMillis) {
        for (Gathered set : List.copyOf(open.values())) {
            boolean byDelay = limits.maxDelayMillis() > 0
                    && nowMillis >= set.firstMillis + 1 + limits.maxDelayMillis();
            if (byDelay || nowMillis >= set.lastMillis + 1 + limits.graceMillis()) {
                close(set);
            }
        }
    }

    void acked(Item item) {
        items.remove(item.id);
        if (item.steps.isEmpty()) {
            ended(item, 0);
        } else {
            Step next = item.steps.getFirst();
            due.put(next.label,
                    new Due(next, item.steps.subList(1, item.steps.size()), item.batch, item.id, item.result));
        }
    }

    void died(Item item) {
        item.status = Status.DEAD;
        ended(item, 1);
        item.batch = 0;
    }

    void cancelled(Item item) {
        items.remove(item.id);
        ended(item, 2);
        if (item.set != null) {
            item.set.members.remove(item);
        }
        if (item.status == Status.HELD) {
            batches.remove(item.id);
        }
    }

    private void ended(Item item, int how) {
        Batch batch = item.batch == 0 ? null : batches.get(item.batch);
        if (batch != null) {
            batch.ended[how]++;
        }
    }
}
