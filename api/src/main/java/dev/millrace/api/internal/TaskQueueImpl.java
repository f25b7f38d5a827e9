package dev.millrace.api.internal;

import dev.millrace.api.MessageId;
import dev.millrace.api.Page;
import dev.millrace.api.spi.TaskEngine;
import dev.millrace.api.task.Batch;
import dev.millrace.api.task.BatchId;
import dev.millrace.api.task.BatchInfo;
import dev.millrace.api.task.BatchProgress;
import dev.millrace.api.task.Enqueued;
import dev.millrace.api.task.QueueGroups;
import dev.millrace.api.task.QueueLimits;
import dev.millrace.api.task.QueueStats;
import dev.millrace.api.task.Task;
import dev.millrace.api.task.TaskAction;
import dev.millrace.api.task.TaskFilter;
import dev.millrace.api.task.TaskInfo;
import dev.millrace.api.task.TaskQueue;
import dev.millrace.api.task.WaitingGroup;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.LongConsumer;

/** A queue's name and what can be asked of it. */
final class TaskQueueImpl implements TaskQueue {
    private static final int MAX_PAGE = 1_000;
    /** What a task takes beside its payload, about: an envelope with a few keys. */
    private static final long TASK_BYTES = 64;

    private final Core core;
    private final TaskEngine engine;
    private final String name;

    TaskQueueImpl(Core core, TaskEngine engine, String name) {
        this.core = core;
        this.engine = engine;
        this.name = name;
    }

    @Override
    public String name() {
        return name;
    }

    // ---- enqueueing ----

    @Override
    public Enqueued enqueue(Task task) {
        return await(send(List.of(task)), "enqueueing in").get(0);
    }

    @Override
    public CompletableFuture<Enqueued> enqueueAsync(Task task) {
        return enqueueAllAsync(List.of(task)).thenApply(all -> all.get(0));
    }

    @Override
    public List<Enqueued> enqueueAll(List<Task> tasks) {
        return await(send(List.copyOf(tasks)), "enqueueing in");
    }

    @Override
    public CompletableFuture<List<Enqueued>> enqueueAllAsync(List<Task> tasks) {
        return Futures.handOver(send(List.copyOf(tasks)), core.engine().executor());
    }

    private CompletableFuture<List<Enqueued>> send(List<Task> tasks) {
        if (tasks.isEmpty()) {
            return CompletableFuture.completedFuture(List.of());
        }
        long bytes = tasks.stream().mapToLong(TaskQueueImpl::bytes).sum();
        return core.gate().pass(bytes, () -> engine.enqueue(name, tasks));
    }

    private static long bytes(Task task) {
        return task.size() + task.flow().size() + TASK_BYTES;
    }

    @Override
    public Batch openBatch(Task completion) {
        return await(open(completion), "opening a batch in");
    }

    @Override
    public CompletableFuture<Batch> openBatchAsync(Task completion) {
        return Futures.handOver(open(completion), core.engine().executor());
    }

    private CompletableFuture<Batch> open(Task completion) {
        return batch(core.gate().pass(bytes(completion), () -> engine.flows().openBatch(name, completion)));
    }

    @Override
    public Batch openBatch() {
        return await(open(), "opening a batch in");
    }

    @Override
    public CompletableFuture<Batch> openBatchAsync() {
        return Futures.handOver(open(), core.engine().executor());
    }

    private CompletableFuture<Batch> open() {
        return batch(core.gate().pass(TASK_BYTES, () -> engine.flows().openBatch(name)));
    }

    private CompletableFuture<Batch> batch(CompletableFuture<Enqueued> opening) {
        return opening.thenApply(
                opened -> new BatchImpl(core, engine, new BatchId(name, opened.id()), opened.duplicate()));
    }

    // ---- looking ----

    @Override
    public Optional<TaskInfo> task(MessageId id) {
        return ask(tasks -> tasks.task(name, id), "asking");
    }

    @Override
    public CompletableFuture<Optional<TaskInfo>> taskAsync(MessageId id) {
        return askAsync(tasks -> tasks.task(name, id));
    }

    @Override
    public Optional<MessageId> idOf(String id) {
        return ask(tasks -> tasks.idOf(name, id), "asking");
    }

    @Override
    public CompletableFuture<Optional<MessageId>> idOfAsync(String id) {
        return askAsync(tasks -> tasks.idOf(name, id));
    }

    @Override
    public Page<TaskInfo> list(TaskFilter which, String cursor, int limit) {
        Checks.between("limit", limit, 1, MAX_PAGE);
        return ask(tasks -> tasks.tasks(name, which, cursor, limit), "listing");
    }

    @Override
    public CompletableFuture<Page<TaskInfo>> listAsync(TaskFilter which, String cursor, int limit) {
        Checks.between("limit", limit, 1, MAX_PAGE);
        return askAsync(tasks -> tasks.tasks(name, which, cursor, limit));
    }

    @Override
    public Page<BatchInfo> batches(Optional<BatchProgress.State> state, String cursor, int limit) {
        Checks.between("limit", limit, 1, MAX_PAGE);
        return ask(tasks -> tasks.flows().batches(name, state, cursor, limit), "the batches of");
    }

    @Override
    public CompletableFuture<Page<BatchInfo>> batchesAsync(Optional<BatchProgress.State> state, String cursor,
            int limit) {
        Checks.between("limit", limit, 1, MAX_PAGE);
        return askAsync(tasks -> tasks.flows().batches(name, state, cursor, limit));
    }

