package dev.millrace.door.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.grpc.v1.Burial;
import dev.millrace.grpc.v1.DeleteGroupRequest;
import dev.millrace.grpc.v1.Delivery;
import dev.millrace.grpc.v1.Ended;
import dev.millrace.grpc.v1.Open;
import dev.millrace.grpc.v1.Opened;
import dev.millrace.grpc.v1.Results;
import dev.millrace.grpc.v1.Retry;
import dev.millrace.grpc.v1.ServerMessage;
import dev.millrace.grpc.v1.WorkerMessage;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker's session: leases, results, breaks of its stream, restarts of the server. */
class WorkTest {
    private static final Open OPEN = Worker.open("orders", "mail", 2);

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

    private Worker worker() {
        return new Worker(rig.channel);
    }

    @Test
    void worker_getsAsManyAsItsCredit_andMoreWhenItSettles() {
        rig.publish("orders", "a", "b", "c", "d");
        Worker worker = worker();
        assertThat(worker.opens(OPEN).getResumed()).isFalse();
        Delivery first = worker.take();
        assertThat(first.getBody().toStringUtf8()).isEqualTo("a");
        assertThat(first.getAttempt()).isEqualTo(1);
        assertThat(worker.takeText()).isEqualTo("b");
        worker.heartbeat();
        assertThat(worker.next().hasHeartbeat()).as("nothing else came").isTrue();
        worker.ack(1, first);
        assertThat(List.of(worker.next(), worker.next())).anyMatch(ServerMessage::hasSettled)
                .anyMatch(message -> message.hasDeliveries()
                        && message.getDeliveries().getDeliveries(0).getBody().toStringUtf8().equals("c"));
        assertThat(worker.settles(2, first).getStaleList()).containsExactly(first.getToken());
    }

    @Test
    void retryAndBury_countAttempts_andMakeDeadLetters() {
        rig.publish("orders", "a", "b");
        Worker worker = worker();
        worker.opens(OPEN);
        Delivery a = worker.take();
        Delivery b = worker.take();
        worker.send(WorkerMessage.newBuilder()
                .setResults(Results.newBuilder()
                        .setNumber(1)
                        .addRetries(Retry.newBuilder().setToken(a.getToken()).setError("not yet"))
                        .addBurials(Burial.newBuilder().setToken(b.getToken()).setError("poison"))));
        assertThat(worker.next().getSettled().getStaleCount()).isZero();
        assertThat(worker.take().getAttempt()).isEqualTo(2);
        assertThat(rig.group("orders", "mail").getDead()).isEqualTo(1);
    }

    @Test
    void goodbye_givesBackAtOnce() {
        rig.publish("orders", "a");
        Worker first = worker();
        first.opens(OPEN);
        first.take();
        first.goodbye();
        assertThat(first.ended().getReason()).isEqualTo(Ended.Reason.REASON_GOODBYE);
        assertThat(first.status()).isEqualTo(Status.OK);
        Worker second = worker();
        second.opens(OPEN);
        assertThat(second.take().getAttempt()).isEqualTo(2);
    }

    @Test
    void silentWorker_losesItsLeases() {
        rig.publish("orders", "a");
        Worker silent = worker();
        silent.opens(OPEN);
        Delivery lost = silent.take();
        assertThat(silent.ended().getReason()).isEqualTo(Ended.Reason.REASON_TIMEOUT);
        Worker other = worker();
        other.opens(OPEN);
        assertThat(other.take().getAttempt()).isEqualTo(2);
        assertThat(other.settles(1, lost).getStaleList()).containsExactly(lost.getToken());
    }

    @Test
    void killedWorker_losesItsLeasesAfterTheTimeOut() {
        rig.publish("orders", "a");
        ManagedChannel own = rig.channel();
        Worker killed = new Worker(own);
        killed.opens(OPEN);
        killed.take();
        Worker other = worker();
        other.opens(OPEN.toBuilder().setSessionTimeoutMillis(60_000).build());
        own.shutdownNow();
        assertThat(other.take().getAttempt()).isEqualTo(2);
    }

