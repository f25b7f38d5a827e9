package dev.millrace.client;

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
import dev.millrace.grpc.v1.CloseBatchRequest;
import dev.millrace.grpc.v1.CloseBatchResponse;
import dev.millrace.grpc.v1.GetBatchRequest;
import dev.millrace.grpc.v1.GetBatchResponse;
import dev.millrace.grpc.v1.ListBatchesRequest;
import dev.millrace.grpc.v1.ListBatchesResponse;
import dev.millrace.grpc.v1.ListWaitingGroupsRequest;
import dev.millrace.grpc.v1.ListWaitingGroupsResponse;
import dev.millrace.grpc.v1.OpenBatchRequest;
import dev.millrace.grpc.v1.OpenBatchResponse;
import dev.millrace.grpc.v1.SetQueueGroupsRequest;
import dev.millrace.grpc.v1.SetQueueGroupsResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Batches and groups of a server. Thread-safe. */
final class GrpcFlows implements FlowEngine {
    /** As the protocol has it. */
    private static final long MAX_WAIT_MILLIS = 60_000;

    private final GrpcTasks tasks;

    GrpcFlows(GrpcTasks tasks) {
        this.tasks = tasks;
    }

    @Override
    public CompletableFuture<Enqueued> openBatch(String queue, Task completion) {
        try {
            return open(queue,
                    OpenBatchRequest.newBuilder().setQueue(queue).setTask(TaskTranslation.spec(completion)).build());
        } catch (MillraceException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public CompletableFuture<Enqueued> openBatch(String queue) {
        return open(queue, OpenBatchRequest.newBuilder().setQueue(queue).build());
    }

    private CompletableFuture<Enqueued> open(String queue, OpenBatchRequest request) {
        return tasks.ask("opening a batch in queue " + queue, (stub, call) -> stub.openBatch(request, call),
                (OpenBatchResponse answer) -> new Enqueued(new MessageId(answer.getBatch().getId()),
                        answer.getDuplicate()));
    }

    @Override
    public CompletableFuture<Void> closeBatch(BatchId batch) {
        CloseBatchRequest request = CloseBatchRequest.newBuilder().setBatch(FlowTranslation.batch(batch)).build();
        return tasks.<CloseBatchResponse>tell("closing batch " + batch, (stub, call) -> stub.closeBatch(request, call));
    }

    @Override
    public CompletableFuture<BatchProgress> batch(BatchId batch) {
        GetBatchRequest request = GetBatchRequest.newBuilder().setBatch(FlowTranslation.batch(batch)).build();
        return tasks.ask("batch " + batch, (stub, call) -> stub.getBatch(request, call),
                (GetBatchResponse answer) -> FlowTranslation.progress(answer.getBatch()));
    }

    @Override
    public CompletableFuture<BatchProgress> batch(BatchId batch, Duration atMost) {
        long millis = Math.min(MAX_WAIT_MILLIS, Checks.millisUp(atMost));
        GetBatchRequest request = GetBatchRequest.newBuilder()
                .setBatch(FlowTranslation.batch(batch))
                .setWaitMillis(millis)
                .build();
        return tasks.waitFor("batch " + batch, millis, (stub, call) -> stub.getBatch(request, call),
                (GetBatchResponse answer) -> FlowTranslation.progress(answer.getBatch()));
    }

    @Override
    public CompletableFuture<Page<BatchInfo>> batches(String queue, Optional<BatchProgress.State> state, String cursor,
            int limit) {
        long after;
        try {
            after = GrpcTasks.cursor(cursor);
        } catch (MillraceException e) {
            return CompletableFuture.failedFuture(e);
        }
        ListBatchesRequest request = ListBatchesRequest.newBuilder()
                .setQueue(queue)
                .setState(FlowTranslation.state(state))
                .setAfter(after)
                .setLimit(limit)
                .build();
        return tasks.ask("the batches of queue " + queue, (stub, call) -> stub.listBatches(request, call),
                (ListBatchesResponse page) -> new Page<>(
                        page.getBatchesList().stream().map(FlowTranslation::batch).toList(),
                        GrpcTasks.next(page.getNext())));
    }

    @Override
    public CompletableFuture<Void> groups(String queue, QueueGroups groups) {
        SetQueueGroupsRequest request = SetQueueGroupsRequest.newBuilder()
                .setQueue(queue)
                .setGroups(FlowTranslation.groups(groups))
                .build();
        return tasks.<SetQueueGroupsResponse>tell("the groups of queue " + queue,
                (stub, call) -> stub.setQueueGroups(request, call));
    }

    @Override
    public CompletableFuture<QueueGroups> groups(String queue) {
        return tasks.queue(queue, answer -> FlowTranslation.groups(answer.getGroups()));
    }

    @Override
    public CompletableFuture<Page<WaitingGroup>> waitingGroups(String queue, String cursor, int limit) {
        long after;
        try {
            after = GrpcTasks.cursor(cursor);
        } catch (MillraceException e) {
            return CompletableFuture.failedFuture(e);
        }
        ListWaitingGroupsRequest request = ListWaitingGroupsRequest.newBuilder()
                .setQueue(queue)
                .setAfter(after)
                .setLimit(limit)
                .build();
        return tasks.ask("the groups of queue " + queue, (stub, call) -> stub.listWaitingGroups(request, call),
                (ListWaitingGroupsResponse page) -> new Page<>(
                        page.getGroupsList().stream().map(FlowTranslation::group).toList(),
                        GrpcTasks.next(page.getNext())));
    }
}
