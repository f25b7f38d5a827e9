package dev.millrace.node;

import dev.millrace.node.tasks.TaskSpec;
import java.time.Instant;
import java.util.List;

/** Refuses tasks whose deadline has passed when they are enqueued: no worker would ever run them. Stateless. */
final class Deadlines {
    private Deadlines() {}

    /** Throws IllegalArgumentException naming the task; their steps count, too. */
    static void check(List<TaskSpec> tasks, long wallMillis) {
        for (int i = 0; i < tasks.size(); i++) {
            TaskSpec task = tasks.get(i);
            String which = tasks.size() == 1 ? "" : "task " + i + ": ";
            check(which, task, wallMillis);
            List<TaskSpec.Step> then = task.flow().then();
            for (int step = 0; step < then.size(); step++) {
                check(which + "step " + step + ": ", then.get(step).task(), wallMillis);
            }
        }
    }

    private static void check(String which, TaskSpec task, long wallMillis) {
        long deadline = task.terms().deadlineMillis();
        if (deadline != 0 && deadline <= wallMillis) {
            throw new IllegalArgumentException(which + "deadline " + Instant.ofEpochMilli(deadline)
                    + " has passed, so no worker would run the task: give it a later one, or none");
        }
    }
}
