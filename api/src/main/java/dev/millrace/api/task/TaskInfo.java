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
 * @param attempts
 *            begun so far, snoozes not counted
 * @param maxAttempts
 *            its own or its queue's; 0: no limit
 * @param stopAsked
 *            it was cancelled, and its handler has not ended yet
 * @param history
 *            its last failed attempts, oldest first, those of which something was kept
 * @param times
 *            when what happens
 */
public record TaskInfo(MessageId id, String queue, Task task, TaskState state, int attempts, int maxAttempts,
        boolean stopAsked, List<FailedAttempt> history, TaskTimes times) {
    public TaskInfo {
        history = List.copyOf(history);
    }
}
