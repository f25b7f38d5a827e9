package dev.millrace.api.task;

/** Handles one task at a time on a thread of its own. */
@FunctionalInterface
public interface TaskHandler {
    /**
     * Returning completes the task. An exception is a failed attempt, its text kept; {@link dev.millrace.api.SkipRetry}
     * makes the task dead at once, {@link dev.millrace.api.Snooze} puts it off without counting a failure.
     */
    void handle(Task task, TaskContext context) throws Exception;
}
