package dev.millrace.door.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.millrace.grpc.v1.ChangeTaskRequest;
import dev.millrace.grpc.v1.Delivery;
import dev.millrace.grpc.v1.Ended;
import dev.millrace.grpc.v1.Extension;
import dev.millrace.grpc.v1.GetTaskRequest;
import dev.millrace.grpc.v1.Open;
import dev.millrace.grpc.v1.Opened;
import dev.millrace.grpc.v1.Output;
import dev.millrace.grpc.v1.Progress;
import dev.millrace.grpc.v1.Results;
import dev.millrace.grpc.v1.Retry;
import dev.millrace.grpc.v1.Subscription;
import dev.millrace.grpc.v1.TaskAnswer;
import dev.millrace.grpc.v1.TaskChange;
import dev.millrace.grpc.v1.TaskInfo;
import dev.millrace.grpc.v1.TaskSpec;
import dev.millrace.grpc.v1.TaskState;
import dev.millrace.grpc.v1.WorkerMessage;
import io.grpc.ManagedChannel;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A session that works on a task queue. */
class TaskWorkTest {
    private static final Open OPEN = Worker.openQueue(2);
    /** Of which a broken stream is missed long before its silence would be. */
    private static final Open PATIENT = OPEN.toBuilder().setSessionTimeoutMillis(60_000).build();
    /** Which waits for its client. */
    private static final Open WAITING = PATIENT.toBuilder().setResumeMillis(60_000).build();

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

    private Worker worker() {
        return new Worker(rig.channel);
    }

    private TaskInfo info(long id) {
        return rig.tasks().getTask(GetTaskRequest.newBuilder().setQueue("mails").setId(id).build()).getTask();
    }

    private TaskAnswer cancel(long id) {
        return rig.tasks()
                .changeTask(ChangeTaskRequest.newBuilder()
                        .setQueue("mails")
                        .setId(id)
                        .setChange(TaskChange.TASK_CHANGE_CANCEL)
                        .build())
                .getAnswer();
    }

    private static Output progress(Delivery task, int percent) {
        return Output.newBuilder()
                .setToken(task.getToken())
                .setProgress(Progress.newBuilder().setPercent(percent).setText("at " + percent))
                .build();
    }

    private static Output result(Delivery task, ByteString bytes) {
        return Output.newBuilder().setToken(task.getToken()).setResult(bytes).build();
    }

    @Test
    void worker_thatComesBeforeTheFirstTask_getsTasksAsTheyAre() {
        Worker worker = worker();
        worker.opens(OPEN);
        TaskSpec sent = task("hello").putHeaders("trace", "t1")
                .setKey("k")
                .setPriority(7)
                .setTimeoutMillis(30)
                .setDeadlineMillis(4_000_000_000_000L)
                .setMaxAttempts(3)
                .build();
        long id = rig.enqueue(sent.toBuilder());
        Delivery got = worker.take();
        assertThat(got.getId()).isEqualTo(id);
        assertThat(got.getAttempt()).isEqualTo(1);
        assertThat(got.getBody().toStringUtf8()).isEqualTo("hello");
        assertThat(got.getTask()).isEqualTo(sent.toBuilder().clearPayload().build());
        assertThat(worker.settles(1, got).getStaleCount()).isZero();
        assertThat(worker.settles(2, got).getStaleList()).containsExactly(got.getToken());
    }

    @Test
    void retries_countOrDoNot_andBuriedTasksAreDead() {
        long id = rig.enqueue(task("a").setMaxAttempts(2));
        Worker worker = worker();
        worker.opens(OPEN);
        worker.settles(Results.newBuilder()
                .setNumber(1)
                .addRetries(Retry.newBuilder().setToken(worker.take().getToken()).setNotCounted(true)));
        Delivery again = worker.take();
        assertThat(again.getAttempt()).as("the first one did not count").isEqualTo(1);
        worker.settles(Results.newBuilder()
                .setNumber(2)
                .addRetries(Retry.newBuilder().setToken(again.getToken()).setError("busy")));
        Delivery last = worker.take();
        assertThat(last.getAttempt()).isEqualTo(2);
        worker.settles(Results.newBuilder()
                .setNumber(3)
                .addRetries(Retry.newBuilder().setToken(last.getToken()).setByPolicy(true).setError("still busy")));
        TaskInfo dead = info(id);
        assertThat(dead.getState()).isEqualTo(TaskState.TASK_STATE_DEAD);
        assertThat(dead.getHistoryList()).extracting(attempt -> attempt.getError())
                .containsExactly("busy", "still busy");
    }

