package dev.millrace.node.tasks;

/**
 * What became of a task that was to be enqueued.
 *
 * @param id
 *            of the task; of a duplicate that of the task that has the same id of a client, or else the unique key; 0 when it
 *            was refused
 * @param duplicate
 *            nothing was enqueued, because another task has this id or holds the unique key
 * @param refusal
 *            why it was refused, naming the limit and its setting, or empty
 */
public record Enqueued(long id, boolean duplicate, String refusal) {}
