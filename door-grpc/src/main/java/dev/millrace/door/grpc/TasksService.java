package dev.millrace.door.grpc;

import dev.millrace.grpc.v1.BatchRef;
import dev.millrace.grpc.v1.ChangeTaskRequest;
import dev.millrace.grpc.v1.ChangeTaskResponse;
import dev.millrace.grpc.v1.ChangeTasksRequest;
import dev.millrace.grpc.v1.ChangeTasksResponse;
import dev.millrace.grpc.v1.CloseBatchRequest;
import dev.millrace.grpc.v1.CloseBatchResponse;
import dev.millrace.grpc.v1.CreateQueueRequest;
import dev.millrace.grpc.v1.CreateQueueResponse;
import dev.millrace.grpc.v1.DeleteTaskRequest;
import dev.millrace.grpc.v1.DeleteTaskResponse;
import dev.millrace.grpc.v1.DeleteTasksRequest;
import dev.millrace.grpc.v1.DeleteTasksResponse;
import dev.millrace.grpc.v1.EnqueueRequest;
import dev.millrace.grpc.v1.EnqueueResponse;
import dev.millrace.grpc.v1.GetBatchRequest;
import dev.millrace.grpc.v1.GetBatchResponse;
import dev.millrace.grpc.v1.GetQueueRequest;
import dev.millrace.grpc.v1.GetQueueResponse;
import dev.millrace.grpc.v1.GetTaskRequest;
import dev.millrace.grpc.v1.GetTaskResponse;
import dev.millrace.grpc.v1.ListBatchesRequest;
import dev.millrace.grpc.v1.ListBatchesResponse;
import dev.millrace.grpc.v1.ListQueuesRequest;
import dev.millrace.grpc.v1.ListQueuesResponse;
import dev.millrace.grpc.v1.ListTasksRequest;
import dev.millrace.grpc.v1.ListTasksResponse;
import dev.millrace.grpc.v1.ListWaitingGroupsRequest;
import dev.millrace.grpc.v1.ListWaitingGroupsResponse;
import dev.millrace.grpc.v1.OpenBatchRequest;
import dev.millrace.grpc.v1.OpenBatchResponse;
import dev.millrace.grpc.v1.PauseQueueRequest;
import dev.millrace.grpc.v1.PauseQueueResponse;
import dev.millrace.grpc.v1.Queue;
import dev.millrace.grpc.v1.SetQueueGroupsRequest;
import dev.millrace.grpc.v1.SetQueueGroupsResponse;
import dev.millrace.grpc.v1.SetQueueLimitsRequest;
import dev.millrace.grpc.v1.SetQueueLimitsResponse;
import dev.millrace.grpc.v1.TaskInfo;
import dev.millrace.grpc.v1.TasksGrpc;
import dev.millrace.node.Broker;
import dev.millrace.node.BrokerException;
import dev.millrace.node.GroupStats;
import dev.millrace.node.NameRules;
import dev.millrace.node.TopicStats;
import dev.millrace.node.tasks.BatchFilter;
import dev.millrace.node.tasks.QueueGroups;
import dev.millrace.node.tasks.TaskAnswer;
import dev.millrace.node.tasks.TaskFilter;
import dev.millrace.node.tasks.TaskFlows;
import dev.millrace.node.tasks.TaskPage;
import dev.millrace.node.tasks.TaskSpec;
import dev.millrace.node.tasks.Tasks;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The service {@code Tasks}. Names are checked before anything else, so that the system's own cannot be reached. */
final class TasksService extends TasksGrpc.TasksImplBase {
    private static final int MAX_PAGE = 1_000;
    private static final int DEFAULT_PAGE = 100;
    /** A page with more payloads and results than this ends early: clients take 4 MiB unless told otherwise. */
    private static final long PAGE_BYTES = 2 << 20;

    private final Broker broker;
    private final Enqueueing enqueueing;
    private final Answering answering;
    private final Executor threads;
    private final BatchWaits waits;

    TasksService(Broker broker, Enqueueing enqueueing, Answering answering, Executor threads) {
        this.broker = broker;
        this.enqueueing = enqueueing;
        this.answering = answering;
        this.threads = threads;
        waits = new BatchWaits(broker.tasks().flows());
    }

    /** Who waits hears how things stand now. */
    void stop() {
        waits.stop();
    }

    private static String name(String queue) {
        return NameRules.check("queue", queue);
    }

