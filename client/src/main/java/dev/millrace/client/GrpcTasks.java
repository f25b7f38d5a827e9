package dev.millrace.client;

import dev.millrace.api.MessageId;
import dev.millrace.api.MillraceException;
import dev.millrace.api.Page;
import dev.millrace.api.spi.Feed;
import dev.millrace.api.spi.FeedListener;
import dev.millrace.api.spi.FlowEngine;
import dev.millrace.api.spi.Leased;
import dev.millrace.api.spi.TaskEngine;
import dev.millrace.api.task.Enqueued;
import dev.millrace.api.task.QueueLimits;
import dev.millrace.api.task.QueueStats;
import dev.millrace.api.task.Task;
import dev.millrace.api.task.TaskAction;
import dev.millrace.api.task.TaskFilter;
import dev.millrace.api.task.TaskInfo;
import dev.millrace.grpc.v1.ChangeTaskRequest;
import dev.millrace.grpc.v1.ChangeTaskResponse;
import dev.millrace.grpc.v1.ChangeTasksRequest;
import dev.millrace.grpc.v1.ChangeTasksResponse;
import dev.millrace.grpc.v1.DeleteTaskRequest;
import dev.millrace.grpc.v1.DeleteTaskResponse;
import dev.millrace.grpc.v1.DeleteTasksRequest;
import dev.millrace.grpc.v1.DeleteTasksResponse;
import dev.millrace.grpc.v1.GetQueueRequest;
import dev.millrace.grpc.v1.GetQueueResponse;
import dev.millrace.grpc.v1.GetTaskRequest;
import dev.millrace.grpc.v1.GetTaskResponse;
import dev.millrace.grpc.v1.ListQueuesRequest;
import dev.millrace.grpc.v1.ListQueuesResponse;
import dev.millrace.grpc.v1.ListTasksRequest;
import dev.millrace.grpc.v1.ListTasksResponse;
import dev.millrace.grpc.v1.PauseQueueRequest;
import dev.millrace.grpc.v1.PauseQueueResponse;
import dev.millrace.grpc.v1.SetQueueLimitsRequest;
import dev.millrace.grpc.v1.SetQueueLimitsResponse;
import dev.millrace.grpc.v1.TaskAnswer;
import dev.millrace.grpc.v1.TaskChange;
import dev.millrace.grpc.v1.TasksGrpc;
import io.grpc.Context;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** The task queues of a server. Thread-safe. */
final class GrpcTasks implements TaskEngine {
    private static final int MAX_PAGE = 1_000;

    private final GrpcEngine engine;
    private final EnqueueLine line;
    private final TasksGrpc.TasksStub stub;
    private final long timeoutMillis;
    private final GrpcFlows flows = new GrpcFlows(this);

    GrpcTasks(GrpcEngine engine, EnqueueLine line) {
        this.engine = engine;
        this.line = line;
        stub = TasksGrpc.newStub(engine.link().calls());
        timeoutMillis = engine.timeoutMillis();
    }

    @Override
    public FlowEngine flows() {
        return flows;
    }

    /** One call with a deadline; {@code what} names it in failures. */
    <A, T> CompletableFuture<T> ask(String what, BiConsumer<TasksGrpc.TasksStub, StreamObserver<A>> call,
            Function<A, T> answer) {
        return Calls.ask(what, (StreamObserver<A> observer) -> call
                .accept(stub.withDeadlineAfter(timeoutMillis, TimeUnit.MILLISECONDS), observer), answer);
    }

    /** One call that may wait at the server for so long; cancelling the future cancels it. */
    <A, T> CompletableFuture<T> waitFor(String what, long millis,
            BiConsumer<TasksGrpc.TasksStub, StreamObserver<A>> call, Function<A, T> answer) {
        Context.CancellableContext context = Context.current().withCancellation();
        CompletableFuture<T> future = Calls.ask(what, (StreamObserver<A> observer) -> context.run(() -> call.accept(
                stub.withDeadlineAfter(timeoutMillis + millis, TimeUnit.MILLISECONDS), observer)), answer);
        Ends.of(future, done -> context.cancel(null), failure -> context.cancel(null));
        return future;
    }

