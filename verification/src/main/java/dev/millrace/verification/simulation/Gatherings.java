package dev.millrace.verification.simulation;

import dev.millrace.core.machine.GatherLimits;
import dev.millrace.core.message.MessageView;
import dev.millrace.verification.simulation.Message.Fate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Tasks of a queue that are delivered with others of their group key: each in one delivered task and no other, never more
 * than a set may have, never before its time.
 */
final class Gatherings {
    /** A task that takes the place of others. */
    private record Gathered(Task task, String key, List<Task> members) {}

    private final TaskQueue queue;
    private final Ledger ledger;
    GatherLimits limits = GatherLimits.DEFAULT;
    private final Map<String, List<Task>> byKey = new LinkedHashMap<>();
    private final Map<Task, String> keys = new LinkedHashMap<>();
    /** By the id of what took their place. */
    private final Map<Long, Gathered> sets = new LinkedHashMap<>();
    private final Map<Task, Gathered> places = new LinkedHashMap<>();

    Gatherings(TaskQueue queue, Ledger ledger) {
        this.queue = queue;
        this.ledger = ledger;
    }

    void add(Task task, String key) {
        byKey.computeIfAbsent(key, none -> new ArrayList<>()).add(task);
        keys.put(task, key);
        // Something else takes its place, whenever that is.
        task.endings.add(new Span(task.message.submitted.order()));
    }

    /** Those that wait, or have waited. */
    List<Task> tasks() {
        return List.copyOf(keys.keySet());
    }

    /** Whether the longest delay is not over for any that may wait with this one. */
    boolean isEarlyForAll(Task task, Moment now) {
        return byKey.getOrDefault(keys.getOrDefault(task, ""), List.of())
                .stream()
                .filter(other -> !places.containsKey(other) && other.message.fate != Fate.REFUSED)
                .allMatch(other -> other.message.submitted.isEarly(now, limits.maxDelayMillis()));
    }

    // ---- delivering ----

    /** The message that a worker has read, which has so many bodies. */
    Message read(Lease lease, MessageView view, int count) {
        List<Task> members = members(view, count);
        Gathered before = sets.get(view.id);
        if (before != null) {
            if (!before.members.equals(members)) {
                throw new Violation(before + " was delivered again as " + members);
            }
            return before.task.message;
        }
        Task head = members.getFirst();
        Message message = ledger.newMessage(queue.group.topic, 0, new Message.Payload(view.bodyLength, 0, 0),
                head.message.submitted);
        message.fate = Fate.UNKNOWN;
        Task task = queue.newTask(message, head.terms.takenOver());
        Gathered gathered = new Gathered(task, keys.getOrDefault(head, ""), members);
        sets.put(view.id, gathered);
        for (Task member : members) {
            place(member, gathered);
        }
        notEarly(gathered, lease);
        return message;
    }

    private List<Task> members(MessageView view, int count) {
        List<Task> members = new ArrayList<>();
        int at = view.bodyOffset;
        int end = view.bodyOffset + view.bodyLength;
        while (at < end) {
            int length = view.bytes.getInt(at);
            Integer number = Message.numberOf(view.bytes, at + Integer.BYTES, length);
            Task task = number == null || number >= ledger.messages.size() ? null : ledger.messages.get(number).task;
            if (task == null || !keys.containsKey(task)) {
                throw new Violation("something that does not gather in " + queue + " was delivered with others: "
                        + task);
            }
            members.add(task);
            at += Integer.BYTES + length;
        }
        if (members.size() != count || count > limits.maxSize()) {
            throw new Violation(members.size() + " were gathered, said to be " + count + ", at most "
                    + limits.maxSize());
        }
        return members;
    }

    private void place(Task member, Gathered gathered) {
        if (places.putIfAbsent(member, gathered) != null) {
            throw new Violation(member + " stands in two: " + places.get(member) + ", " + gathered);
        }
        if (!gathered.key.equals(keys.get(member))) {
            throw new Violation(member + " was gathered with others of another key: " + gathered);
        }
        if (member.message.fate == Fate.REFUSED) {
            throw new Violation(member + " was refused, and gathered: " + gathered);
        }
        if (member.endedOrder != Long.MAX_VALUE) {
            throw new Violation(member + " was cancelled or removed, and gathered: " + gathered);
        }
    }

    /** It was full, or nobody came for the grace period, or its longest delay was over. */
    private void notEarly(Gathered gathered, Lease lease) {
        Moment now = lease.delivered;
        long possible = 0;
        Moment first = gathered.members.getFirst().message.submitted;
        for (Task other : byKey.getOrDefault(gathered.key, List.of())) {
            Gathered place = places.get(other);
            boolean here = place == null ? other.message.fate != Fate.REFUSED : place.equals(gathered);
            if (here && other.message.submitted.order() < now.order()) {
                possible++;
                first = other.message.submitted.order() < first.order() ? other.message.submitted : first;
            }
            if (here && other.runs.stream().anyMatch(span -> span.submittedOrder < now.order())) {
                return;
            }
        }
        if (possible >= limits.maxSize()) {
            return;
        }
        Moment last = gathered.members.getLast().message.submitted;
        boolean early = last.isEarly(now, limits.graceMillis())
                && (limits.maxDelayMillis() == 0 || first.isEarly(now, limits.maxDelayMillis()));
        if (early) {
            throw new Violation(gathered + " came before its time: " + lease);
        }
    }

    // ---- the end ----

    void complete() {
        for (Task member : keys.keySet()) {
            Gathered gathered = places.get(member);
            boolean gone = member.mayBeCancelled(Long.MAX_VALUE) || member.terms.times().expiresMillis() > 0
                    || !queue.group.deadPurges.isEmpty() || !queue.group.topic.isLive();
            if (member.message.fate == Fate.ACCEPTED && gathered == null && !gone) {
                throw new Violation(member + " was never delivered with others of its key");
            }
            if (gathered != null && !gathered.task.mayBeGone()) {
                throw new Violation(gathered + " never came to its end");
            }
        }
    }
}
