package dev.millrace.api.task;

import dev.millrace.api.FailedAttempt;
import dev.millrace.api.MessageId;
import java.util.List;

/**
 * A task as it stands.
 *
 * @param id
 *            of the task
 * @param queue
 *            it is in
 * @param task
 *            as it was enqueued, but for its delay, which is 0
 * @param state
 *            where it is in its life
 * @param tried
 *            its attempts so far
 * @param times
 *            when what happens
 * @param stopAsked
 *            it was cancelled, and its handler has not ended yet
 * @param output
 *            what its handlers said
 */
public record TaskInfo(MessageId id, String queue, Task task, TaskState state, Attempts tried, TaskTimes times,
        boolean stopAsked, TaskOutput output) {

    /**
     * How often it was tried.
     *
     * @param made
     *            begun so far, snoozes not counted
     * @param most
     *            its own or its queue's; 0: no limit
     * @param failed
     *            its last failed attempts, oldest first, those of which something was kept
     */
    public record Attempts(int made, int most, List<FailedAttempt> failed) {
        public Attempts {
            failed = List.copyOf(failed);
        }
    }

    /** Attempts begun so far. */
    public int attempts() {
        return tried.made;
    }

    /** After so many failed attempts it is dead; 0: no limit. */
    public int maxAttempts() {
        return tried.most;
    }

    /** Its last failed attempts, oldest first. */
    public List<FailedAttempt> history() {
        return tried.failed;
    }
}
