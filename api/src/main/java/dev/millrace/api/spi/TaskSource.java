package dev.millrace.api.spi;

import dev.millrace.api.task.Task;
import java.util.concurrent.CompletableFuture;

/** Where a worker takes its tasks from. Thread safety: any thread; nothing blocks. */
public interface TaskSource {
    /**
     * As {@link Engine#subscribe}, for the tasks of a queue. {@link Settlement.Fail} leaves it to the engine when, and
     * whether, the task is tried again.
     */
    CompletableFuture<Feed> subscribe(String queue, long leaseMillis, FeedListener listener);

    /** What this source leased, as a task. */
    Task task(Leased leased);
}
