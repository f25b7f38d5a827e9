package dev.millrace.verification.simulation;

import dev.millrace.core.message.MessageView;
import dev.millrace.verification.simulation.Message.Fate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything that clients were told, and what follows from it. It knows nothing of the shards' insides: a violation here
 * is one that a user could see.
 */
final class Ledger {
    final Map<String, TopicBook> topics = new LinkedHashMap<>();
    final List<Message> messages = new ArrayList<>();
    private final Map<Long, Message> byId = new HashMap<>();
    private final VirtualClock clock;
    private final Map<Integer, Long> highestIds = new HashMap<>();

    Ledger(VirtualClock clock) {
        this.clock = clock;
    }

    // ---- publishing ----

    Message newMessage(TopicBook topic, long command, Message.Payload payload, Moment now) {
        Message message = new Message(messages.size(), topic, command, payload, now);
        messages.add(message);
        topic.messages.add(message);
        return message;
    }

    void accepted(Message message, long id, Moment now) {
        message.fate = Fate.ACCEPTED;
        message.answeredOrder = now.order();
        hasId(message, id);
        if (message.task != null) {
            message.task.accepted(now);
        }
    }

    /** Ids belong to one message for ever. */
    void hasId(Message message, long id) {
        Message known = byId.putIfAbsent(id, message);
        if ((known != null && known != message) || (message.id != 0 && message.id != id)) {
            throw new Violation("id " + Long.toHexString(id) + " of " + message + " is that of " + known);
        }
        message.id = id;
    }

    /** Ids of a shard rise: what was submitted after an answer has a higher id than that answer named. */
    void risesAbove(Message message, long highestAtSubmit) {
        if (Long.compareUnsigned(message.id, highestAtSubmit) <= 0) {
            throw new Violation("id " + Long.toHexString(message.id) + " of " + message + " is not above "
                    + Long.toHexString(highestAtSubmit) + ", which was answered before it was submitted");
        }
        highestIds.merge(message.topic.shard, message.id, (a, b) -> Long.compareUnsigned(a, b) > 0 ? a : b);
    }

    long highestId(int shard) {
        return highestIds.getOrDefault(shard, 0L);
    }

    // ---- delivering ----

    /** A consumer has read a delivery. */
    void read(Lease lease, GroupBook group, MessageView view) {
        Message message = recognised(lease, group, view);
        if (message.topic != group.topic || message.bytes != view.bodyLength) {
            throw new Violation(message + " was delivered in " + group);
        }
        if (message.fate == Fate.REFUSED) {
            throw new Violation("refused " + message + " was delivered in " + group);
        }
        hasId(message, view.id);
        Entry entry = group.entry(message);
        lease.entry = entry;
        lease.token = view.token;
        lease.attempts = view.attempts;
        notOver(entry, lease);
        notEarly(entry, lease);
        Map.Entry<Long, Lease> before = entry.leases.lowerEntry(lease.delivered.order());
        Map.Entry<Long, Lease> after = entry.leases.higherEntry(lease.delivered.order());
        if (before != null) {
            follows(entry, before.getValue(), lease);
        }
        if (after != null) {
            follows(entry, lease, after.getValue());
        }
        entry.leases.put(lease.delivered.order(), lease);
        entry.maybeDone = entry.maybeDone && lease.delivered.order() < lastAnswer(entry);
        if (message.task != null) {
            message.task.queue.read(message.task, entry, lease);
            Origin origin = message.task.origin;
            if (origin != null) {
                origin.read(message.task, lease, view);
            }
        }
    }

    private Message recognised(Lease lease, GroupBook group, MessageView view) {
        int gathered = Headers.gathered(view);
        if (gathered > 0 && group.queue != null) {
            return group.queue.gathered.read(lease, view, gathered);
        }
        Integer number = Message.numberOf(view.bytes, view.bodyOffset, view.bodyLength);
        if (number == null || number >= messages.size()) {
            throw new Violation("a body that nobody published was delivered in " + group + ", id "
                    + Long.toHexString(view.id));
        }
        return messages.get(number);
    }

    private static long lastAnswer(Entry entry) {
        return entry.leases.values()
                .stream()
                .mapToLong(lease -> lease.answeredOrder == Long.MAX_VALUE ? 0 : lease.answeredOrder)
                .max()
                .orElse(0);
    }