    <A> CompletableFuture<Void> tell(String what, BiConsumer<TasksGrpc.TasksStub, StreamObserver<A>> call) {
        return ask(what, call, (A answer) -> answer).thenAccept(answer -> {
            // it is done
        });
    }

    // ---- enqueueing and working ----

    @Override
    public CompletableFuture<List<Enqueued>> enqueue(String queue, List<Task> tasks) {
        try {
            return line.enqueue(queue, tasks);
        } catch (MillraceException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public CompletableFuture<Feed> subscribe(String queue, long leaseMillis, FeedListener listener) {
        return engine.subscribe(WorkerSession.Wish.queue(queue, leaseMillis), listener);
    }

    @Override
    public Task task(Leased leased) {
        return leased instanceof LeasedTask own ? own.task() : Task.of("", leased.body());
    }

    // ---- looking ----

    @Override
    public CompletableFuture<Optional<TaskInfo>> task(String queue, MessageId id) {
        GetTaskRequest request = GetTaskRequest.newBuilder().setQueue(queue).setId(id.value()).build();
        return ask("task " + id + " of queue " + queue, (tasks, call) -> tasks.getTask(request, call),
                (GetTaskResponse answer) -> answer.hasTask()
                        ? Optional.of(TaskTranslation.info(queue, answer.getTask()))
                        : Optional.empty());
    }

    @Override
    public CompletableFuture<Optional<MessageId>> idOf(String queue, String id) {
        if (id.isEmpty()) {
            return CompletableFuture.failedFuture(new MillraceException.Invalid("an id has 1 to 255 bytes of UTF-8"));
        }
        GetTaskRequest request = GetTaskRequest.newBuilder().setQueue(queue).setClientId(id).build();
        return ask("task " + id + " of queue " + queue, (tasks, call) -> tasks.getTask(request, call),
                (GetTaskResponse answer) -> answer.hasTask()
                        ? Optional.of(new MessageId(answer.getTask().getId()))
                        : Optional.empty());
    }

    @Override
    public CompletableFuture<Page<TaskInfo>> tasks(String queue, TaskFilter which, String cursor, int limit) {
        long after;
        try {
            after = cursor(cursor);
        } catch (MillraceException e) {
            return CompletableFuture.failedFuture(e);
        }
        ListTasksRequest.Builder request = ListTasksRequest.newBuilder()
                .setQueue(queue)
                .setState(TaskTranslation.state(which.state()))
                .setAfter(after)
                .setLimit(limit);
        which.type().ifPresent(request::setType);
        return ask("listing tasks of queue " + queue, (tasks, call) -> tasks.listTasks(request.build(), call),
                (ListTasksResponse page) -> new Page<>(
                        page.getTasksList().stream().map(info -> TaskTranslation.info(queue, info)).toList(),
                        next(page.getNext())));
    }

    static long cursor(String cursor) {
        try {
            return cursor.isEmpty() ? 0 : Long.parseLong(cursor);
        } catch (NumberFormatException e) {
            throw new MillraceException.Invalid("'" + cursor
                    + "' is no cursor: use the one of the page before, or an empty one for the first page", e);
        }
    }

    static Optional<String> next(long cursor) {
        return cursor == 0 ? Optional.empty() : Optional.of(Long.toString(cursor));
    }

    // ---- changing ----

    @Override
    public CompletableFuture<Boolean> change(String queue, MessageId id, TaskAction action) {
        String what = "changing task " + id + " of queue " + queue;
        if (action == TaskAction.DELETE) {
            DeleteTaskRequest request = DeleteTaskRequest.newBuilder().setQueue(queue).setId(id.value()).build();
            return ask(what, (tasks, call) -> tasks.deleteTask(request, call),
                    (DeleteTaskResponse answer) -> isDone(answer.getAnswer()));
        }
        ChangeTaskRequest request = ChangeTaskRequest.newBuilder()
                .setQueue(queue)
                .setId(id.value())
                .setChange(change(action))
                .build();
        return ask(what, (tasks, call) -> tasks.changeTask(request, call),
                (ChangeTaskResponse answer) -> isDone(answer.getAnswer()));
    }

    private static boolean isDone(TaskAnswer answer) {
        return answer == TaskAnswer.TASK_ANSWER_DONE || answer == TaskAnswer.TASK_ANSWER_ASKED;
    }

    private static TaskChange change(TaskAction action) {
        return switch (action) {
            case CANCEL -> TaskChange.TASK_CHANGE_CANCEL;
            case RUN_NOW -> TaskChange.TASK_CHANGE_RUN_NOW;
            case REDRIVE -> TaskChange.TASK_CHANGE_REDRIVE;
            case ARCHIVE -> TaskChange.TASK_CHANGE_ARCHIVE;
            case DELETE -> throw new IllegalArgumentException("deleting has a call of its own");
        };
    }

    @Override
    public CompletableFuture<Slice> changeSome(String queue, TaskFilter which, TaskAction action, String cursor) {
        long after;
        try {
            after = cursor(cursor);
        } catch (MillraceException e) {
            return CompletableFuture.failedFuture(e);
        }
        String what = "changing tasks of queue " + queue;
        if (action == TaskAction.DELETE) {
            DeleteTasksRequest.Builder request = DeleteTasksRequest.newBuilder()
                    .setQueue(queue)
                    .setState(TaskTranslation.state(which.state()))
                    .setSlice(true)
                    .setAfter(after);
            which.type().ifPresent(request::setType);
            return ask(what, (tasks, call) -> tasks.deleteTasks(request.build(), call),
                    (DeleteTasksResponse answer) -> new Slice(answer.getDeleted(), next(answer.getNext())));
        }
        ChangeTasksRequest.Builder request = ChangeTasksRequest.newBuilder()
                .setQueue(queue)
                .setState(TaskTranslation.state(which.state()))
                .setChange(change(action))
                .setSlice(true)
                .setAfter(after);
        which.type().ifPresent(request::setType);
        return ask(what, (tasks, call) -> tasks.changeTasks(request.build(), call),
                (ChangeTasksResponse answer) -> new Slice(answer.getChanged(), next(answer.getNext())));
    }

    // ---- queues ----

    @Override
    public CompletableFuture<Void> limits(String queue, QueueLimits limits) {
        SetQueueLimitsRequest request = SetQueueLimitsRequest.newBuilder()
                .setQueue(queue)
                .setLimits(TaskTranslation.limits(limits))
                .build();
        return this.<SetQueueLimitsResponse>tell("the limits of queue " + queue,
                (tasks, call) -> tasks.setQueueLimits(request, call));
    }

    @Override
    public CompletableFuture<QueueLimits> limits(String queue) {
        return queue(queue, answer -> TaskTranslation.limits(answer.getLimits()));
    }

    @Override
    public CompletableFuture<Void> pauseQueue(String queue, boolean paused) {
        PauseQueueRequest request = PauseQueueRequest.newBuilder().setQueue(queue).setPaused(paused).build();
        return this.<PauseQueueResponse>tell("pausing queue " + queue,
                (tasks, call) -> tasks.pauseQueue(request, call));
    }

    @Override
    public CompletableFuture<QueueStats> queueStats(String queue) {
        return queue(queue, answer -> TaskTranslation.stats(answer.getQueue()));
    }

    <T> CompletableFuture<T> queue(String queue, Function<GetQueueResponse, T> answer) {
        GetQueueRequest request = GetQueueRequest.newBuilder().setQueue(queue).build();
        return ask("queue " + queue, (tasks, call) -> tasks.getQueue(request, call), answer);
    }

    @Override
    public CompletableFuture<List<QueueStats>> queues() {
        return queues("", List.of());
    }

    private CompletableFuture<List<QueueStats>> queues(String after, List<QueueStats> before) {
        ListQueuesRequest request = ListQueuesRequest.newBuilder().setAfter(after).setLimit(MAX_PAGE).build();
        CompletableFuture<ListQueuesResponse> page = ask("listing queues",
                (tasks, call) -> tasks.listQueues(request, call), (ListQueuesResponse found) -> found);
        return page.thenCompose(found -> {
            List<QueueStats> all = new ArrayList<>(before);
            found.getQueuesList().forEach(queue -> all.add(TaskTranslation.stats(queue)));
            return found.getNext().isEmpty() ? CompletableFuture.completedFuture(List.copyOf(all))
                    : queues(found.getNext(), all);
        });
    }
}