    private static int page(int asked) {
        return (int) OpenReader.inRange("limit", asked == 0 ? DEFAULT_PAGE : asked, 1, MAX_PAGE);
    }

    // ---- enqueueing ----

    @Override
    public void enqueue(EnqueueRequest request, StreamObserver<EnqueueResponse> call) {
        answering.answer(call, () -> enqueueing.enqueue(request), response -> {
            if (response.hasError()) {
                throw new RefusedException(response.getError());
            }
            return response;
        });
    }

    @Override
    public StreamObserver<EnqueueRequest> enqueueStream(StreamObserver<EnqueueResponse> answers) {
        return new RequestStream<>(enqueueing::enqueue, (ServerCallStreamObserver<EnqueueResponse>) answers,
                new SerialExecutor(threads));
    }

    // ---- looking ----

    @Override
    public void getTask(GetTaskRequest request, StreamObserver<GetTaskResponse> call) {
        String queue = request.getQueue();
        answering.answer(call, () -> at(queue, () -> id(queue, request.getId(), request.getClientId())
                .thenCompose(id -> broker.tasks().find(queue, id))),
                found -> {
                    GetTaskResponse.Builder answer = GetTaskResponse.newBuilder();
                    found.ifPresent(task -> answer.setTask(TaskWords.of(task)));
                    return answer.build();
                });
    }

    @Override
    public void listTasks(ListTasksRequest request, StreamObserver<ListTasksResponse> call) {
        answering.answer(call, () -> {
            int limit = page(request.getLimit());
            TaskFilter which = new TaskFilter(TaskWishes.stateOrAny(request.getState()),
                    request.hasType() ? request.getType() : null);
            return at(request.getQueue(), () -> broker.tasks()
                    .page(request.getQueue(), which, request.getAfter(),
                            limit));
        }, TasksService::page);
    }

    private static ListTasksResponse page(TaskPage found) {
        ListTasksResponse.Builder page = ListTasksResponse.newBuilder();
        long bytes = 0;
        for (dev.millrace.node.tasks.TaskInfo each : found.tasks()) {
            TaskInfo task = TaskWords.of(each);
            bytes += task.getSerializedSize();
            if (page.getTasksCount() > 0 && bytes > PAGE_BYTES) {
                return page.setNext(page.getTasks(page.getTasksCount() - 1).getId()).build();
            }
            page.addTasks(task);
        }
        return page.setNext(found.next()).build();
    }

    /** The engine's id; one that no task has if the client's is nobody's. */
    private CompletableFuture<Long> id(String queue, long id, String clientId) {
        if (clientId.isEmpty()) {
            return CompletableFuture.completedFuture(id);
        }
        if (id != 0) {
            throw RefusedException.invalid("id and client_id cannot both be given");
        }
        return broker.tasks().idOf(queue, clientId);
    }

    // ---- changing ----

    @Override
    public void changeTask(ChangeTaskRequest request, StreamObserver<ChangeTaskResponse> call) {
        answering.answer(call, () -> {
            Tasks.Bulk change = TaskWishes.change(request.getChange());
            String queue = request.getQueue();
            return at(queue, () -> id(queue, request.getId(), request.getClientId())
                    .thenCompose(id -> change(queue, id, change)));
        }, answer -> ChangeTaskResponse.newBuilder().setAnswer(TaskWords.of(answer)).build());
    }

    private CompletableFuture<TaskAnswer> change(String queue, long id, Tasks.Bulk change) {
        return switch (change) {
            case CANCEL -> broker.tasks().cancel(queue, id);
            case RUN_NOW -> broker.tasks().runNow(queue, id);
            case ARCHIVE -> broker.tasks().archive(queue, id);
            case REDRIVE -> broker.tasks().redrive(queue, id);
            case DELETE -> broker.tasks().delete(queue, id);
        };
    }

    @Override
    public void deleteTask(DeleteTaskRequest request, StreamObserver<DeleteTaskResponse> call) {
        String queue = request.getQueue();
        answering.answer(call,
                () -> at(queue, () -> id(queue, request.getId(), request.getClientId())
                        .thenCompose(id -> broker.tasks().delete(queue, id))),
                answer -> DeleteTaskResponse.newBuilder().setAnswer(TaskWords.of(answer)).build());
    }

