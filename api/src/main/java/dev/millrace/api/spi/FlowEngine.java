package dev.millrace.api.spi;

import dev.millrace.api.task.BatchId;
import dev.millrace.api.task.BatchProgress;
import dev.millrace.api.task.Enqueued;
import dev.millrace.api.task.QueueGroups;
import dev.millrace.api.task.Task;
import java.util.concurrent.CompletableFuture;

/**
 * Batches and groups of an engine. The same rules hold as for {@link Engine}; a batch that is not there fails with
 * {@link dev.millrace.api.MillraceException.NotFound}.
 */
public interface FlowEngine {
    /** Opens a batch, making the queue if it is missing; its id is that of the answer. */
    CompletableFuture<Enqueued> openBatch(String queue, Task completion);

    /** No task is added any more; one that is closed or over stays so. */
    CompletableFuture<Void> closeBatch(BatchId batch);

    CompletableFuture<BatchProgress> batch(BatchId batch);

    /** Makes the queue if it is missing. */
    CompletableFuture<Void> groups(String queue, QueueGroups groups);

    CompletableFuture<QueueGroups> groups(String queue);
}