    @Test
    void brokenStream_isResumedWithItsLeases_andResultsSentTwiceAreCarriedOutOnce() {
        rig.publish("orders", "a", "b", "c");
        ManagedChannel own = rig.channel();
        Worker before = new Worker(own);
        Opened opened = before.opens(OPEN);
        Delivery a = before.take();
        Delivery b = before.take();
        assertThat(before.settles(1, a).getStaleCount()).isZero();
        assertThat(before.takeText()).isEqualTo("c");
        own.shutdownNow();

        Worker after = worker();
        Opened resumed = after.opens(Worker.resume(OPEN, opened.getSessionId(), List.of(b)));
        assertThat(resumed.getResumed()).isTrue();
        assertThat(resumed.getSessionId()).isEqualTo(opened.getSessionId());
        assertThat(resumed.getHeld(0).getTokensList()).containsExactly(b.getToken());
        Delivery c = after.take();
        assertThat(c.getBody().toStringUtf8()).as("not named, so lost on the way").isEqualTo("c");
        assertThat(c.getAttempt()).isEqualTo(2);
        assertThat(after.settles(1, a).getStaleCount()).as("the old answer, not a stale token").isZero();
        assertThat(after.settles(2, b, c).getStaleCount()).isZero();
        assertThat(rig.group("orders", "mail").getDone()).isEqualTo(3);
    }

    @Test
    void secondStream_takesTheSessionOver() {
        rig.publish("orders", "a");
        Worker old = worker();
        Opened opened = old.opens(OPEN);
        Delivery a = old.take();
        Worker other = new Worker(rig.channel());
        assertThat(other.opens(Worker.resume(OPEN, opened.getSessionId(), List.of(a))).getResumed()).isTrue();
        assertThat(old.ended().getReason()).isEqualTo(Ended.Reason.REASON_TAKEN_OVER);
        assertThat(other.settles(1, a).getStaleCount()).isZero();
    }

    @Test
    void restart_leavesLeasesToAWorkerThatComesBack_andGivesBackWhatItDoesNotName() {
        rig.publish("orders", "a", "b");
        Worker before = worker();
        Opened opened = before.opens(OPEN);
        Delivery a = before.take();
        Delivery b = before.take();
        rig.close();
        assertThat(before.ended().getReason()).isEqualTo(Ended.Reason.REASON_STOPPING);
        open();
        Worker after = worker();
        Opened resumed = after.opens(Worker.resume(OPEN, opened.getSessionId(), List.of(a)));
        assertThat(resumed.getResumed()).isFalse();
        assertThat(resumed.getHeld(0).getTokensList()).containsExactly(a.getToken());
        Delivery again = after.take();
        assertThat(again.getId()).isEqualTo(b.getId());
        assertThat(again.getAttempt()).isEqualTo(2);
        assertThat(after.settles(7, a, again).getStaleCount()).isZero();
        assertThat(after.settles(8, b).getStaleList()).containsExactly(b.getToken());
    }

    @Test
    void deletedGroup_endsTheSession() throws IOException {
        Worker worker = worker();
        worker.opens(OPEN);
        rig.adminWithToken()
                .deleteGroup(DeleteGroupRequest.newBuilder().setTopic("orders").setGroup("mail").build());
        assertThat(worker.ended().getReason()).isEqualTo(Ended.Reason.REASON_REMOVED);
    }

    @Test
    void brokenRules_areNamed() {
        Worker early = worker();
        early.heartbeat();
        assertThat(early.status().getDescription()).contains("the first message of a stream must be open");
        Worker greedy = worker();
        greedy.send(WorkerMessage.newBuilder().setOpen(Worker.open("orders", "mail", 10_001)));
        assertThat(greedy.status().getDescription()).contains("credit must be 0 to 10000");
        Worker gap = worker();
        gap.opens(OPEN);
        gap.ack(1, Delivery.getDefaultInstance());
        gap.next();
        gap.ack(3, Delivery.getDefaultInstance());
        Ended ended = gap.ended();
        assertThat(ended.getReason()).isEqualTo(Ended.Reason.REASON_REFUSED);
        assertThat(ended.getError().getMessage()).contains("3 came after 1");
    }
}
