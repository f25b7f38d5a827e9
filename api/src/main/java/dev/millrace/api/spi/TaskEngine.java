package dev.millrace.api.spi;

import dev.millrace.api.MessageId;
import dev.millrace.api.Page;
import dev.millrace.api.task.Enqueued;
import dev.millrace.api.task.QueueLimits;
import dev.millrace.api.task.QueueStats;
import dev.millrace.api.task.Task;
import dev.millrace.api.task.TaskAction;
import dev.millrace.api.task.TaskFilter;
import dev.millrace.api.task.TaskInfo;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The task queues of an engine. The same rules hold as for {@link Engine}; ids of tasks unknown answer false or empty. */
public interface TaskEngine extends TaskSource {
    /**
     * What a slice of a bulk action did.
     *
     * @param done
     *            tasks
     * @param next
     *            the cursor of the next slice; empty when this was the last one
     */
    record Slice(long done, Optional<String> next) {}

    /** Enqueues in this order, making the queue if it is missing. The caller bounds what is under way. */
    CompletableFuture<List<Enqueued>> enqueue(String queue, List<Task> tasks);

    CompletableFuture<Optional<TaskInfo>> task(String queue, MessageId id);

    /** The task that has this id of the application's own. */
    CompletableFuture<Optional<MessageId>> idOf(String queue, String id);

    /** The engine refuses a cursor that it did not give. */
    CompletableFuture<Page<TaskInfo>> tasks(String queue, TaskFilter which, String cursor, int limit);

    /** Whether it was done; for a leased task that is to be cancelled, whether its worker was asked to stop. */
    CompletableFuture<Boolean> change(String queue, MessageId id, TaskAction action);

    /**
     * Does it to some of these tasks, in the order of their ids.
     *
     * @param cursor
     *            of the slice before, or empty; the engine refuses what it did not give
     */
    CompletableFuture<Slice> changeSome(String queue, TaskFilter which, TaskAction action, String cursor);

    /** Its batches and groups. */
    FlowEngine flows();

    /** Makes the queue if it is missing. */
    CompletableFuture<Void> limits(String queue, QueueLimits limits);

    CompletableFuture<QueueLimits> limits(String queue);

    CompletableFuture<Void> pauseQueue(String queue, boolean paused);

    CompletableFuture<QueueStats> queueStats(String queue);

    /** All queues by name. */
    CompletableFuture<List<QueueStats>> queues();
}
