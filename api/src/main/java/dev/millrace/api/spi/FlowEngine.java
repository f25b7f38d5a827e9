package dev.millrace.api.spi;

import dev.millrace.api.Page;
import dev.millrace.api.task.BatchId;
import dev.millrace.api.task.BatchInfo;
import dev.millrace.api.task.BatchProgress;
import dev.millrace.api.task.Enqueued;
import dev.millrace.api.task.QueueGroups;
import dev.millrace.api.task.Task;
import dev.millrace.api.task.WaitingGroup;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Batches and groups of an engine. The same rules hold as for {@link Engine}; a batch that is not there fails with
 * {@link dev.millrace.api.MillraceException.NotFound}.
 */
public interface FlowEngine {
    /** Opens a batch, making the queue if it is missing; its id is that of the answer. */
    CompletableFuture<Enqueued> openBatch(String queue, Task completion);

    /** Opens a batch of whose end no task is told. */
    CompletableFuture<Enqueued> openBatch(String queue);

    /** No task is added any more; one that is closed or over stays so. */
    CompletableFuture<Void> closeBatch(BatchId batch);

    CompletableFuture<BatchProgress> batch(BatchId batch);

    /**
     * The same as soon as the batch is over, at the latest after about this time; an engine may answer sooner. Cancelling the
     * future gives the waiting up.
     */
    CompletableFuture<BatchProgress> batch(BatchId batch, Duration atMost);

    /** A page of the batches of a queue by id; empty state: all. */
    CompletableFuture<Page<BatchInfo>> batches(String queue, Optional<BatchProgress.State> state, String cursor,
            int limit);

    /** Makes the queue if it is missing. */
    CompletableFuture<Void> groups(String queue, QueueGroups groups);

    CompletableFuture<QueueGroups> groups(String queue);

    /** A page of the groups of which tasks wait. */
    CompletableFuture<Page<WaitingGroup>> waitingGroups(String queue, String cursor, int limit);
}
