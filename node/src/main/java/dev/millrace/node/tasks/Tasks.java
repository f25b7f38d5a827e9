package dev.millrace.node.tasks;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The task queues of a node. A queue is a topic whose messages are tracked one by one; its workers subscribe to the group
 * {@value #GROUP}, which is made with it. What holds for every topic (subscribing, acks, statistics, pausing, emptying,
 * deleting, dead letters) is done through {@link dev.millrace.node.Broker} with that group.
 *
 * <p>
 * Futures complete after what they report is durable, and fail with {@link dev.millrace.node.BrokerException}; they do so
 * on an owner thread of a shard, so whoever continues them hands over. Any thread; nothing blocks.
 */
public interface Tasks {
    /** The group that workers of a queue subscribe to. */
    String GROUP = "workers";
    /** Attempts of a task of a queue that says nothing else. */
    int DEFAULT_ATTEMPTS = 25;

    /** Makes a queue of this name unless it exists; the result says whether it is new. */
    CompletableFuture<Boolean> createQueue(String queue);

    /** Enqueues in this order, making the queue if it is missing; what became of each, in the same order. */
    CompletableFuture<List<Enqueued>> enqueue(String queue, List<TaskSpec> tasks);

    /** A task, its body and its past attempts; empty when there is none of this id any more. */
    CompletableFuture<Optional<TaskInfo>> find(String queue, long id);

    /** Id of the task that has this id of a client, 0 when there is none any more. */
    CompletableFuture<Long> idOf(String queue, String clientId);

    /**
     * Tasks in the order of their ids.
     *
     * @param state
     *            only those in it; null: all
     * @param after
     *            {@link TaskPage#next} of the page before, or 0
     * @param limit
     *            1..1000
     */
    CompletableFuture<TaskPage> list(String queue, @Nullable TaskState state, long after, int limit);

    /** Calls a task off; if a worker has it, the worker is asked to stop. */
    CompletableFuture<TaskAnswer> cancel(String queue, long id);

    /** Makes a scheduled or retrying task ready now. */
    CompletableFuture<TaskAnswer> runNow(String queue, long id);

    /** Gives up a task that waits for its time or for a worker: it is dead then. */
    CompletableFuture<TaskAnswer> archive(String queue, long id);

    /** Makes a dead task ready again, its attempts at 0. */
    CompletableFuture<TaskAnswer> redrive(String queue, long id);

    /** Removes a task that no worker has, whatever its state. */
    CompletableFuture<TaskAnswer> delete(String queue, long id);

    /** What a bulk action does. */
    enum Bulk {
        CANCEL, RUN_NOW, ARCHIVE, REDRIVE, DELETE
    }

    /**
     * Does the same to all tasks that are in a state when it comes to them, in slices; returns to how many. What a worker
     * has is left alone.
     */
    CompletableFuture<Long> all(String queue, TaskState state, Bulk what);

    /** Tasks that belong together. */
    TaskFlows flows();

    /**
     * One slice of that.
     *
     * @param after
     *            {@link Slice#next} of the slice before, or 0
     */
    CompletableFuture<Slice> some(String queue, TaskState state, Bulk what, long after);

    /**
     * What a slice of a bulk action did.
     *
     * @param done
     *            tasks
     * @param next
     *            where the next slice begins; 0: this was the last one
     */
    record Slice(long done, long next) {}

    /** Sets how the queue hands out. */
    CompletableFuture<Void> limits(String queue, QueueLimits limits);

    /** How the queue hands out. */
    CompletableFuture<QueueLimits> limits(String queue);
}
