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
 *            as it was enqueued
 * @param state
 *            where it is in its life
 * @param attempts
 *            begun so far, snoozes not counted
 * @param history
 *            its last failed attempts, oldest first
 * @param progress
 *            of the attempt that runs or ran last
 * @param times
 *            when what happened
 */
public record TaskInfo(MessageId id, String queue, Task task, TaskState state, int attempts,
        List<FailedAttempt> history, Progress progress, TaskTimes times) {
    public TaskInfo {
        history = List.copyOf(history);
    }
}
