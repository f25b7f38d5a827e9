package dev.millrace.core.machine;

/** What a machine still keeps in memory when all tasks are over: nothing. For the simulator in room verification. */
public final class Leftovers {
    private Leftovers() {}

    /** What is left of a tracked topic, as text; empty when there is nothing. */
    public static String of(Machine machine, String name) {
        Topic topic = machine.topic(name);
        StringBuilder left = new StringBuilder();
        for (Group group : topic.groups) {
            Tracking tracking = group.tracking();
            messages(left, tracking);
            add(left, "dead letters", tracking.dead.size());
            add(left, "ordering keys", tracking.lines.size());
            add(left, "limit keys", tracking.limits.rows.size());
            add(left, "outputs", tracking.outputs.freeze().size());
            add(left, "results that mails need", tracking.mailed.size());
            add(left, "members of batches", tracking.follows.members.size() + tracking.follows.live.size());
            add(left, "sets that gather", tracking.gathering.sets.size());
            add(left, "notes of attempts", group.notes.size() + group.deadNotes.size());
        }
        add(left, "batches that are not over", underWay(topic.keys().batches));
        add(left, "unique keys", topic.keys().uniques.rows.size());
        add(left, "holders of unique keys", topic.keys().uniques.holders.size());
        add(left, "ids of clients", topic.keys().clientIds.rows.size());
        return left.toString();
    }

    /** The counts of those that are over are kept for a while. */
    private static int underWay(BatchTable batches) {
        int waiting = 0;
        for (long id : batches.rows.keys()) {
            waiting += batches.has(id) && !batches.progress(id).over() ? 1 : 0;
        }
        return waiting;
    }

    private static void messages(StringBuilder left, Tracking tracking) {
        add(left, "messages", tracking.rows.size());
        tracking.rows.freeze()
                .visit(Integer.MAX_VALUE, (words, at) -> left.append(" (")
                        .append(words[at] - 1)
                        .append(" in state ")
                        .append(Status.state(words[at + Tracking.STATUS]))
                        .append(')'));
    }

    private static void add(StringBuilder left, String what, long number) {
        if (number != 0) {
            left.append(left.isEmpty() ? "" : ", ").append(number).append(' ').append(what);
        }
    }
}