    @Override
    public void changeTasks(ChangeTasksRequest request, StreamObserver<ChangeTasksResponse> call) {
        answering.answer(call, () -> {
            Tasks.Bulk change = TaskWishes.change(request.getChange());
            TaskFilter which = new TaskFilter(TaskWishes.state(request.getState()),
                    request.hasType() ? request.getType() : null);
            return at(request.getQueue(), () -> change(request.getQueue(), which, change, request.getSlice(),
                    request.getAfter()));
        }, done -> ChangeTasksResponse.newBuilder().setChanged(done.done()).setNext(done.next()).build());
    }

    @Override
    public void deleteTasks(DeleteTasksRequest request, StreamObserver<DeleteTasksResponse> call) {
        answering.answer(call, () -> {
            TaskFilter which = new TaskFilter(TaskWishes.state(request.getState()),
                    request.hasType() ? request.getType() : null);
            return at(request.getQueue(), () -> change(request.getQueue(), which, Tasks.Bulk.DELETE,
                    request.getSlice(), request.getAfter()));
        }, done -> DeleteTasksResponse.newBuilder().setDeleted(done.done()).setNext(done.next()).build());
    }

    /** All, or one slice. */
    private CompletableFuture<Tasks.Slice> change(String queue, TaskFilter which, Tasks.Bulk change, boolean slice,
            long after) {
        return slice ? broker.tasks().some(queue, which, change, after)
                : broker.tasks().all(queue, which, change).thenApply(done -> new Tasks.Slice(done, 0));
    }

    // ---- batches ----

    @Override
    public void openBatch(OpenBatchRequest request, StreamObserver<OpenBatchResponse> call) {
        answering.answer(call, () -> enqueueing.openBatch(request),
                opened -> OpenBatchResponse.newBuilder()
                        .setBatch(BatchRef.newBuilder().setQueue(request.getQueue()).setId(opened.id()))
                        .setDuplicate(opened.duplicate())
                        .build());
    }

    @Override
    public void getBatch(GetBatchRequest request, StreamObserver<GetBatchResponse> call) {
        answering.answer(call, () -> {
            TaskSpec.BatchRef batch = FlowWishes.batch(request.getBatch());
            long millis = OpenReader.inRange("wait_millis", request.getWaitMillis(), 0, BatchWaits.MAX_MILLIS);
            return at(batch.queue(), () -> waits.over(batch, millis, (ServerCallStreamObserver<?>) call))
                    .thenApply(found -> found.orElseThrow(() -> missing(batch)));
        }, batch -> GetBatchResponse.newBuilder().setBatch(FlowWords.of(batch)).build());
    }

    @Override
    public void closeBatch(CloseBatchRequest request, StreamObserver<CloseBatchResponse> call) {
        answering.answer(call, () -> {
            TaskSpec.BatchRef batch = FlowWishes.batch(request.getBatch());
            return at(batch.queue(), () -> broker.tasks().flows().closeBatch(batch)).thenAccept(there -> {
                if (!there) {
                    throw missing(batch);
                }
            });
        }, done -> CloseBatchResponse.getDefaultInstance());
    }

    @Override
    public void listBatches(ListBatchesRequest request, StreamObserver<ListBatchesResponse> call) {
        answering.answer(call, () -> {
            int limit = page(request.getLimit());
            BatchFilter which = FlowWishes.batches(request.getState());
            return at(request.getQueue(), () -> broker.tasks()
                    .flows()
                    .batches(request.getQueue(), which, request.getAfter(), limit));
        }, FlowWords::of);
    }

    private static BrokerException missing(TaskSpec.BatchRef batch) {
        return new BrokerException(BrokerException.Category.NOT_FOUND, TaskFlows.missing(batch));
    }

    // ---- queues ----

    @Override
    public void createQueue(CreateQueueRequest request, StreamObserver<CreateQueueResponse> call) {
        answering.answer(call, () -> broker.tasks().createQueue(name(request.getQueue())),
                created -> CreateQueueResponse.newBuilder().setCreated(created).build());
    }

    @Override
    public void getQueue(GetQueueRequest request, StreamObserver<GetQueueResponse> call) {
        String queue = request.getQueue();
        answering.answer(call, () -> workers(queue).thenCompose(figures -> {
            GetQueueResponse.Builder answer = GetQueueResponse.newBuilder().setQueue(queue(queue, figures));
            return broker.tasks().limits(queue).thenCompose(limits -> {
                answer.setLimits(TaskWords.of(limits));
                return broker.tasks()
                        .flows()
                        .groups(queue)
                        .thenApply(groups -> answer.setGroups(FlowWords.of(groups)).build());
            });
        }), answer -> answer);
    }

