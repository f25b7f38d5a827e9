package dev.millrace.door.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.millrace.core.machine.Ceilings;
import dev.millrace.core.shard.ShardLimits;
import dev.millrace.core.shard.ShardOptions;
import dev.millrace.core.shard.TopicQuota;
import dev.millrace.grpc.v1.ChangeTaskRequest;
import dev.millrace.grpc.v1.ChangeTasksRequest;
import dev.millrace.grpc.v1.ChangeTasksResponse;
import dev.millrace.grpc.v1.CreateQueueRequest;
import dev.millrace.grpc.v1.DeleteTaskRequest;
import dev.millrace.grpc.v1.DeleteTasksRequest;
import dev.millrace.grpc.v1.EnqueueRequest;
import dev.millrace.grpc.v1.EnqueueResponse;
import dev.millrace.grpc.v1.EnqueueResult;
import dev.millrace.grpc.v1.ErrorDetail.Category;
import dev.millrace.grpc.v1.GetQueueRequest;
import dev.millrace.grpc.v1.GetTaskRequest;
import dev.millrace.grpc.v1.ListQueuesRequest;
import dev.millrace.grpc.v1.ListTasksRequest;
import dev.millrace.grpc.v1.ListTasksResponse;
import dev.millrace.grpc.v1.PauseQueueRequest;
import dev.millrace.grpc.v1.Queue;
import dev.millrace.grpc.v1.QueueLimits;
import dev.millrace.grpc.v1.SetQueueLimitsRequest;
import dev.millrace.grpc.v1.TaskAnswer;
import dev.millrace.grpc.v1.TaskChange;
import dev.millrace.grpc.v1.TaskInfo;
import dev.millrace.grpc.v1.TaskSpec;
import dev.millrace.grpc.v1.TaskState;
import dev.millrace.grpc.v1.TasksGrpc;
import dev.millrace.node.NodeOptions;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Enqueueing, looking and changing, call by call. */
class TasksTest {
    private static final long HOUR = 3_600_000;

    @TempDir Path folder;
    private DoorRig rig;

    @BeforeEach
    void open() {
        rig = new DoorRig(folder);
    }

    @AfterEach
    void close() {
        rig.close();
    }

    static TaskSpec.Builder task(String payload) {
        return TaskSpec.newBuilder().setType("mail").setPayload(ByteString.copyFromUtf8(payload));
    }

    private static EnqueueRequest request(TaskSpec.Builder... tasks) {
        EnqueueRequest.Builder request = EnqueueRequest.newBuilder().setQueue("mails");
        for (TaskSpec.Builder task : tasks) {
            request.addTasks(task);
        }
        return request.build();
    }

    private TaskInfo info(long id) {
        return rig.tasks().getTask(GetTaskRequest.newBuilder().setQueue("mails").setId(id).build()).getTask();
    }

    private TaskAnswer change(long id, TaskChange change) {
        return rig.tasks()
                .changeTask(ChangeTaskRequest.newBuilder().setQueue("mails").setId(id).setChange(change).build())
                .getAnswer();
    }

    // ---- enqueueing ----

    @Test
    void task_isShownAsItWasEnqueued() {
        TaskSpec all = task("hello").putHeaders("trace", "t1")
                .setKey("user 7")
                .setLimitKey("tenant 3")
                .setUniqueKey("welcome 7")
                .setUniqueMillis(HOUR)
                .setUntilDone(true)
                .setPriority(9)
                .setExpiresMillis(2 * HOUR)
                .setMaxAttempts(3)
                .setMinBackoffMillis(10)
                .setMaxBackoffMillis(20)
                .setTimeoutMillis(30)
                .setDeadlineMillis(4_000_000_000_000L)
                .setRetentionMillis(HOUR)
                .build();
        TaskInfo shown = info(rig.enqueue(all.toBuilder().setDelayMillis(HOUR)));
        assertThat(shown.getTask()).isEqualTo(all);
        assertThat(shown.getState()).isEqualTo(TaskState.TASK_STATE_SCHEDULED);
        assertThat(shown.getMaxAttempts()).isEqualTo(3);
        assertThat(shown.getUntilMillis() - shown.getEnqueuedAtMillis()).isGreaterThanOrEqualTo(HOUR);
        long dueAt = System.currentTimeMillis() + HOUR;
        assertThat(info(rig.enqueue(task("at").setDueAtMillis(dueAt))).getUntilMillis()).isGreaterThanOrEqualTo(dueAt);
        assertThat(info(rig.enqueue(task("past").setDueAtMillis(1))).getState()).isEqualTo(TaskState.TASK_STATE_READY);
        assertThat(info(rig.enqueue(task("plain"))).getTask().getPriority()).isEqualTo(4);
    }

