package dev.millrace.api.task;

import dev.millrace.api.MessageId;
import dev.millrace.api.Page;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongConsumer;

/**
 * A task queue by its name, which need not exist: enqueueing creates it. It is a topic that tracks each of its messages
 * until it has ended and its retention is over.
 *
 * <p>
 * Calls return, and futures complete, when what they did is durable. Those that concern one task say whether they did
 * something: not when there is no such task, or when its state does not allow it. All but enqueueing, opening batches and setting limits
 * fail with {@link dev.millrace.api.MillraceException.NotFound} while there is no such queue.
 */
public interface TaskQueue {
    String name();

    /** Enqueues one. */
    Enqueued enqueue(Task task);

    /** As {@link #enqueue}; waits for room as publishing does ({@link dev.millrace.api.PublishLimits}). */
    CompletableFuture<Enqueued> enqueueAsync(Task task);

    /**
     * Many at once, answers in their order; not all or nothing. If a limit is reached on the way, the exception says how many
     * were enqueued.
     */
    List<Enqueued> enqueueAll(List<Task> tasks);

    CompletableFuture<List<Enqueued>> enqueueAllAsync(List<Task> tasks);

    /**
     * Opens a batch: tasks are added to it, and once it is closed and all of them are over, this task is enqueued here with
     * their counts ({@link BatchProgress#of}). Until then it waits, counted as scheduled. See {@link Batch}.
     *
     * @param completion
     *            without a group; it may be the first of a chain, and a member of another batch
     */
    Batch openBatch(Task completion);

    CompletableFuture<Batch> openBatchAsync(Task completion);

    /** Opens a batch of whose end no task is told, for those who wait for it ({@link Batch#await}) or look. */
    Batch openBatch();

    CompletableFuture<Batch> openBatchAsync();

    /**
     * Batches whose task is to be enqueued here, by id: those that are open or closed, and the last 1,000 that are over. A page
     * may hold fewer than asked for although more follow.
     *
     * @param state
     *            only those in it; empty: all
     * @param cursor
     *            {@link Page#next} of the page before, or empty for the first one
     * @param limit
     *            1 to 1,000
     */
    Page<BatchInfo> batches(Optional<BatchProgress.State> state, String cursor, int limit);

    CompletableFuture<Page<BatchInfo>> batchesAsync(Optional<BatchProgress.State> state, String cursor, int limit);

    /** A task as it stands; empty when there is none of that id, or its retention is over. */
    Optional<TaskInfo> task(MessageId id);

    CompletableFuture<Optional<TaskInfo>> taskAsync(MessageId id);

    /** The engine's id of the task that has this id of yours ({@link Task#id}); empty when there is none any more. */
    Optional<MessageId> idOf(String id);

    CompletableFuture<Optional<MessageId>> idOfAsync(String id);

    /**
     * Tasks by id. A page may hold fewer than asked for, even none, although more follow.
     *
     * @param cursor
     *            {@link Page#next} of the page before, or empty for the first one
     * @param limit
     *            1 to 1,000
     */
    Page<TaskInfo> list(TaskFilter which, String cursor, int limit);

    CompletableFuture<Page<TaskInfo>> listAsync(TaskFilter which, String cursor, int limit);

    /** Those in one state. */
    default Page<TaskInfo> list(TaskState state, String cursor, int limit) {
        return list(TaskFilter.of(state), cursor, limit);
    }

    default CompletableFuture<Page<TaskInfo>> listAsync(TaskState state, String cursor, int limit) {
        return listAsync(TaskFilter.of(state), cursor, limit);
    }

    /**
     * Calls it off: it does not run, or its handler is told to stop, and it is not tried again. A handler that returns all
     * the same has done it.
     */
    boolean cancel(MessageId id);

    CompletableFuture<Boolean> cancelAsync(MessageId id);

    /** Makes a scheduled or retrying one ready now. */
    boolean runNow(MessageId id);

    CompletableFuture<Boolean> runNowAsync(MessageId id);

    /**
     * Gives up one that waits: it is dead, and can be redriven. Not one behind others of its ordering or limit key, which can
     * be cancelled.
     */
    boolean archive(MessageId id);

    CompletableFuture<Boolean> archiveAsync(MessageId id);

    /** Makes a dead one ready again, attempts counted from the beginning. */
    boolean redrive(MessageId id);

    CompletableFuture<Boolean> redriveAsync(MessageId id);

    /** Forgets one that no worker has. */
    boolean delete(MessageId id);

    CompletableFuture<Boolean> deleteAsync(MessageId id);

    /**
     * Does the same to all tasks that are in a state when it comes to them, in slices of up to 500, in the order of their
     * ids. If it fails on the way, what was done remains, and it can be called again. What a worker has is left alone, but for
     * cancelling: then its handler is told to stop, as for a single task.
     *
     * @return to how many
     */
    long all(TaskFilter which, TaskAction action);

    /** To those of any type. */
    default long all(TaskState state, TaskAction action) {
        return all(TaskFilter.of(state), action);
    }

    /**
     * The same.
     *
     * @param progress
     *            gets the number done so far after each slice
     * @return when cancelled, it stops after the slice that is under way
     */
    CompletableFuture<Long> allAsync(TaskFilter which, TaskAction action, LongConsumer progress);

    /** To those of any type. */
    default CompletableFuture<Long> allAsync(TaskState state, TaskAction action, LongConsumer progress) {
        return allAsync(TaskFilter.of(state), action, progress);
    }

    /** Sets how it hands out, making the queue if it is missing. */
    void limits(QueueLimits limits);

    CompletableFuture<Void> limitsAsync(QueueLimits limits);

    /** How it hands out. */
    QueueLimits limits();

    CompletableFuture<QueueLimits> limitsAsync();

    /** Sets when tasks of one group are delivered as one, making the queue if it is missing. */
    void groups(QueueGroups groups);

    CompletableFuture<Void> groupsAsync(QueueGroups groups);

    /** When they are. */
    QueueGroups groups();

    CompletableFuture<QueueGroups> groupsAsync();

    /**
     * Groups of which tasks wait to be delivered as one, in an order of the engine's own. A page may hold fewer than asked for
     * although more follow.
     *
     * @param cursor
     *            {@link Page#next} of the page before, or empty for the first one
     * @param limit
     *            1 to 1,000
     */
    Page<WaitingGroup> waitingGroups(String cursor, int limit);

    CompletableFuture<Page<WaitingGroup>> waitingGroupsAsync(String cursor, int limit);

    /** Hands out nothing until {@link #resume}; what is leased goes on. */
    void pause();

    CompletableFuture<Void> pauseAsync();

    void resume();

    CompletableFuture<Void> resumeAsync();

    QueueStats stats();

    CompletableFuture<QueueStats> statsAsync();
}
