package dev.millrace.api.task;

/**
 * Where a task is in its life. What was cancelled or has expired is not kept, only counted ({@link QueueStats}).
 */
public enum TaskState {
    /** Not due yet. */
    SCHEDULED,
    /** A worker can take it. */
    READY,
    /** A worker has it. */
    LEASED,
    /** Waits for its next attempt. */
    RETRYING,
    /** Succeeded; kept for its retention. */
    DONE,
    /** Given up: its attempts are used up, or a handler threw {@link dev.millrace.api.SkipRetry}. */
    DEAD
}
