package dev.millrace.node.embedded;

import dev.millrace.api.MessageId;
import dev.millrace.api.MillraceException;
import dev.millrace.api.Page;
import dev.millrace.api.internal.Checks;
import dev.millrace.api.spi.FlowEngine;
import dev.millrace.api.task.BatchId;
import dev.millrace.api.task.BatchInfo;
import dev.millrace.api.task.BatchProgress;
import dev.millrace.api.task.Enqueued;
import dev.millrace.api.task.QueueGroups;
import dev.millrace.api.task.Task;
import dev.millrace.api.task.WaitingGroup;
import dev.millrace.node.tasks.TaskFlows;
import dev.millrace.node.tasks.TaskSpec;
import dev.millrace.node.tasks.Tasks;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongFunction;

/** Batches and groups of an embedded node. It translates and decides nothing. Thread safety: any thread. */
final class EmbeddedFlows implements FlowEngine {
    private final Tasks tasks;
    private final TaskFlows flows;
    private final InstantSource clock;

    EmbeddedFlows(Tasks tasks, InstantSource clock) {
        this.tasks = tasks;
        this.clock = clock;
        flows = tasks.flows();
    }

    // ---- batches ----

    @Override
    public CompletableFuture<Enqueued> openBatch(String queue, Task completion) {
        return opened(flows.openBatch(queue, TaskViews.of(completion, clock.instant())));
    }

    @Override
    public CompletableFuture<Enqueued> openBatch(String queue) {
        return opened(flows.openBatch(queue));
    }

    private static CompletableFuture<Enqueued> opened(CompletableFuture<dev.millrace.node.tasks.Enqueued> answer) {
        return Failures.translate(answer.thenApply(opened -> {
            if (!opened.refusal().isEmpty()) {
                String message = "the batch was not opened: " + opened.refusal();
                throw opened.isWithoutBatch() ? new MillraceException.NotFound(message)
                        : new MillraceException.LimitReached(message);
            }
            return new Enqueued(new MessageId(opened.id()), opened.duplicate());
        }));
    }

    @Override
    public CompletableFuture<Void> closeBatch(BatchId batch) {
        TaskSpec.BatchRef ref = FlowViews.of(batch);
        return Failures.translate(flows.closeBatch(ref).thenAccept(there -> {
            if (!there) {
                throw new MillraceException.NotFound(TaskFlows.missing(ref));
            }
        }));
    }

    @Override
    public CompletableFuture<BatchProgress> batch(BatchId batch) {
        return batch(batch, Duration.ZERO);
    }

    @Override
    public CompletableFuture<BatchProgress> batch(BatchId batch, Duration atMost) {
        TaskSpec.BatchRef ref = FlowViews.of(batch);
        CompletableFuture<Optional<dev.millrace.node.tasks.BatchInfo>> asked = flows.batch(ref, atMost);
        CompletableFuture<BatchProgress> answer = Failures.translate(asked.thenApply(found -> FlowViews.of(
                found.orElseThrow(() -> new MillraceException.NotFound(TaskFlows.missing(ref))))));
        Ends.then(answer, (done, failure) -> asked.cancel(false)); // nobody waits any more
        return answer;
    }

    @Override
    public CompletableFuture<Page<BatchInfo>> batches(String queue, Optional<BatchProgress.State> state, String cursor,
            int limit) {
        return page(cursor, after -> flows.batches(queue, FlowViews.of(state), after, limit)
                .thenApply(page -> Views.page(page.batches(), FlowViews::listed, page.next())));
    }

    /** What follows a cursor. */
    private static <T> CompletableFuture<Page<T>> page(String cursor, LongFunction<CompletableFuture<Page<T>>> list) {
        try {
            return Failures.translate(list.apply(Views.cursor(cursor)));
        } catch (MillraceException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    // ---- groups ----

    @Override
    public CompletableFuture<Void> groups(String queue, QueueGroups groups) {
        // Whole milliseconds: nothing is early.
        dev.millrace.node.tasks.QueueGroups whole = new dev.millrace.node.tasks.QueueGroups(groups.maxSize(),
                Duration.ofMillis(Checks.millisUp(groups.maxDelay())),
                Duration.ofMillis(Checks.millisUp(groups.grace())));
        return Failures.translate(tasks.createQueue(queue).thenCompose(made -> flows.groups(queue, whole)));
    }

    @Override
    public CompletableFuture<QueueGroups> groups(String queue) {
        return Failures.translate(flows.groups(queue)
                .thenApply(groups -> new QueueGroups(groups.maxSize(), groups.maxDelay(), groups.grace())));
    }

    @Override
    public CompletableFuture<Page<WaitingGroup>> waitingGroups(String queue, String cursor, int limit) {
        return page(cursor, after -> flows.waiting(queue, after, limit)
                .thenApply(page -> Views.page(page.groups(), FlowViews::of, page.next())));
    }
}
