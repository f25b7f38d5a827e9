package dev.millrace.api.task;

import dev.millrace.api.MessageId;
import dev.millrace.api.Page;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A task queue by its name, which need not exist: enqueueing creates it. It is a topic that tracks each of its messages
 * until it has ended and its retention is over.
 *
 * <p>
 * Calls return, and futures complete, when what they did is durable. Those that concern one task say whether they did
 * something: not when there is no such task, or when its state does not allow it.
 */
public interface TaskQueue {
    String name();

    /** Enqueues one. */
    Enqueued enqueue(Task task);

    /** As {@link #enqueue}; waits for room as publishing does ({@link dev.millrace.api.PublishLimits}). */
    CompletableFuture<Enqueued> enqueueAsync(Task task);

    /** Many at once, answers in their order; not all or nothing. */
    List<Enqueued> enqueueAll(List<Task> tasks);

    CompletableFuture<List<Enqueued>> enqueueAllAsync(List<Task> tasks);

    /** A task as it stands; empty when there is none of that id, or its retention is over. */
    Optional<TaskInfo> task(MessageId id);

    CompletableFuture<Optional<TaskInfo>> taskAsync(MessageId id);

    /** What a handler left with {@link TaskContext#result}; kept as long as the task is. */
    Optional<byte[]> result(MessageId id);

    CompletableFuture<Optional<byte[]>> resultAsync(MessageId id);

    /**
     * Tasks in one state, by id.
     *
     * @param cursor
     *            {@link Page#next} of the page before, or empty for the first one
     * @param limit
     *            1 to 1,000
     */
    Page<TaskInfo> list(TaskState state, String cursor, int limit);

    CompletableFuture<Page<TaskInfo>> listAsync(TaskState state, String cursor, int limit);

    /** Calls it off: it does not run, or its handler is told to stop. */
    boolean cancel(MessageId id);

    CompletableFuture<Boolean> cancelAsync(MessageId id);

    /** Makes a scheduled or retrying one ready now. */
    boolean runNow(MessageId id);

    CompletableFuture<Boolean> runNowAsync(MessageId id);

    /** Makes a dead, cancelled or expired one ready again, attempts counted from the beginning. */
    boolean redrive(MessageId id);

    CompletableFuture<Boolean> redriveAsync(MessageId id);

    /** Forgets one that no worker has. */
    boolean delete(MessageId id);

    CompletableFuture<Boolean> deleteAsync(MessageId id);

    /** Hands out nothing until {@link #resume}; what is leased goes on. */
    void pause();

    CompletableFuture<Void> pauseAsync();

    void resume();

    CompletableFuture<Void> resumeAsync();

    QueueStats stats();

    CompletableFuture<QueueStats> statsAsync();
}
