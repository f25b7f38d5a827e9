package dev.millrace.verification.simulation;

/** What clients do in a run. */
public enum Workload {
    /** Publish and consume messages. */
    MESSAGES,
    /** Enqueue tasks and work on them. */
    TASKS,
    /** Both, on the same shards. */
    MIXED
}
