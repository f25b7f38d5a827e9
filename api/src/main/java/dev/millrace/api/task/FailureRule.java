package dev.millrace.api.task;

/** Chooses by the error what becomes of a task. */
@FunctionalInterface
public interface FailureRule {
    /** Called on the handler's thread after it threw; if it throws itself, the task is tried again by its own policy. */
    AfterFailure after(Task task, TaskContext context, Exception error);
}
