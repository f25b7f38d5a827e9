package dev.millrace.node.tasks;

/**
 * How far a batch is.
 *
 * @param batch
 *            which
 * @param closed
 *            no more tasks can be added
 * @param over
 *            all its tasks are, and the task that waited for it has been enqueued
 * @param added
 *            tasks so far
 * @param done
 *            of them succeeded
 * @param dead
 *            were given up
 * @param cancelled
 *            were cancelled or deleted
 * @param expired
 *            expired
 */
public record BatchInfo(TaskSpec.BatchRef batch, boolean closed, boolean over, long added, long done, long dead,
        long cancelled, long expired) {
    /** Tasks that are not over. */
    public long open() {
        return added - done - dead - cancelled - expired;
    }
}
