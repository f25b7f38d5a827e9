package dev.millrace.api.task;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Tasks, in whatever queues, with a task that is enqueued once all of them are over, exactly once. It lasts until then, and
 * whoever has its {@link #id} can use it, also in another process.
 *
 * <pre>
 *   Batch batch = m.queue("summaries").openBatch(Task.of("report", "the mails are out"));
 *   batch.add("letters", Task.of("mail", "to Ada"));
 *   batch.addAll("letters", List.of(Task.of("mail", "to Bob"), Task.of("mail", "to Eve")));
 *   batch.close();
 *   BatchProgress end = batch.await(Duration.ofMinutes(10));
 * </pre>
 *
 * <p>
 * It is no {@link AutoCloseable}: closed by an exception half-way, it would report the end of what is not all there. One
 * that is never closed waits for ever, unless its task has an expiry ({@link Task#expiresIn}), which calls it off.
 *
 * <p>
 * Calls fail with {@link dev.millrace.api.MillraceException.NotFound} when there is no such batch: it never was, was called
 * off, or was over before the last 1,000 of its queue that are. Thread-safe.
 */
public interface Batch {
    BatchId id();

    /**
     * Of one that was just opened: a task with the same unique key was there, and nothing was opened; the id is that task's,
     * which is that of a batch if it was opened as one.
     */
    boolean isDuplicate();

    /**
     * Enqueues a task that the batch counts. A duplicate is not added. Of an engine with several shards that keeps this queue
     * in another one, the id is that of the forwarding; the task has another one.
     *
     * @param queue
     *            of the task; made if it is missing
     * @throws dev.millrace.api.MillraceException.NotFound
     *             when the batch is closed or over; nothing was enqueued
     */
    Enqueued add(String queue, Task task);

    CompletableFuture<Enqueued> addAsync(String queue, Task task);

    /** As {@link TaskQueue#enqueueAll}. */
    List<Enqueued> addAll(String queue, List<Task> tasks);

    CompletableFuture<List<Enqueued>> addAllAsync(String queue, List<Task> tasks);

    /** No task can be added any more; one that is closed, or over, stays so. One without tasks is over then. */
    void close();

    CompletableFuture<Void> closeAsync();

    BatchProgress progress();

    CompletableFuture<BatchProgress> progressAsync();

    /**
     * Waits until it is over, through restarts of the engine, which tells it: nobody asks again and again.
     *
     * @return how it stands then, or when the time is up: {@link BatchProgress#isOver} tells
     */
    BatchProgress await(Duration atMost);

    /** The same without a thread; cancelling it ends the waiting, at the engine, too. */
    CompletableFuture<BatchProgress> awaitAsync(Duration atMost);

    /** Calls it off: its task never comes; tasks that were added go on. False when it was over or called off before. */
    boolean cancel();

    CompletableFuture<Boolean> cancelAsync();
}
