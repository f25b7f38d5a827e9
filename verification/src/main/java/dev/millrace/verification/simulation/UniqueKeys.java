package dev.millrace.verification.simulation;

import dev.millrace.verification.simulation.Message.Fate;
import dev.millrace.verification.simulation.TaskTerms.Unique;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A unique key is taken once in its window; a repeat is told who holds it; after the window it is taken again. */
final class UniqueKeys {
    /** A repeat was told of a task of which no client knew. */
    private record Claim(Task repeat, long holder) {}

    private final Ledger ledger;
    private final Map<String, List<Task>> byKey = new LinkedHashMap<>();
    private final List<Claim> claims = new ArrayList<>();

    UniqueKeys(Ledger ledger) {
        this.ledger = ledger;
    }

    private List<Task> ofKey(Task task) {
        return byKey.getOrDefault(task.terms.unique().key(), List.of());
    }

    void add(Task task) {
        if (!task.terms.unique().key().isEmpty()) {
            byKey.computeIfAbsent(task.terms.unique().key(), key -> new ArrayList<>()).add(task);
        }
    }

    /** The shard has this task: no other one of its key may have held it. */
    void check(Task task) {
        for (Task other : ofKey(task)) {
            if (other != task && other.isKnown()) {
                if (other.isBefore(task)) {
                    checkApart(other, task);
                } else {
                    checkApart(task, other);
                }
            }
        }
    }

    private static void checkApart(Task first, Task second) {
        Moment taken = second.knownSince();
        if (taken == null || first.queue.group.topic.deleteSubmittedOrder < taken.order()) {
            // Keys go with their queue, whose name a task of the other side may have taken since.
            return;
        }
        Unique unique = first.terms.unique();
        if (unique.windowMillis() > 0 && first.message.submitted.isEarly(taken, unique.windowMillis())) {
            throw new Violation(second + " was taken by " + taken + " in the window of " + first);
        }
        if (unique.untilDone() && !first.mayBeOver(taken)) {
            throw new Violation(second + " was taken by " + taken + " while its key was held by " + first);
        }
    }

    /** A repeat was told that the message of this id holds its key. */
    void refused(Task repeat, long holderId, Moment now) {
        Message message = ledger.byId(holderId);
        if (message == null) {
            boolean unheard = ofKey(repeat).stream()
                    .anyMatch(task -> task != repeat && !task.isKnown() && task.message.fate != Fate.REFUSED);
            if (!unheard) {
                throw new Violation(repeat + " was refused for a message that nobody enqueued: "
                        + Long.toHexString(holderId));
            }
            claims.add(new Claim(repeat, holderId));
            return;
        }
        Task holder = checkHolder(repeat, message);
        Unique unique = holder.terms.unique();
        Moment since = holder.knownSince();
        boolean inWindow = unique.windowMillis() > 0
                && (since == null || !since.isOver(repeat.message.submitted, unique.windowMillis()));
        boolean underWay = unique.untilDone() && !holder.isOver(repeat.message.submitted.order());
        if (!inWindow && !underWay) {
            throw new Violation(repeat + " was refused at " + now + " although its key was free again; told holder: "
                    + holder);
        }
    }

    private static Task checkHolder(Task repeat, Message message) {
        Task holder = message.task;
        if (holder == null || holder.queue != repeat.queue
                || !holder.terms.unique().key().equals(repeat.terms.unique().key())) {
            throw new Violation(repeat + " was refused for " + message + ", which does not hold its key");
        }
        return holder;
    }

    /** In the end: what is known of a holder only now. */
    void complete() {
        for (Claim claim : claims) {
            Message message = ledger.byId(claim.holder);
            if (message != null) {
                checkHolder(claim.repeat, message);
            }
        }
        byKey.values().forEach(tasks -> tasks.stream().filter(Task::isKnown).forEach(this::check));
    }
}