    @Test
    void lastWords_comeWithTheAck() {
        long id = rig.enqueue(task("a").setRetentionMillis(3_600_000));
        Worker worker = worker();
        worker.opens(OPEN);
        Delivery got = worker.take();
        worker.settles(Results.newBuilder()
                .setNumber(1)
                .addOutputs(progress(got, 30))
                .addOutputs(progress(got, 40))
                .addOutputs(Output.newBuilder().setToken(got.getToken()).setLog("one\ntwo\n")));
        assertThat(info(id).getProgress().getText()).isEqualTo("at 40");
        assertThat(info(id).getLog()).isEqualTo("one\ntwo\n");
        assertThat(worker.settles(Results.newBuilder()
                .setNumber(2)
                .addAcks(got.getToken())
                .addOutputs(result(got, ByteString.copyFromUtf8("42")))).getStaleCount()).isZero();
        TaskInfo done = info(id);
        assertThat(done.getState()).isEqualTo(TaskState.TASK_STATE_DONE);
        assertThat(done.getResult().toStringUtf8()).isEqualTo("42");
        assertThat(worker.settles(Results.newBuilder().setNumber(3).addOutputs(progress(got, 50))).getStaleList())
                .as("a late word is refused")
                .containsExactly(got.getToken());
        assertThat(info(id).getProgress().getPercent()).isEqualTo(40);
    }

    @Test
    void extensionAndAckOfOneTask_mayComeTogether() {
        long id = rig.enqueue(task("a").setRetentionMillis(3_600_000));
        Worker worker = worker();
        worker.opens(OPEN);
        Delivery got = worker.take();
        assertThat(worker.settles(Results.newBuilder()
                .setNumber(1)
                .addAcks(got.getToken())
                .addExtensions(Extension.newBuilder().setToken(got.getToken()).setLeaseMillis(60_000)))
                .getStaleCount()).isZero();
        assertThat(info(id).getState()).isEqualTo(TaskState.TASK_STATE_DONE);
    }

    // ---- cancel ----

    @Test
    void cancel_isToldToItsWorker_andAgainByAnExtension_andAfterAResume() {
        long id = rig.enqueue(task("a"));
        ManagedChannel own = rig.channel();
        Worker worker = new Worker(own);
        Opened opened = worker.opens(WAITING);
        Delivery got = worker.take();
        assertThat(cancel(id)).isEqualTo(TaskAnswer.TASK_ANSWER_ASKED);
        assertThat(worker.next().getStopAsked().getTokensList()).containsExactly(got.getToken());
        assertThat(worker.settles(Results.newBuilder()
                .setNumber(1)
                .addExtensions(Extension.newBuilder().setToken(got.getToken()).setLeaseMillis(60_000)))
                .getStopAskedList()).containsExactly(got.getToken());
        own.shutdownNow();
        Worker back = worker();
        assertThat(back.opens(Worker.resume(WAITING, opened.getSessionId(), List.of(got))).getResumed()).isTrue();
        assertThat(back.next().getStopAsked().getTokensList()).containsExactly(got.getToken());
        assertThat(back.settles(Results.newBuilder()
                .setNumber(2)
                .addRetries(Retry.newBuilder().setToken(got.getToken()))).getStaleCount()).isZero();
        assertThat(rig.group("mails", "workers").getCancelled()).isEqualTo(1);
    }

    @Test
    void cancel_whileTheStreamIsBroken_isToldWhenItIsBack() {
        long id = rig.enqueue(task("a"));
        ManagedChannel own = rig.channel();
        Worker worker = new Worker(own);
        Opened opened = worker.opens(WAITING);
        Delivery got = worker.take();
        own.shutdownNow();
        assertThat(cancel(id)).isEqualTo(TaskAnswer.TASK_ANSWER_ASKED);
        Worker back = worker();
        assertThat(back.opens(Worker.resume(WAITING, opened.getSessionId(), List.of(got)))
                .getHeld(0)
                .getTokensList()).containsExactly(got.getToken());
        assertThat(back.next().getStopAsked().getTokensList()).containsExactly(got.getToken());
    }

    // ---- losing workers ----

