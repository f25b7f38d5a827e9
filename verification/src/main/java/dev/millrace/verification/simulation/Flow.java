package dev.millrace.verification.simulation;

import dev.millrace.core.machine.Letter;
import dev.millrace.core.message.MessageView;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A task with the steps that follow it, as its client enqueued them; all together it may be one member of a batch. */
final class Flow implements Origin {
    /** How a member of a batch may end. */
    enum How {
        DONE, DEAD, CANCELLED, EXPIRED
    }

    /** In the order in which they follow. */
    final List<Task> tasks = new ArrayList<>();
    final @Nullable FlowBatch batch;
    /** What the client was told of: the first task, or what was forwarded as it. */
    final Message head;
    private final Ledger ledger;

    Flow(Ledger ledger, Message head, @Nullable FlowBatch batch) {
        this.ledger = ledger;
        this.head = head;
        this.batch = batch;
    }

    void add(Task task) {
        tasks.add(task);
        task.flow = this;
        if (task.message != head) {
            task.origin = this;
            task.message.fate = Message.Fate.UNKNOWN;
        }
    }

    private boolean isForwarded() {
        return tasks.getFirst().message != head;
    }

    @Override
    public void read(Task task, Lease lease, MessageView view) {
        int place = tasks.indexOf(task);
        Map<String, String> headers = Headers.of(view);
        long previous = Headers.hex(headers.get(Letter.PREVIOUS_ID));
        if (place == 0) {
            if (head.fate == Message.Fate.REFUSED) {
                throw new Violation(task + " was refused, and forwarded: " + lease);
            }
            ledger.hasId(head, previous);
            return;
        }
        Task before = tasks.get(place - 1);
        if (before.message.id != previous) {
            throw new Violation(task + " says that it follows " + Long.toHexString(previous) + ", not " + before);
        }
        if (!before.mayBeAcked(lease.delivered.order())) {
            throw new Violation(task + " follows a task that is not done, as " + lease + ": " + before);
        }
        String result = before.result;
        if (result != null && before.unheardResults == 0 && passesResult(place)) {
            String passed = headers.getOrDefault(Letter.PREVIOUS_RESULT, "");
            if (!passed.equals(result)) {
                throw new Violation(task + " was told the result '" + passed + "' of " + before + ", which is '"
                        + result + "'");
            }
        }
    }

    /** Each other step is handed the result of the one before. */
    static boolean passesResult(int place) {
        return place % 2 == 0;
    }

    /** In which ways it may have come to its end by this moment, as a member; none if it cannot have. */
    EnumSet<How> outcomes(Moment at) {
        EnumSet<How> possible = EnumSet.noneOf(How.class);
        long order = at.order();
        for (Task task : tasks) {
            boolean acked = task.mayBeAcked(order);
            boolean certain = acked && task.entry().doneOrder != Long.MAX_VALUE;
            if (task.mayBeDead(at) && (!certain || task.entry().mayBeRedriven(0, order))) {
                possible.add(How.DEAD);
            }
            boolean gone = task.queue.group.topic.deleteSubmittedOrder < order;
            if (gone || (!certain && task.mayBeCancelled(order))) {
                possible.add(How.CANCELLED);
            }
            if (!certain && task.mayHaveExpired(at)) {
                possible.add(How.EXPIRED);
            }
            if (!acked) {
                return possible;
            }
        }
        possible.add(How.DONE);
        return possible;
    }

    /** In the end: a step of a task that is done has come, and what was forwarded, too. */
    void complete() {
        if (isForwarded() && head.fate == Message.Fate.ACCEPTED && head.topic.isLive()) {
            mustHaveCome(tasks.getFirst(), "it was forwarded");
        }
        for (int place = 1; place < tasks.size(); place++) {
            Task before = tasks.get(place - 1);
            if (before.entry().doneOrder != Long.MAX_VALUE && before.queue.group.topic.isLive()) {
                mustHaveCome(tasks.get(place), before + " is done");
            }
        }
    }

    private static void mustHaveCome(Task task, String why) {
        if (!task.mayBeGone()) {
            throw new Violation(task + " never came to its end although " + why);
        }
    }

    @Override
    public String toString() {
        return "flow of " + tasks.size() + " tasks, the first " + tasks.getFirst();
    }
}
