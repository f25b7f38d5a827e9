package dev.millrace.api.internal;

import dev.millrace.api.MillraceException;
import dev.millrace.api.spi.TaskEngine;
import dev.millrace.api.task.Batch;
import dev.millrace.api.task.BatchId;
import dev.millrace.api.task.BatchProgress;
import dev.millrace.api.task.Enqueued;
import dev.millrace.api.task.Task;
import dev.millrace.api.task.TaskAction;
import dev.millrace.api.task.TaskQueue;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A batch's id and what can be asked of it. */
final class BatchImpl implements Batch {
    private final Core core;
    private final TaskEngine engine;
    private final BatchId id;
    private final boolean duplicate;

    BatchImpl(Core core, TaskEngine engine, BatchId id, boolean duplicate) {
        this.core = core;
        this.engine = engine;
        this.id = id;
        this.duplicate = duplicate;
    }

    @Override
    public BatchId id() {
        return id;
    }

    @Override
    public boolean isDuplicate() {
        return duplicate;
    }

    // ---- adding ----

    private TaskQueue queue(String name) {
        return new TaskQueueImpl(core, engine, Checks.name("queue", name));
    }

    private List<Task> members(List<Task> tasks) {
        for (Task task : tasks) {
            if (task.flow().batch().filter(other -> !other.equals(id)).isPresent()) {
                throw new MillraceException.Invalid("a task is a member of one batch: this one is of "
                        + task.flow().batch().get() + " already, so it cannot be added to " + id);
            }
        }
        return tasks.stream().map(task -> task.inBatch(id)).toList();
    }

    @Override
    public Enqueued add(String queue, Task task) {
        return addAll(queue, List.of(task)).get(0);
    }

    @Override
    public CompletableFuture<Enqueued> addAsync(String queue, Task task) {
        return addAllAsync(queue, List.of(task)).thenApply(all -> all.get(0));
    }

    @Override
    public List<Enqueued> addAll(String queue, List<Task> tasks) {
        return queue(queue).enqueueAll(members(tasks));
    }

    @Override
    public CompletableFuture<List<Enqueued>> addAllAsync(String queue, List<Task> tasks) {
        return queue(queue).enqueueAllAsync(members(tasks));
    }

    // ---- its life ----

    @Override
    public void close() {
        await(core.ask(any -> engine.flows().closeBatch(id)), "closing");
    }

    @Override
    public CompletableFuture<Void> closeAsync() {
        return core.askAsync(any -> engine.flows().closeBatch(id));
    }

    @Override
    public BatchProgress progress() {
        return await(core.ask(any -> engine.flows().batch(id)), "the progress of");
    }

    @Override
    public CompletableFuture<BatchProgress> progressAsync() {
        return core.askAsync(any -> engine.flows().batch(id));
    }

    @Override
    public BatchProgress await(Duration atMost) {
        CompletableFuture<BatchProgress> end = awaitAsync(atMost);
        try {
            return await(end, "waiting for");
        } finally {
            end.cancel(false); // an interrupt has ended the waiting
        }
    }

    @Override
    public CompletableFuture<BatchProgress> awaitAsync(Duration atMost) {
        return new BatchWait(part -> core.ask(any -> engine.flows().batch(id, part)), core.engine().executor(),
                Checks.delay("atMost", atMost)).start();
    }

    @Override
    public boolean cancel() {
        return await(core.ask(any -> engine.change(id.queue(), id.id(), TaskAction.CANCEL)), "cancelling");
    }

    @Override
    public CompletableFuture<Boolean> cancelAsync() {
        return core.askAsync(any -> engine.change(id.queue(), id.id(), TaskAction.CANCEL));
    }

    private <T> T await(CompletableFuture<T> future, String doing) {
        return Futures.await(future, doing + " batch " + id);
    }

    @Override
    public String toString() {
        return "Batch[" + id + "]";
    }
}