    @Override
    public QueueStats stats() {
        return ask(tasks -> tasks.queueStats(name), "the statistics of");
    }

    @Override
    public CompletableFuture<QueueStats> statsAsync() {
        return askAsync(tasks -> tasks.queueStats(name));
    }

    // ---- wishes ----

    @Override
    public boolean cancel(MessageId id) {
        return ask(tasks -> tasks.change(name, id, TaskAction.CANCEL), "cancelling in");
    }

    @Override
    public CompletableFuture<Boolean> cancelAsync(MessageId id) {
        return askAsync(tasks -> tasks.change(name, id, TaskAction.CANCEL));
    }

    @Override
    public boolean runNow(MessageId id) {
        return ask(tasks -> tasks.change(name, id, TaskAction.RUN_NOW), "starting in");
    }

    @Override
    public CompletableFuture<Boolean> runNowAsync(MessageId id) {
        return askAsync(tasks -> tasks.change(name, id, TaskAction.RUN_NOW));
    }

    @Override
    public boolean archive(MessageId id) {
        return ask(tasks -> tasks.change(name, id, TaskAction.ARCHIVE), "archiving in");
    }

    @Override
    public CompletableFuture<Boolean> archiveAsync(MessageId id) {
        return askAsync(tasks -> tasks.change(name, id, TaskAction.ARCHIVE));
    }

    @Override
    public boolean redrive(MessageId id) {
        return ask(tasks -> tasks.change(name, id, TaskAction.REDRIVE), "redriving in");
    }

    @Override
    public CompletableFuture<Boolean> redriveAsync(MessageId id) {
        return askAsync(tasks -> tasks.change(name, id, TaskAction.REDRIVE));
    }

    @Override
    public boolean delete(MessageId id) {
        return ask(tasks -> tasks.change(name, id, TaskAction.DELETE), "deleting in");
    }

    @Override
    public CompletableFuture<Boolean> deleteAsync(MessageId id) {
        return askAsync(tasks -> tasks.change(name, id, TaskAction.DELETE));
    }

    @Override
    public long all(TaskFilter which, TaskAction action) {
        return await(allAsync(which, action, done -> {
            // the caller waits for the last one
        }), "changing tasks of");
    }

    @Override
    public CompletableFuture<Long> allAsync(TaskFilter which, TaskAction action, LongConsumer progress) {
        BulkRun run = new BulkRun(cursor -> askAsync(tasks -> tasks.changeSome(name, which, action, cursor)), progress);
        return run.start();
    }

    // ---- administration ----

    @Override
    public void limits(QueueLimits limits) {
        ask(tasks -> tasks.limits(name, limits), "limiting");
    }

    @Override
    public CompletableFuture<Void> limitsAsync(QueueLimits limits) {
        return askAsync(tasks -> tasks.limits(name, limits));
    }

    @Override
    public QueueLimits limits() {
        return ask(tasks -> tasks.limits(name), "the limits of");
    }

    @Override
    public CompletableFuture<QueueLimits> limitsAsync() {
        return askAsync(tasks -> tasks.limits(name));
    }

    @Override
    public void groups(QueueGroups groups) {
        ask(tasks -> tasks.flows().groups(name, groups), "setting the groups of");
    }

    @Override
    public CompletableFuture<Void> groupsAsync(QueueGroups groups) {
        return askAsync(tasks -> tasks.flows().groups(name, groups));
    }

    @Override
    public QueueGroups groups() {
        return ask(tasks -> tasks.flows().groups(name), "the groups of");
    }

    @Override
    public CompletableFuture<QueueGroups> groupsAsync() {
        return askAsync(tasks -> tasks.flows().groups(name));
    }

    @Override
    public Page<WaitingGroup> waitingGroups(String cursor, int limit) {
        Checks.between("limit", limit, 1, MAX_PAGE);
        return ask(tasks -> tasks.flows().waitingGroups(name, cursor, limit), "the groups of");
    }

    @Override
    public CompletableFuture<Page<WaitingGroup>> waitingGroupsAsync(String cursor, int limit) {
        Checks.between("limit", limit, 1, MAX_PAGE);
        return askAsync(tasks -> tasks.flows().waitingGroups(name, cursor, limit));
    }

    @Override
    public void pause() {
        ask(tasks -> tasks.pauseQueue(name, true), "pausing");
    }

    @Override
    public CompletableFuture<Void> pauseAsync() {
        return askAsync(tasks -> tasks.pauseQueue(name, true));
    }

    @Override
    public void resume() {
        ask(tasks -> tasks.pauseQueue(name, false), "resuming");
    }

    @Override
    public CompletableFuture<Void> resumeAsync() {
        return askAsync(tasks -> tasks.pauseQueue(name, false));
    }

    private <T> T ask(Function<TaskEngine, CompletableFuture<T>> question, String doing) {
        return await(core.ask(any -> question.apply(engine)), doing);
    }

    private <T> CompletableFuture<T> askAsync(Function<TaskEngine, CompletableFuture<T>> question) {
        return core.askAsync(any -> question.apply(engine));
    }

    private <T> T await(CompletableFuture<T> future, String doing) {
        return Futures.await(future, doing + " queue " + name);
    }

    @Override
    public String toString() {
        return "TaskQueue[" + name + "]";
    }
}
