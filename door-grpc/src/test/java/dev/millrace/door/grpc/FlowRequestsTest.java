package dev.millrace.door.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.millrace.grpc.v1.Batch;
import dev.millrace.grpc.v1.BatchRef;
import dev.millrace.grpc.v1.CloseBatchRequest;
import dev.millrace.grpc.v1.Delivery;
import dev.millrace.grpc.v1.EnqueueRequest;
import dev.millrace.grpc.v1.EnqueueResponse;
import dev.millrace.grpc.v1.ErrorDetail.Category;
import dev.millrace.grpc.v1.GetBatchRequest;
import dev.millrace.grpc.v1.GetQueueRequest;
import dev.millrace.grpc.v1.GetTaskRequest;
import dev.millrace.grpc.v1.OpenBatchRequest;
import dev.millrace.grpc.v1.OpenBatchResponse;
import dev.millrace.grpc.v1.PreviousResult;
import dev.millrace.grpc.v1.QueueGroups;
import dev.millrace.grpc.v1.SetQueueGroupsRequest;
import dev.millrace.grpc.v1.Step;
import dev.millrace.grpc.v1.TaskSpec;
import io.grpc.Status;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Chains, batches and groups as clients in other languages use them. */
class FlowRequestsTest {
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

    private static TaskSpec.Builder task(String payload) {
        return TasksTest.task(payload);
    }

    private static Step step(String queue, TaskSpec.Builder task) {
        return Step.newBuilder().setQueue(queue).setTask(task).build();
    }

    private EnqueueResponse enqueue(TaskSpec.Builder... tasks) {
        EnqueueRequest.Builder request = EnqueueRequest.newBuilder().setQueue("mails");
        List.of(tasks).forEach(request::addTasks);
        return rig.tasks().enqueue(request.build());
    }

    private void assertRefused(Category category, String message, Runnable call) {
        Refused refused = Refused.by(call);
        assertThat(refused.category()).isEqualTo(category);
        assertThat(refused.message()).contains(message);
    }

    private void assertInvalid(String message, TaskSpec.Builder task) {
        assertRefused(Category.CATEGORY_INVALID, message, () -> enqueue(task));
    }

    private OpenBatchResponse openBatch(TaskSpec.Builder task) {
        return rig.tasks().openBatch(OpenBatchRequest.newBuilder().setQueue("ends").setTask(task).build());
    }

    private Batch batch(BatchRef batch) {
        return rig.tasks().getBatch(GetBatchRequest.newBuilder().setBatch(batch).build()).getBatch();
    }

    private void close(BatchRef batch) {
        assertThat(rig.tasks().closeBatch(CloseBatchRequest.newBuilder().setBatch(batch).build())).isNotNull();
    }

    private void groups(QueueGroups groups) {
        assertThat(rig.tasks()
                .setQueueGroups(SetQueueGroupsRequest.newBuilder().setQueue("mails").setGroups(groups).build()))
                .isNotNull();
    }

    @Test
    void chain_isShownAsItWasEnqueued_aStepWithoutAQueueIsInThatOfTheFirst() {
        Step second = step("", task("second").setPriority(4).setDelayMillis(20));
        Step third = step("pages", task("third").setPriority(9)).toBuilder()
                .setResult(PreviousResult.PREVIOUS_RESULT_HEADER)
                .build();
        long id = rig.enqueue(task("first").addThen(second).addThen(third));
        TaskSpec shown = rig.tasks()
                .getTask(GetTaskRequest.newBuilder().setQueue("mails").setId(id).build())
                .getTask()
                .getTask();
        assertThat(shown.getThenList()).containsExactly(second.toBuilder().setQueue("mails").build(), third);
        Worker worker = new Worker(rig.channel);
        worker.opens(Worker.openQueue(2));
        Delivery first = worker.take();
        assertThat(first.getTask().getThenCount()).isEqualTo(2);
        worker.settles(1, first);
        Delivery next = worker.take();
        assertThat(next.getBody().toStringUtf8()).isEqualTo("second");
        assertThat(next.getTask().getHeadersMap()).containsEntry("millrace-previous-id", String.format("%016x", id));
        assertThat(next.getTask().getThenList()).containsExactly(third);
    }