    @Override
    public void listQueues(ListQueuesRequest request, StreamObserver<ListQueuesResponse> call) {
        answering.answer(call, () -> {
            int limit = page(request.getLimit());
            return broker.stats(null).thenApply(topics -> queues(topics, request.getAfter(), limit));
        }, answer -> answer);
    }

    private static ListQueuesResponse queues(List<TopicStats> topics, String after, int limit) {
        List<Queue> found = topics.stream()
                .filter(topic -> topic.tracked() && topic.name().compareTo(after) > 0)
                .flatMap(topic -> workersOf(topic).map(figures -> queue(topic.name(), figures)).stream())
                .limit(limit + 1L)
                .toList();
        boolean more = found.size() > limit;
        return ListQueuesResponse.newBuilder()
                .addAllQueues(more ? found.subList(0, limit) : found)
                .setNext(more ? found.get(limit - 1).getName() : "")
                .build();
    }

    @Override
    public void pauseQueue(PauseQueueRequest request, StreamObserver<PauseQueueResponse> call) {
        answering.answer(call, () -> at(request.getQueue(), () -> broker.pauseGroup(request.getQueue(), Tasks.GROUP,
                request.getPaused())), done -> PauseQueueResponse.getDefaultInstance());
    }

    @Override
    public void setQueueLimits(SetQueueLimitsRequest request, StreamObserver<SetQueueLimitsResponse> call) {
        answering.answer(call, () -> {
            String queue = name(request.getQueue());
            dev.millrace.node.tasks.QueueLimits limits = TaskWords.of(request.getLimits());
            return broker.tasks().createQueue(queue).thenCompose(made -> broker.tasks().limits(queue, limits));
        }, done -> SetQueueLimitsResponse.getDefaultInstance());
    }

    @Override
    public void setQueueGroups(SetQueueGroupsRequest request, StreamObserver<SetQueueGroupsResponse> call) {
        answering.answer(call, () -> {
            String queue = name(request.getQueue());
            QueueGroups groups = FlowWishes.groups(request.getGroups());
            return broker.tasks().createQueue(queue).thenCompose(made -> broker.tasks().flows().groups(queue, groups));
        }, done -> SetQueueGroupsResponse.getDefaultInstance());
    }

    @Override
    public void listWaitingGroups(ListWaitingGroupsRequest request, StreamObserver<ListWaitingGroupsResponse> call) {
        answering.answer(call, () -> {
            int limit = page(request.getLimit());
            return at(request.getQueue(), () -> broker.tasks()
                    .flows()
                    .waiting(request.getQueue(), request.getAfter(), limit));
        }, FlowWords::of);
    }

    // ---- what queues there are ----

    /** Asks something of a queue; refuses a name that is none's, saying how a queue comes about. */
    private <T> CompletableFuture<T> at(String queue, Supplier<CompletableFuture<T>> question) {
        name(queue);
        return question.get()
                .exceptionallyCompose(failure -> isMissing(failure)
                        ? CompletableFuture.failedFuture(missing(queue))
                        : CompletableFuture.failedFuture(failure));
    }

    private static boolean isMissing(@Nullable Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof BrokerException refused && refused.category() == BrokerException.Category.NOT_FOUND;
    }

    private static BrokerException missing(String queue) {
        return new BrokerException(BrokerException.Category.NOT_FOUND, "there is no queue '" + queue
                + "'; enqueueing a task makes it, as does a worker");
    }

    private CompletableFuture<GroupStats> workers(String queue) {
        return broker.stats(name(queue)).thenApply(found -> {
            if (found.isEmpty()) {
                throw missing(queue);
            }
            if (!found.getFirst().tracked()) {
                throw new BrokerException(BrokerException.Category.NOT_FOUND,
                        "'" + queue + "' is a topic, not a task queue; see Admin.GetStats");
            }
            return workersOf(found.getFirst()).orElseThrow(() -> missing(queue));
        });
    }

    private static Optional<GroupStats> workersOf(TopicStats topic) {
        return topic.groups().stream().filter(group -> group.name().equals(Tasks.GROUP)).findFirst();
    }

    private static Queue queue(String name, GroupStats figures) {
        return Queue.newBuilder().setName(name).setFigures(Figures.of(figures)).build();
    }
}
