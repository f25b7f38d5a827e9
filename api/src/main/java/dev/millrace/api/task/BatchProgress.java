package dev.millrace.api.task;

import dev.millrace.api.internal.FlowHeaders;
import java.util.Map;
import java.util.Optional;

/**
 * How far a batch is.
 *
 * <pre>
 *   worker.handle("report", (task, context) -&gt; {
 *       BatchProgress end = BatchProgress.of(task).orElseThrow();
 *       send(end.done() + " of " + end.added() + " mails are out");
 *   });
 * </pre>
 *
 * @param state
 *            where it is in its life
 * @param added
 *            tasks so far
 * @param done
 *            of them succeeded; of a chain, its last step did
 * @param dead
 *            were given up; one that is redriven later does not count again
 * @param cancelled
 *            were cancelled, deleted or purged, or their next step was a duplicate
 * @param expired
 *            were not done in time
 */
public record BatchProgress(State state, long added, long done, long dead, long cancelled, long expired) {
    /** Where a batch is in its life. */
    public enum State {
        /** Tasks can be added. */
        OPEN,
        /** No task is added any more; some are not over. */
        CLOSED,
        /** All tasks are over, and the task that waited for it has been enqueued. */
        OVER
    }

    /** What the task that ends a batch is told of it; empty of any other task. */
    public static Optional<BatchProgress> of(Task completion) {
        Map<String, String> headers = completion.headers();
        return headers.containsKey(FlowHeaders.BATCH_ID)
                ? Optional.of(new BatchProgress(State.OVER, count(headers, "added"), count(headers, "done"),
                        count(headers, "dead"), count(headers, "cancelled"), count(headers, "expired")))
                : Optional.empty();
    }

    private static long count(Map<String, String> headers, String what) {
        return Long.parseLong(headers.getOrDefault(FlowHeaders.BATCH + what, "0"));
    }

    /** Tasks that are not over. */
    public long pending() {
        return added - done - dead - cancelled - expired;
    }

    /** Whether all tasks are over and none can be added: the task that waited for it has been enqueued. */
    public boolean isOver() {
        return state == State.OVER;
    }
}
