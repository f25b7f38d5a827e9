package dev.millrace.api.spi;

import dev.millrace.api.MessageId;
import dev.millrace.api.Page;
import dev.millrace.api.task.Enqueued;
import dev.millrace.api.task.QueueLimits;
import dev.millrace.api.task.QueueStats;
import dev.millrace.api.task.Task;
import dev.millrace.api.task.TaskInfo;
import dev.millrace.api.task.TaskState;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The task queues of an engine. The same rules hold as for {@link Engine}; ids of tasks unknown answer false or empty. */
public interface TaskEngine extends TaskSource {
    /** What is to become of a task by an operator's wish. */
    enum Wish {
        CANCEL, RUN_NOW, REDRIVE, DELETE
    }

    /** Enqueues in this order, making the queue if it is missing. The caller bounds what is under way. */
    CompletableFuture<List<Enqueued>> enqueue(String queue, List<Task> tasks);

    CompletableFuture<Optional<TaskInfo>> task(String queue, MessageId id);

    /** The engine refuses a cursor that it did not give. */
    CompletableFuture<Page<TaskInfo>> tasks(String queue, TaskState state, String cursor, int limit);

    /** Whether it was done; for a leased task that is to be cancelled, whether its worker was asked to stop. */
    CompletableFuture<Boolean> wish(String queue, MessageId id, Wish wish);

    /** Makes the queue if it is missing. */
    CompletableFuture<Void> limits(String queue, QueueLimits limits);

    CompletableFuture<QueueLimits> limits(String queue);

    CompletableFuture<Void> pauseQueue(String queue, boolean paused);

    CompletableFuture<QueueStats> queueStats(String queue);
}
