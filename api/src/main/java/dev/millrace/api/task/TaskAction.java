package dev.millrace.api.task;

/** What an operator does to a task. */
public enum TaskAction {
    /** It does not run, or its handler is told to stop, and it is not tried again. */
    CANCEL,
    /** A scheduled or retrying one is ready now. */
    RUN_NOW,
    /**
     * One that waits is given up: it is dead, and can be redriven. Not one behind others of its ordering or limit key, which
     * can be cancelled.
     */
    ARCHIVE,
    /** A dead one is ready again, attempts counted from the beginning. */
    REDRIVE,
    /** One that no worker has is forgotten. */
    DELETE
}