    private static void notOver(Entry entry, Lease lease) {
        long order = lease.delivered.order();
        if (entry.doneOrder < order) {
            throw new Violation(entry + " was acknowledged, and delivered again: " + lease);
        }
        boolean redriven = entry.mayBeRedriven(entry.deadOrder, order);
        if (entry.deadOrder < order && !redriven) {
            throw new Violation(entry + " was buried, and delivered again: " + lease);
        }
        boolean plain = entry.message.delayMillis == 0 && !entry.group.topic.everPaused;
        boolean purged = entry.group.empties.stream()
                .anyMatch(span -> span.answered && span.endedOrder < order
                        && entry.message.answeredOrder < span.submittedOrder
                        && !mayComeBackFromTheDead(entry, span.submittedOrder, order));
        if (plain && purged) {
            throw new Violation(entry + " was purged, and delivered again: " + lease);
        }
        if (entry.group.deleteAnswered && entry.group.deleteSubmittedOrder < order) {
            throw new Violation(entry + " was delivered after its group was deleted: " + lease);
        }
    }

    /** What was said by the wall clock is early until that has shown it, however long it was in true time. */
    private boolean isEarly(Message message, Lease lease) {
        return message.dueAtMillis > 0
                ? clock.latestWallMillis(message.submitted.nanos()) < message.dueAtMillis
                : message.submitted.isEarly(lease.delivered, message.delayMillis);
    }

    private void notEarly(Entry entry, Lease lease) {
        Message message = entry.message;
        long order = lease.delivered.order();
        if (isEarly(message, lease)
                && !entry.mayBeRunNow(message.submitted.order(), order)) {
            throw new Violation("deferred " + message + " was delivered early: " + lease);
        }
        boolean afterRetry = entry.retryGrantedOrder < lease.delivered.order();
        boolean later = entry.leases.values()
                .stream()
                .anyMatch(other -> other.delivered.order() > entry.retrySubmitted.order());
        boolean redriven = entry.mayBeRedriven(entry.retrySubmitted.order(), order)
                || entry.mayBeRunNow(entry.retrySubmitted.order(), order);
        if (afterRetry && !later && !redriven
                && entry.retrySubmitted.isEarly(lease.delivered, entry.retryDelayMillis)) {
            throw new Violation(entry + " was given back for " + entry.retryDelayMillis + " ms at "
                    + entry.retrySubmitted + ", and delivered early: " + lease);
        }
    }

    /** Two deliveries of one message in one group, one after the other. */
    private static void follows(Entry entry, Lease earlier, Lease later) {
        if (earlier.token == later.token) {
            throw new Violation(entry + " was delivered twice under one token: " + earlier + ", " + later);
        }
        if (!earlier.mayBeOver(later.delivered)) {
            throw new Violation(entry + " is with two consumers at once: " + earlier + ", " + later);
        }
        if (later.attempts > earlier.attempts || entry.message.task != null) {
            return;
        }
        if (!mayComeBackFromTheDead(entry, earlier.delivered.order(), later.delivered.order())) {
            throw new Violation("attempts of " + entry + " did not rise: " + earlier + ", " + later);
        }
    }

    /** Whether it may have been dead, which emptying leaves alone, and been redriven between two events. */
    private static boolean mayComeBackFromTheDead(Entry entry, long afterOrder, long beforeOrder) {
        return mayHaveDied(entry.group, entry)
                && entry.mayBeRedriven(afterOrder, beforeOrder);
    }

    // ---- the end ----

    @Nullable
    Message byId(long id) {
        return byId.get(id);
    }

    /** After everything was consumed: nothing that had to be delivered is missing. */
    void complete() {
        for (TopicBook topic : topics.values()) {
            for (GroupBook group : topic.groups.values()) {
                Map<Long, Boolean> commands = new HashMap<>();
                for (Message message : topic.messages) {
                    complete(group, message, commands);
                }
            }
        }
    }

    private static void complete(GroupBook group, Message message, Map<Long, Boolean> commands) {
        if (!group.mustGet(message) || message.fate == Fate.REFUSED) {
            return;
        }
        Entry entry = group.entries.get(message);
        Task task = message.task;
        boolean over = (entry != null && entry.isOver()) || mayBePurgedDead(group, message, entry)
                || (task != null && task.mayHaveBeenEnded());
        if (message.fate == Fate.ACCEPTED && !over) {
            throw new Violation(message + " was accepted and never came to its end in " + group + ": "
                    + (entry == null ? "not delivered" : "last " + entry.leases.lastEntry()));
        }
        if (task != null) {
            return;
        }
        Boolean others = commands.putIfAbsent(message.command, over);
        if (others != null && others != over) {
            throw new Violation("of one publish command a part was stored and a part was not: " + message);
        }
    }

    private static boolean mayBePurgedDead(GroupBook group, Message message, @Nullable Entry entry) {
        return mayHaveDied(group, entry)
                && group.deadPurges.stream().anyMatch(span -> span.endedOrder > message.submitted.order());
    }

    /** Attempts count that nobody came to read, so a limit of them may have brought any message to its end. */
    private static boolean mayHaveDied(GroupBook group, @Nullable Entry entry) {
        return group.everLimited || (entry != null && (entry.maybeBuried || entry.deadOrder != Long.MAX_VALUE));
    }
}
