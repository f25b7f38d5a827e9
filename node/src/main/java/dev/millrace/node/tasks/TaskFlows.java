package dev.millrace.node.tasks;

import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Tasks that belong together: batches and groups. Futures complete and fail as those of {@link Tasks}. Any thread.
 *
 * <p>
 * A batch is the task that waits for its end: it has that task's id, and is called off when that task is cancelled or
 * deleted. Tasks are added by enqueueing them with its {@link TaskSpec.BatchRef}.
 */
public interface TaskFlows {
    /**
     * Opens a batch, making the queue if it is missing.
     *
     * @param completion
     *            the task that is enqueued when the batch is closed and all its tasks are over; headers
     *            {@code millrace-batch-...} have the counts
     */
    CompletableFuture<Enqueued> openBatch(String queue, TaskSpec completion);

    /** Opens a batch of whose end no task is told; {@link #batch} tells it to those who ask. */
    CompletableFuture<Enqueued> openBatch(String queue);

    /** No task is added any more; false when there is no such batch. One that is closed already, or over, stays so. */
    CompletableFuture<Boolean> closeBatch(TaskSpec.BatchRef batch);

    /**
     * How far a batch is; empty when there is none of this id: it never was, was called off, or was over before the last
     * 1,000 of its queue that are.
     */
    CompletableFuture<Optional<BatchInfo>> batch(TaskSpec.BatchRef batch);

    /**
     * The same as soon as the batch is over or gone, at the latest after this time. Nobody asks again and again meanwhile, and
     * no thread waits; cancelling the future gives it up. Refused with {@code LIMIT} when thousands wait already.
     */
    CompletableFuture<Optional<BatchInfo>> batch(TaskSpec.BatchRef batch, Duration atMost);

    /**
     * The batches of a queue by id: those that are open or closed, and the last 1,000 that are over.
     *
     * @param after
     *            {@link BatchPage#next} of the page before; 0: from the first
     * @param limit
     *            1 to 1,000
     */
    CompletableFuture<BatchPage> batches(String queue, BatchFilter which, long after, int limit);

    /** What doors say of a batch that is not there. */
    static String missing(TaskSpec.BatchRef batch) {
        return "queue '" + batch.queue() + "' has no batch " + HexFormat.of().toHexDigits(batch.id())
                + ": it never was, was called off, or was over long ago; the task that was enqueued then has the counts";
    }

    /** Sets when the tasks of one group key of a queue are delivered together. */
    CompletableFuture<Void> groups(String queue, QueueGroups groups);

    /** When they are. */
    CompletableFuture<QueueGroups> groups(String queue);

    /**
     * The groups of a queue of which tasks wait to be delivered as one. A page may hold fewer than asked for although more
     * follow.
     *
     * @param after
     *            {@link GroupPage#next} of the page before; 0: from the first
     * @param limit
     *            1 to 1,000
     */
    CompletableFuture<GroupPage> waiting(String queue, long after, int limit);
}