    @Test
    void brokenConnection_freesItsTasks_longBeforeTheTimeOut_andALateResultIsRefused() {
        long id = rig.enqueue(task("a"));
        ManagedChannel own = rig.channel();
        Worker broken = new Worker(own);
        Opened opened = broken.opens(PATIENT);
        Delivery lost = broken.take();
        Worker other = worker();
        other.opens(PATIENT);
        own.shutdownNow();
        Delivery again = other.take();
        assertThat(again.getId()).isEqualTo(id);
        assertThat(again.getAttempt()).isEqualTo(2);
        Worker back = worker();
        Opened anew = back.opens(Worker.resume(PATIENT, opened.getSessionId(), List.of(lost)));
        assertThat(anew.getResumed()).isFalse();
        assertThat(anew.getHeld(0).getTokensCount()).isZero();
        assertThat(back.settles(1, lost).getStaleList()).containsExactly(lost.getToken());
        assertThat(other.settles(1, again).getStaleCount()).isZero();
    }

    @Test
    void resumedSession_carriesEachNumberOutOnce() {
        rig.enqueue(task("a").setRetentionMillis(3_600_000));
        ManagedChannel own = rig.channel();
        Worker before = new Worker(own);
        Opened opened = before.opens(WAITING);
        Delivery got = before.take();
        Results.Builder done = Results.newBuilder()
                .setNumber(1)
                .addAcks(got.getToken())
                .addOutputs(result(got, ByteString.copyFromUtf8("42")));
        assertThat(before.settles(done).getStaleCount()).isZero();
        own.shutdownNow();
        Worker after = worker();
        assertThat(after.opens(Worker.resume(WAITING, opened.getSessionId(), List.of())).getResumed()).isTrue();
        assertThat(after.settles(done).getStaleCount()).as("the old answer").isZero();
        assertThat(rig.group("mails", "workers").getDone()).isEqualTo(1);
        assertThat(info(got.getId()).getResult().toStringUtf8()).isEqualTo("42");
    }

    @Test
    void restart_leavesTasksToAWorkerThatComesBack() {
        long id = rig.enqueue(task("a"));
        Worker before = worker();
        Opened opened = before.opens(OPEN);
        Delivery got = before.take();
        assertThat(cancel(id)).isEqualTo(TaskAnswer.TASK_ANSWER_ASKED);
        rig.close();
        open();
        Worker after = worker();
        Opened resumed = after.opens(Worker.resume(OPEN, opened.getSessionId(), List.of(got)));
        assertThat(resumed.getResumed()).isFalse();
        assertThat(resumed.getHeld(0).getTokensList()).containsExactly(got.getToken());
        assertThat(after.next().getStopAsked().getTokensList()).containsExactly(got.getToken());
        assertThat(after.settles(1, got).getStaleCount()).isZero();
    }

    // ---- rules ----

    @Test
    void brokenRules_areNamed() {
        Worker both = worker();
        both.send(WorkerMessage.newBuilder()
                .setOpen(Open.newBuilder().addSubscriptions(Subscription.newBuilder().setQueue("q").setTopic("t"))));
        assertThat(both.status().getDescription()).contains("subscription 0 has a queue, and a topic or group");
        rig.publish("orders", "a");
        Worker topic = worker();
        topic.send(WorkerMessage.newBuilder()
                .setOpen(Open.newBuilder().addSubscriptions(Subscription.newBuilder().setQueue("orders"))));
        assertThat(topic.status().getDescription()).contains("use another name for the queue");
        refused("resume_millis must be 1 to 1000", OPEN.toBuilder().setResumeMillis(1_001).build());
        Delivery none = Delivery.getDefaultInstance();
        refused("percent must be 0 to 100, not 101", Results.newBuilder().addOutputs(progress(none, 101)));
        refused("must be 0 to 65536, not 65537",
                Results.newBuilder().addOutputs(result(none, ByteString.copyFrom(new byte[65_537]))));
        refused("an output is progress, a result or a log",
                Results.newBuilder().addOutputs(Output.getDefaultInstance()));
        refused("a retry is by_policy or not_counted",
                Results.newBuilder().addRetries(Retry.newBuilder().setByPolicy(true).setNotCounted(true)));
    }

    private void refused(String message, Open open) {
        Worker worker = worker();
        worker.send(WorkerMessage.newBuilder().setOpen(open));
        assertThat(worker.status().getDescription()).contains(message);
    }

    private void refused(String message, Results.Builder results) {
        Worker worker = worker();
        worker.opens(OPEN);
        worker.send(WorkerMessage.newBuilder().setResults(results.setNumber(1)));
        Ended ended = worker.ended();
        assertThat(ended.getReason()).isEqualTo(Ended.Reason.REASON_REFUSED);
        assertThat(ended.getError().getMessage()).contains(message);
    }
}