    @Test
    void batch_isOpenedJoinedClosedAndAskedFor() {
        OpenBatchResponse opened = openBatch(task("over").setUniqueKey("one"));
        BatchRef batch = opened.getBatch();
        assertThat(batch.getQueue()).isEqualTo("ends");
        assertThat(opened.getDuplicate()).isFalse();
        assertThat(openBatch(task("over").setUniqueKey("one")))
                .isEqualTo(opened.toBuilder().setDuplicate(true).build());
        rig.enqueue(task("member").setBatch(batch));
        assertThat(batch(batch)).isEqualTo(Batch.newBuilder().setAdded(1).build());
        close(batch);
        close(batch);
        EnqueueResponse some = enqueue(task("late").setBatch(batch), task("alone"));
        assertThat(some.getResults(0).getError().getCategory()).isEqualTo(Category.CATEGORY_NOT_FOUND);
        assertThat(some.getResults(0).getError().getMessage()).contains("no batch of this id is open");
        assertThat(some.getResults(1).getId()).isNotZero();
        Worker worker = new Worker(rig.channel);
        worker.opens(Worker.openQueue(1));
        Delivery member = worker.take();
        assertThat(member.getTask().getBatch()).isEqualTo(batch);
        worker.settles(1, member);
        Batch over = Batch.newBuilder().setClosed(true).setOver(true).setAdded(1).setDone(1).build();
        long deadline = System.nanoTime() + 30_000_000_000L;
        while (!batch(batch).equals(over)) {
            assertThat(System.nanoTime()).as("in vain: the end of the batch").isLessThan(deadline);
        }
        close(batch);
    }

    @Test
    void group_isDeliveredWithPayloads_andAnEmptyBody() {
        groups(QueueGroups.newBuilder().setMaxSize(2).setMaxDelayMillis(0).build());
        assertThat(rig.tasks().getQueue(GetQueueRequest.newBuilder().setQueue("mails").build()).getGroups())
                .isEqualTo(QueueGroups.newBuilder().setMaxSize(2).setMaxDelayMillis(0).setGraceMillis(60_000).build());
        enqueue(task("a").setGroup("g"), task("").setGroup("g"));
        Worker worker = new Worker(rig.channel);
        worker.opens(Worker.openQueue(1));
        Delivery both = worker.take();
        assertThat(both.getBody()).isEmpty();
        assertThat(both.getTask().getGroup()).isEqualTo("g");
        assertThat(both.getTask().getPayloadsList()).containsExactly(ByteString.copyFromUtf8("a"), ByteString.EMPTY);
        TaskSpec shown = rig.tasks()
                .getTask(GetTaskRequest.newBuilder().setQueue("mails").setId(both.getId()).build())
                .getTask()
                .getTask();
        assertThat(shown).isEqualTo(both.getTask());
    }

    @Test
    void whatCannotBe_isRefusedByName() {
        Step plain = step("pages", task("x"));
        assertInvalid("list the steps one after the other",
                task("a").addThen(step("pages", task("x").addThen(plain))));
        assertInvalid("step 1: delay_millis and due_at_millis cannot both be given", task("a").addThen(plain)
                .addThen(step("pages", task("x").setDueAtMillis(1).setDelayMillis(1))));
        assertInvalid("step 0: priority must be 0 to 9", task("a").addThen(step("pages", task("x").setPriority(10))));
        assertInvalid("queue 'no such' is no valid name", task("a").addThen(step("no such", task("x"))));
        assertInvalid("result must be one that this server knows",
                task("a").addThen(plain.toBuilder().setResultValue(9)));
        assertInvalid("the number of steps must be 0 to 100", task("a").addAllThen(Collections.nCopies(101, plain)));
        assertInvalid("at most 16384 bytes together", task("a").addThen(step("pages", task("x".repeat(17 << 10)))));
        assertInvalid("payloads must not be given", task("a").addPayloads(ByteString.EMPTY));
        assertInvalid("a task with a group has no ordering key", task("a").setGroup("g").setKey("k"));
        assertInvalid("group has 1 to 255 bytes", task("a").setGroup("g".repeat(256)));
        assertInvalid("the id of a batch must be given", task("a").setBatch(BatchRef.newBuilder().setQueue("ends")));
        assertRefused(Category.CATEGORY_INVALID, "the task that ends a batch has no group",
                () -> openBatch(task("over").setGroup("g")));
        assertRefused(Category.CATEGORY_INVALID, "max_size must be 1 to 1000",
                () -> groups(QueueGroups.newBuilder().setMaxSize(1_001).build()));
        assertRefused(Category.CATEGORY_INVALID, "grace_millis must be 0 to",
                () -> groups(QueueGroups.newBuilder().setGraceMillis(-1).build()));
    }

    @Test
    void batchThatIsNotThere_isNotFound_byAllCalls() {
        BatchRef none = BatchRef.newBuilder().setQueue("ends").setId(77).build();
        assertRefused(Category.CATEGORY_NOT_FOUND, "there is no queue 'ends'", () -> batch(none));
        openBatch(task("over"));
        String missing = "queue 'ends' has no batch 000000000000004d: it never was, was called off";
        assertRefused(Category.CATEGORY_NOT_FOUND, missing, () -> batch(none));
        assertRefused(Category.CATEGORY_NOT_FOUND, missing, () -> close(none));
        assertRefused(Category.CATEGORY_NOT_FOUND, "no batch of this id is open",
                () -> enqueue(task("a").setBatch(none)));
        assertThat(Refused.by(() -> batch(none)).code()).isEqualTo(Status.Code.NOT_FOUND);
    }
}
