package dev.millrace.api.task;

/** Where a task is in its life. */
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
    DEAD,
    /** Called off; kept for its retention, without one only counted ({@link QueueStats}). */
    CANCELLED,
    /** Not done in time; kept for its retention, without one only counted. */
    EXPIRED
}