    @Test
    void batch_largerThanTheLogTakesAtOnce_keepsItsOrder_andNamesDuplicates() {
        String large = "x".repeat(100_000);
        TaskSpec.Builder unique = task(large).setUniqueKey("u");
        EnqueueResponse answer = rig.tasks()
                .enqueue(request(unique, task(large), task(large), task(large), task(large), unique));
        List<Long> ids = answer.getResultsList().stream().map(EnqueueResult::getId).toList();
        assertThat(ids.subList(0, 5)).isSorted().doesNotHaveDuplicates();
        assertThat(answer.getResults(5).getDuplicate()).isTrue();
        assertThat(ids.get(5)).isEqualTo(ids.get(0));
    }

    @Test
    void badTasks_areNamed_andNothingOfTheirRequestIsEnqueued() {
        String large = "x".repeat(300_000);
        assertInvalid("task 1: priority must be 0 to 9, not 10", task("a"), task("b").setPriority(10));
        assertInvalid("task 2: type has 1 to 255 bytes", task(large), task(large), task("b").setType("t".repeat(256)));
        assertInvalid("delay_millis and due_at_millis cannot both be given",
                task("a").setDelayMillis(1).setDueAtMillis(1));
        assertInvalid("unique_key must be there", task("a").setUniqueMillis(1));
        assertInvalid("min_backoff_millis must be there", task("a").setMaxBackoffMillis(1));
        assertInvalid("max_backoff_millis must be 5 to", task("a").setMinBackoffMillis(5).setMaxBackoffMillis(4));
        assertInvalid("the number of tasks in one request must be 1 to 1000, not 0");
        Refused none = Refused.by(() -> rig.tasks()
                .getQueue(GetQueueRequest.newBuilder().setQueue("mails").build()));
        assertThat(none.code()).isEqualTo(Status.Code.NOT_FOUND);
        Refused payload = Refused.by(() -> rig.enqueue(task("x".repeat((1 << 20) + 1))));
        assertThat(payload.code()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        assertThat(payload.message()).contains("max-message-size");
        rig.publish("orders", "a");
        Refused topic = Refused.by(() -> rig.tasks()
                .enqueue(EnqueueRequest.newBuilder().setQueue("orders").addTasks(task("a")).build()));
        assertThat(topic.message()).contains("use another name for the queue");
    }

    private void assertInvalid(String message, TaskSpec.Builder... tasks) {
        Refused refused = Refused.by(() -> rig.tasks().enqueue(request(tasks)));
        assertThat(refused.message()).contains(message);
        assertThat(refused.code()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(refused.category()).isEqualTo(Category.CATEGORY_INVALID);
    }

    @Test
    void limit_refusesWhatIsBeyondIt_andSaysWhichTasks() {
        rig.close();
        ShardLimits few = new ShardLimits(10, 10, 100, new Ceilings(100, 100, 100, 2), TopicQuota.NONE);
        rig = new DoorRig(folder, DoorRig.options(folder), new NodeOptions(1, 0,
                new ShardOptions(0, ShardOptions.DEFAULT.syncLevel(), 1_000, 1 << 20, few)));
        TaskSpec.Builder large = task("x".repeat(120_000)); // two of them go together
        List<EnqueueResult> results = rig.tasks().enqueue(request(large, large, large)).getResultsList();
        assertThat(results.stream().map(EnqueueResult::hasError)).containsExactly(false, false, true);
        assertThat(results.get(2).getError().getMessage()).contains("max-tracked");
        Refused whole = Refused.by(() -> rig.enqueue(task("d")));
        assertThat(whole.code()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        assertThat(whole.category()).isEqualTo(Category.CATEGORY_LIMIT);
        assertThat(whole.message()).contains("max-tracked");
    }

    @Test
    void stream_answersEachRequestByItsNumber_alsoRefusedOnes_andKeepsTheOrder() {
        ConcurrentHashMap<Long, EnqueueResponse> answers = new ConcurrentHashMap<>();
        CompletableFuture<Void> completed = new CompletableFuture<>();
        StreamObserver<EnqueueRequest> requests = TasksGrpc.newStub(rig.channel)
                .enqueueStream(new StreamObserver<>() {
                    @Override
                    public void onNext(EnqueueResponse answer) {
                        answers.put(answer.getNumber(), answer);
                    }

                    @Override
                    public void onError(Throwable reason) {
                        completed.completeExceptionally(reason);
                    }

                    @Override
                    public void onCompleted() {
                        completed.complete(null);
                    }
                });
        for (long i = 1; i <= 600; i++) {
            requests.onNext(request(task("t" + i).setPriority(i == 300 ? 10 : 1)).toBuilder().setNumber(i).build());
        }
        requests.onCompleted();
        completed.orTimeout(25, TimeUnit.SECONDS).join();
        assertThat(answers).hasSize(600);
        assertThat(answers.values().stream().filter(EnqueueResponse::hasError).map(EnqueueResponse::getNumber))
                .containsExactly(300L);
        assertThat(answers.values()
                .stream()
                .filter(answer -> !answer.hasError())
                .sorted(Comparator.comparingLong(EnqueueResponse::getNumber))
                .map(answer -> answer.getResults(0).getId())).isSorted().doesNotHaveDuplicates();
    }

    // ---- looking and changing ----

    @Test
    void list_goesThroughAState_inPagesThatEndEarlyWhenTasksAreLarge() {
        rig.tasks().enqueue(request(task("soon").setDelayMillis(HOUR)));
        TaskSpec.Builder large = task("x".repeat(900_000));
        List<Long> ids = IntStream.range(0, 5).mapToObj(i -> rig.enqueue(large)).toList();
        ListTasksRequest.Builder request = ListTasksRequest.newBuilder()
                .setQueue("mails")
                .setState(TaskState.TASK_STATE_READY);
        List<Long> found = new ArrayList<>();
        int pages = 0;
        ListTasksResponse page;
        do {
            page = rig.tasks().listTasks(request.build());
            page.getTasksList().forEach(task -> found.add(task.getId()));
            request.setAfter(page.getNext());
            pages++;
        } while (page.getNext() != 0);
        assertThat(found).isEqualTo(ids);
        assertThat(pages).isGreaterThan(1);
        assertThat(rig.tasks().listTasks(request.clearState().clearAfter().setLimit(1).build()).getTasksCount())
                .isEqualTo(1);
        assertThat(Refused.by(() -> rig.tasks().listTasks(request.setLimit(1_001).build())).message())
                .contains("limit must be 1 to 1000");
    }

    @Test
    void changes_answerWhatBecameOfTheTask() {
        long later = rig.enqueue(task("later").setDelayMillis(HOUR));
        assertThat(change(later, TaskChange.TASK_CHANGE_RUN_NOW)).isEqualTo(TaskAnswer.TASK_ANSWER_DONE);
        assertThat(change(later, TaskChange.TASK_CHANGE_RUN_NOW)).isEqualTo(TaskAnswer.TASK_ANSWER_READY);
        assertThat(change(later, TaskChange.TASK_CHANGE_CANCEL)).isEqualTo(TaskAnswer.TASK_ANSWER_DONE);
        assertThat(change(later, TaskChange.TASK_CHANGE_CANCEL)).isEqualTo(TaskAnswer.TASK_ANSWER_MISSING);
        assertThat(rig.tasks()
                .getTask(GetTaskRequest.newBuilder().setQueue("mails").setId(later).build())
                .hasTask()).isFalse();
        rig.tasks().enqueue(request(task("a").setDelayMillis(HOUR), task("b").setDelayMillis(HOUR)));
        assertThat(rig.tasks()
                .changeTasks(ChangeTasksRequest.newBuilder()
                        .setQueue("mails")
                        .setState(TaskState.TASK_STATE_SCHEDULED)
                        .setChange(TaskChange.TASK_CHANGE_RUN_NOW)
                        .build())
                .getChanged()).isEqualTo(2);
        long given = rig.enqueue(task("c"));
        assertThat(change(given, TaskChange.TASK_CHANGE_ARCHIVE)).isEqualTo(TaskAnswer.TASK_ANSWER_DONE);
        assertThat(info(given).getState()).isEqualTo(TaskState.TASK_STATE_DEAD);
        assertThat(change(given, TaskChange.TASK_CHANGE_REDRIVE)).isEqualTo(TaskAnswer.TASK_ANSWER_DONE);
        assertThat(Refused.by(() -> change(later, TaskChange.TASK_CHANGE_UNSPECIFIED)).message())
                .contains("change must be");
    }

    @Test
    void changes_ofAll_goInSlicesIfWanted() {
        for (int i = 0; i < 2; i++) {
            rig.tasks()
                    .enqueue(request(IntStream.range(0, 400)
                            .mapToObj(t -> task("t" + t).setDelayMillis(HOUR))
                            .toArray(TaskSpec.Builder[]::new)));
        }
        ChangeTasksRequest.Builder slice = ChangeTasksRequest.newBuilder()
                .setQueue("mails")
                .setState(TaskState.TASK_STATE_SCHEDULED)
                .setChange(TaskChange.TASK_CHANGE_CANCEL)
                .setSlice(true);
        ChangeTasksResponse first = rig.tasks().changeTasks(slice.build());
        assertThat(first.getChanged()).isBetween(1L, 799L);
        assertThat(first.getNext()).isNotZero();
        ChangeTasksResponse second = rig.tasks().changeTasks(slice.setAfter(first.getNext()).build());
        assertThat(first.getChanged() + second.getChanged()).isEqualTo(800);
    }

    @Test
    void deletion_needsTheToken() throws IOException {
        long id = rig.enqueue(task("a"));
        DeleteTaskRequest one = DeleteTaskRequest.newBuilder().setQueue("mails").setId(id).build();
        DeleteTasksRequest all = DeleteTasksRequest.newBuilder()
                .setQueue("mails")
                .setState(TaskState.TASK_STATE_READY)
                .build();
        for (Refused refused : List.of(Refused.by(() -> rig.tasks().deleteTask(one)),
                Refused.by(() -> rig.tasks().deleteTasks(all)),
                Refused.by(() -> DoorRig.with("wrong", rig.tasks()).deleteTask(one)))) {
            assertThat(refused.code()).isEqualTo(Status.Code.UNAUTHENTICATED);
            assertThat(refused.category()).isEqualTo(Category.CATEGORY_UNAUTHENTICATED);
            assertThat(refused.message()).contains("authorization: Bearer TOKEN").contains("http-token");
        }
        TasksGrpc.TasksBlockingStub tasks = DoorRig.with(rig.token(), rig.tasks());
        assertThat(tasks.deleteTask(one).getAnswer()).isEqualTo(TaskAnswer.TASK_ANSWER_DONE);
        assertThat(tasks.deleteTask(one).getAnswer()).isEqualTo(TaskAnswer.TASK_ANSWER_MISSING);
        rig.enqueue(task("b"));
        assertThat(tasks.deleteTasks(all).getDeleted()).isEqualTo(1);
    }

    // ---- queues ----

    @Test
    void queues_haveFigures_limitsAndPauses() {
        CreateQueueRequest create = CreateQueueRequest.newBuilder().setQueue("calls").build();
        assertThat(rig.tasks().createQueue(create).getCreated()).isTrue();
        assertThat(rig.tasks().createQueue(create).getCreated()).isFalse();
        rig.tasks().enqueue(request(task("a"), task("b").setDelayMillis(HOUR)));
        rig.publish("orders", "no task");
        QueueLimits limits = QueueLimits.newBuilder()
                .setConcurrencyPerKey(2)
                .setRatePerKey(3)
                .setPeriodMillis(4)
                .setAgeingMillis(5)
                .build();
        rig.tasks().setQueueLimits(SetQueueLimitsRequest.newBuilder().setQueue("mails").setLimits(limits).build());
        rig.tasks().pauseQueue(PauseQueueRequest.newBuilder().setQueue("mails").setPaused(true).build());
        GetQueueRequest mails = GetQueueRequest.newBuilder().setQueue("mails").build();
        assertThat(rig.tasks().getQueue(mails).getLimits()).isEqualTo(limits);
        Queue shown = rig.tasks().getQueue(mails).getQueue();
        assertThat(shown.getFigures().getPaused()).isTrue();
        assertThat(shown.getFigures().getReady()).isEqualTo(1);
        assertThat(shown.getFigures().getScheduled()).isEqualTo(1);
        assertThat(rig.tasks().listQueues(ListQueuesRequest.getDefaultInstance()).getQueuesList())
                .extracting(Queue::getName)
                .containsExactly("calls", "mails");
        String next = rig.tasks().listQueues(ListQueuesRequest.newBuilder().setLimit(1).build()).getNext();
        assertThat(rig.tasks().listQueues(ListQueuesRequest.newBuilder().setAfter(next).build()).getQueuesList())
                .extracting(Queue::getName)
                .containsExactly("mails");
    }

    @Test
    void unknownQueues_areNamedWithTheCure() {
        rig.publish("orders", "no task");
        GetTaskRequest of = GetTaskRequest.newBuilder().setQueue("none").setId(1).build();
        PauseQueueRequest pause = PauseQueueRequest.newBuilder().setQueue("none").build();
        for (Refused refused : List.of(Refused.by(() -> rig.tasks().getTask(of)),
                Refused.by(() -> rig.tasks().pauseQueue(pause)))) {
            assertThat(refused.code()).isEqualTo(Status.Code.NOT_FOUND);
            assertThat(refused.message()).contains("there is no queue 'none'; enqueueing a task makes it");
        }
        assertThat(Refused.by(() -> rig.tasks()
                .getQueue(GetQueueRequest.newBuilder().setQueue("orders").build())).message())
                .contains("'orders' is a topic, not a task queue");
        assertThat(Refused.by(() -> rig.tasks()
                .createQueue(CreateQueueRequest.newBuilder().setQueue("no/name").build())).code())
                .isEqualTo(Status.Code.INVALID_ARGUMENT);
    }
}
