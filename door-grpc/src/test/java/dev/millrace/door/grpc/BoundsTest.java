package dev.millrace.door.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.millrace.grpc.v1.EnqueueRequest;
import dev.millrace.grpc.v1.EnqueueResponse;
import dev.millrace.grpc.v1.ErrorDetail;
import dev.millrace.grpc.v1.TasksGrpc;
import dev.millrace.grpc.v1.WorkerMessage;
import dev.millrace.net.Authentication;
import dev.millrace.net.ListenAddress;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the door holds at most, and how it says so. */
class BoundsTest {
    private static final int PATIENCE_SECONDS = 25;

    @TempDir Path folder;

    private DoorRig rig(GrpcDoorOptions.Limits limits) {
        GrpcDoorOptions plain = DoorRig.options(folder);
        return new DoorRig(folder, new GrpcDoorOptions(ListenAddress.parse("127.0.0.1:0"), Authentication.DELETIONS,
                plain.tokenFile(), null, limits, "test"));
    }

    @Test
    void oneSessionTooMany_isRefused_untilAnotherHasEnded() {
        try (DoorRig rig = rig(new GrpcDoorOptions.Limits(1 << 20, 8 << 20, 64 << 20, 1))) {
            Worker first = new Worker(rig.channel);
            first.opens(Worker.openQueue(1));
            Worker second = new Worker(rig.channel);
            second.send(WorkerMessage.newBuilder().setOpen(Worker.openQueue(1)));
            Status refused = second.status();
            assertThat(refused.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
            assertThat(refused.getDescription()).contains("grpc-max-sessions");
            first.goodbye();
            first.ended();
            assertThat(new Worker(rig.channel).opens(Worker.openQueue(1)).getSessionId()).isNotEmpty();
        }
    }

    @Test
    void memoryOfRequests_waitsForAWhile_thenIsRefused() {
        Budget budget = new Budget(1 << 20, Duration.ofMillis(1));
        Runnable all = budget.take(1 << 20);
        assertThatThrownBy(() -> budget.take(1)).isInstanceOfSatisfying(RefusedException.class, refused -> {
            assertThat(refused.detail().getCategory()).isEqualTo(ErrorDetail.Category.CATEGORY_LIMIT);
            assertThat(Refusals.status(refused.detail()).getStatus().getCode())
                    .isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
            assertThat(refused.getMessage()).contains("request-memory");
        });
        all.run();
        budget.take(1).run();
    }

    /** A client that takes no answers: the server stops reading it, so that its own side fills. */
    private static final class Deaf implements ClientResponseObserver<EnqueueRequest, EnqueueResponse> {
        private final LinkedBlockingQueue<EnqueueResponse> answers = new LinkedBlockingQueue<>();
        private final LinkedBlockingQueue<Boolean> signs = new LinkedBlockingQueue<>();
        private final CompletableFuture<Void> end = new CompletableFuture<>();
        private @Nullable ClientCallStreamObserver<EnqueueRequest> call;

        /** Whether it can send: not when a second passes without a sign that it can. */
        boolean isReadySoon() throws InterruptedException {
            while (!call().isReady()) {
                if (signs.poll(1, TimeUnit.SECONDS) == null) {
                    return call().isReady();
                }
            }
            return true;
        }

        ClientCallStreamObserver<EnqueueRequest> call() {
            ClientCallStreamObserver<EnqueueRequest> started = call;
            assertThat(started).isNotNull();
            return Objects.requireNonNull(started);
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<EnqueueRequest> started) {
            call = started;
            started.disableAutoRequestWithInitial(0);
            started.setOnReadyHandler(() -> signs.add(true));
        }

        @Override
        public void onNext(EnqueueResponse answer) {
            answers.add(answer);
        }

        @Override
        public void onError(Throwable reason) {
            end.completeExceptionally(reason);
        }

        @Override
        public void onCompleted() {
            end.complete(null);
        }
    }

    @Test
    void streamWhoseAnswersAreNotTaken_isNotReadAnyFurther_andGoesOnWhenTheyAre() throws InterruptedException {
        try (DoorRig rig = new DoorRig(folder)) {
            Deaf deaf = new Deaf();
            TasksGrpc.newStub(rig.channel).enqueueStream(deaf);
            EnqueueRequest.Builder request = EnqueueRequest.newBuilder().setQueue("mails");
            for (int i = 0; i < 100; i++) {
                request.addTasks(TasksTest.task("x").setPayload(ByteString.copyFrom(new byte[1_000])));
            }
            long sent = 0;
            // What the server reads without being able to answer is bounded, whatever the client would send.
            while (sent < 2_000 && deaf.isReadySoon()) {
                deaf.call().onNext(request.setNumber(++sent).build());
            }
            assertThat(sent).as("200 MB were to be sent").isLessThan(2_000);
            deaf.call().request(Integer.MAX_VALUE);
            deaf.call().onCompleted();
            deaf.end.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
            assertThat(deaf.answers).hasSize((int) sent).noneMatch(EnqueueResponse::hasError);
        }
    }
}
