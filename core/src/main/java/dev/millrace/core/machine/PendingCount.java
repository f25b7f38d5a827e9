package dev.millrace.core.machine;

import java.util.List;
import java.util.TreeMap;

/** Counts deliveries under way per chunk from the leases, retries, returned and dead messages themselves. */
final class PendingCount {
    private final State state;
    private final TreeMap<Long, Integer> counts = new TreeMap<>();

    PendingCount(State state) {
        this.state = state;
        for (int slot = 0; slot < state.leases.used(); slot++) {
            if (state.leases.isLive(slot)) {
                long place = state.leases.place(slot);
                Group group = state.groupOrNull(LeaseTable.groupOf(place));
                if (group != null && !group.topic.removed) {
                    count(group.topic, LeaseTable.ordinalOf(place));
                }
            }
        }
        state.waiting.forEach((handle, due, id, payload) -> {
            Group group = Waiting.kind(payload) == Waiting.RETRY ? state.groupOrNull(Waiting.owner(payload)) : null;
            if (group != null && !group.topic.removed) {
                count(group.topic, group.topic.chunks.find(id >>> 16));
            }
        });
        for (Garbage.Heap heap : state.garbage.heaps()) {
            if (!heap.topic().removed) {
                count(heap.topic(), heap.left());
            }
        }
        state.mail.rows.freeze().visit(Integer.MAX_VALUE, (words, at) -> {
            Topic topic = state.topicOrNull((int) words[at + MailTable.KIND]);
            if (topic != null && words[at + MailTable.KIND] >>> 32 == MailTable.STEP) {
                count(topic, topic.chunks.find(words[at + MailTable.SEQ]));
            }
        });
        for (Topic topic : state.topics()) {
            for (Group group : topic.groups) {
                countHeld(group);
            }
        }
    }

    private void countHeld(Group group) {
        count(group.topic, group.returned);
        if (group.tracked()) {
            group.tracking().rows.freeze().visit(Integer.MAX_VALUE, (words, at) -> {
                if (Tracking.isCounted(words, at)) {
                    count(group.topic, group.topic.chunks.find(words[at] - 1));
                }
            });
        }
        for (int number = group.deadTable.first(); number < group.deadTable.size(); number++) {
            if (group.deadTable.holds(number)) {
                count(group.topic, group.deadTable.ordinal(number));
            }
        }
    }

    private void count(Topic topic, LongQueue queue) {
        LongQueue.Frozen frozen = queue.freeze();
        for (long i = 0; i < frozen.size(); i++) {
            count(topic, topic.chunks.find(frozen.get(i) >>> 16));
        }
    }

    private void count(Topic topic, int ordinal) {
        counts.merge((long) topic.number << 32 | ordinal, 1, Integer::sum);
    }

    /** Compares with what the topic's chunks say. */
    void compare(Topic topic, List<String> problems) {
        for (int ordinal = topic.chunks.skipDropped(0); ordinal < topic.chunks.size(); ordinal = topic.chunks
                .skipDropped(ordinal + 1)) {
            Integer counted = counts.get((long) topic.number << 32 | ordinal);
            int expected = counted == null ? 0 : counted;
            if (topic.chunks.isLive(ordinal) ? topic.chunks.pending(ordinal) != expected : expected != 0) {
                problems.add("topic " + topic.name + " chunk " + ordinal + ": " + expected
                        + " deliveries are under way, the chunk says "
                        + (topic.chunks.isLive(ordinal) ? topic.chunks.pending(ordinal) : "it is released"));
            }
        }
    }

    /** For messages. */
    @Override
    public String toString() {
        return counts.size() + " chunks with deliveries under way, " + state.leases.live() + " leases";
    }
}
