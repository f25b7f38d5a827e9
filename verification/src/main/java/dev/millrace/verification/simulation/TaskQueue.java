package dev.millrace.verification.simulation;

import dev.millrace.core.machine.GroupLimits;
import dev.millrace.core.shard.Outcome;
import dev.millrace.verification.simulation.Command.EnqueueTasks;
import dev.millrace.verification.simulation.Message.Fate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** What clients know of a task queue: its tasks by their keys, who was given what, which limits may hold. */
final class TaskQueue {
    static final String GROUP = "tasks";
    /** What its group says for tasks that say nothing: as a queue that nobody set anything of, but with short waits. */
    static final int MAX_ATTEMPTS = 25;
    static final long MIN_BACKOFF_MILLIS = 10;
    static final long MAX_BACKOFF_MILLIS = 200;
    static final int JITTER_PERCENT = 25;

    private static final Comparator<Lease> IN_ORDER = Comparator
            .comparingLong((Lease lease) -> lease.delivered.order())
            .thenComparingInt(lease -> lease.index);

    /** Limits that somebody asked for. */
    private record Asked(Span span, GroupLimits limits) {}

    final GroupBook group;
    final List<Task> tasks = new ArrayList<>();
    /** Leases that were read, in the order in which they were handed out. */
    final TreeSet<Lease> leases = new TreeSet<>(IN_ORDER);
    private final Ledger ledger;
    private final Map<String, List<Task>> byKey = new LinkedHashMap<>();
    private final Map<String, TreeSet<Lease>> byLimit = new LinkedHashMap<>();
    private final UniqueKeys uniques;
    private final TaskChecks checks = new TaskChecks(this);
    /** Of each delivery, how much nobody has read. */
    private final TreeMap<Long, Integer> unread = new TreeMap<>();
    private final List<Asked> asked = new ArrayList<>();
    boolean paused;
    /** What is delivered together with others. */
    final Gatherings gathered;

    TaskQueue(GroupBook group, Ledger ledger) {
        this.group = group;
        this.ledger = ledger;
        uniques = new UniqueKeys(ledger);
        gathered = new Gatherings(this, ledger);
        group.queue = this;
        group.everLimited = true;
    }

    boolean isThere() {
        return group.confirmedOrder != Long.MAX_VALUE;
    }

    // ---- enqueueing ----

    Task newTask(Message message, TaskTerms terms) {
        Task task = new Task(this, message, terms);
        message.task = task;
        tasks.add(task);
        if (!terms.key().isEmpty()) {
            byKey.computeIfAbsent(terms.key(), key -> new ArrayList<>()).add(task);
        }
        uniques.add(task);
        return task;
    }

    /** An answer to a batch has come. */
    static void answered(EnqueueTasks command, byte result, Moment now) {
        List<Task> tasks = command.tasks();
        for (int i = 0; i < tasks.size(); i++) {
            Task task = tasks.get(i);
            byte outcome = result == Outcome.OK ? command.batch().outcome(i) : result;
            switch (outcome) {
                case Outcome.OK -> {
                    task.queue.ledger.accepted(task.message, command.batch().id(i), now);
                    task.queue.ledger.risesAbove(task.message, command.highestIdBefore());
                    if (task.flow != null && task.flow.batch != null) {
                        task.flow.batch.joined(task.flow);
                    }
                }
                case Outcome.DUPLICATE -> {
                    task.message.fate = Fate.REFUSED;
                    task.queue.uniques.refused(task, command.batch().id(i), now);
                }
                case Outcome.NO_BATCH -> {
                    task.message.fate = Fate.REFUSED;
                    batchOf(task).mustBeShut(now);
                }
                default -> {
                    if (outcome != Outcome.NO_ROOM && Outcome.limit(outcome).isEmpty()) {
                        throw new Violation("enqueue answered " + outcome);
                    }
                    task.message.fate = Fate.REFUSED;
                }
            }
        }
    }

    private static FlowBatch batchOf(Task task) {
        Flow flow = task.flow;
        if (flow == null || flow.batch == null) {
            throw new Violation(task + " is of no batch, and was told that there is none");
        }
        return flow.batch;
    }

    void accepted(Task task, Moment now) {
        group.confirmedOrder = Math.min(group.confirmedOrder, now.order());
        uniques.check(task);
    }

    // ---- delivering ----

    void given(List<Lease> delivered) {
        if (!delivered.isEmpty()) {
            unread.put(delivered.getFirst().delivered.order(), delivered.size());
        }
    }

    /** A worker has read a delivery; what holds of any message has been checked. */
    void read(Task task, Entry entry, Lease lease) {
        unread.computeIfPresent(lease.delivered.order(), (order, left) -> left == 1 ? null : left - 1);
        leases.add(lease);
        if (!task.terms.limitKey().isEmpty()) {
            limited(task).add(lease);
        }
        if (entry.leases.size() == 1 && task.accepted == null) {
            uniques.check(task);
        }
        checks.check(task, lease);
    }

    /** How many attempts at a message may have been made between two moments of which nobody knows. */
    long hiddenAttempts(Moment since, Moment at) {
        long hidden = at.restarts() - since.restarts();
        for (int left : unread.subMap(since.order(), false, at.order(), false).values()) {
            hidden += left;
        }
        return hidden;
    }

    /** Those of the same ordering key, this one included. */
    List<Task> ofKey(Task task) {
        return byKey.getOrDefault(task.terms.key(), List.of());
    }

    /** Leases of the task's limit key. */
    NavigableSet<Lease> limited(Task task) {
        return byLimit.computeIfAbsent(task.terms.limitKey(), key -> new TreeSet<>(IN_ORDER));
    }

    // ---- limits ----

    void asked(Span span, GroupLimits limits) {
        asked.add(new Asked(span, limits));
    }

    /** All limits that may have been in force at some moment between two events. */
    List<GroupLimits> limits(long fromOrder, long toOrder) {
        List<GroupLimits> possible = new ArrayList<>(List.of(GroupLimits.NONE));
        for (Asked each : asked) {
            if (each.span.submittedOrder > toOrder) {
                break;
            }
            if (each.span.answered && each.span.endedOrder < fromOrder) {
                possible.clear();
            }
            possible.add(each.limits);
        }
        return possible;
    }

    // ---- the end ----

    /** With all that is known in the end, everything is checked once more. */
    void complete() {
        uniques.complete();
        gathered.complete();
        for (Task task : tasks) {
            for (Lease lease : task.entry().leases.values()) {
                checks.check(task, lease);
            }
        }
    }

    @Override
    public String toString() {
        return group.toString();
    }
}
