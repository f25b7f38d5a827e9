package dev.millrace.verification.simulation;

/** What clients do in a run. */
public enum Workload {
    /** Publish and consume messages. */
    MESSAGES,
    /** Enqueue tasks and work on them. */
    TASKS,
    /** Tasks, chains of them, batches and groups, over shards that send each other mail. */
    FLOWS,
    /** Messages and tasks, on the same shards. */
    MIXED
}
