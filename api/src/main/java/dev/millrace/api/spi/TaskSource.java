package dev.millrace.api.spi;

import dev.millrace.api.task.Progress;
import dev.millrace.api.task.Task;
import java.util.concurrent.CompletableFuture;

/** Where a worker takes its tasks from. Thread safety: any thread; nothing blocks. */
public interface TaskSource {
    /**
     * As {@link Engine#subscribe}, for the tasks of a queue. {@link Settlement.Fail} leaves it to the engine when, and
     * whether, the task is tried again.
     */
    CompletableFuture<Feed> subscribe(String queue, long leaseMillis, FeedListener listener);

    /** What was leased, as a task. */
    Task task(Leased leased);

    /** Keeps it for whoever asks; of several under way the last one counts. */
    void progress(String queue, Leased leased, Progress progress);

    /** Keeps it with the task. */
    void result(String queue, Leased leased, byte[] result);
}
