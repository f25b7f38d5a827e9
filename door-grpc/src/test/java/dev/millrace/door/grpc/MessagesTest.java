package dev.millrace.door.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.millrace.grpc.v1.DeleteTopicRequest;
import dev.millrace.grpc.v1.ErrorDetail;
import dev.millrace.grpc.v1.GetServerRequest;
import dev.millrace.grpc.v1.GetStatsRequest;
import dev.millrace.grpc.v1.ListDeadRequest;
import dev.millrace.grpc.v1.MessagesGrpc;
import dev.millrace.grpc.v1.NewMessage;
import dev.millrace.grpc.v1.PublishRequest;
import dev.millrace.grpc.v1.PublishResponse;
import dev.millrace.net.Authentication;
import dev.millrace.net.ListenAddress;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Publishing, refusals, and who may do what. */
class MessagesTest {
    @TempDir Path folder;

    private static StatusRuntimeException refusal(Runnable call) {
        return catchThrowableOfType(StatusRuntimeException.class, call::run);
    }

    private static ErrorDetail detail(StatusRuntimeException refusal) throws InvalidProtocolBufferException {
        com.google.rpc.Status status = StatusProto.fromThrowable(refusal);
        assertThat(status).isNotNull();
        return Objects.requireNonNull(status).getDetails(0).unpack(ErrorDetail.class);
    }

    @Test
    void publish_givesRisingIds_andDelays() {
        try (DoorRig rig = new DoorRig(folder)) {
            assertThat(rig.publish("orders", "a", "b", "c")).hasSize(3).isSorted().doesNotHaveDuplicates();
            rig.messages()
                    .publish(PublishRequest.newBuilder()
                            .setTopic("orders")
                            .addMessages(NewMessage.newBuilder()
                                    .setBody(ByteString.copyFromUtf8("later"))
                                    .setDelayMillis(60_000))
                            .build());
            assertThat(rig.admin().getStats(GetStatsRequest.getDefaultInstance()).getTopics(0).getScheduled())
                    .isEqualTo(1);
        }
    }

    private static NewMessage keyed(String body, String key) {
        return NewMessage.newBuilder().setBody(ByteString.copyFromUtf8(body)).setIdempotencyKey(key).build();
    }

    @Test
    void idempotencyKeys_answerWithTheFirstIds_andAreForAllMessagesOfARequest() {
        try (DoorRig rig = new DoorRig(folder)) {
            PublishRequest first = PublishRequest.newBuilder().setTopic("once").addMessages(keyed("a", "k-1")).build();
            PublishResponse published = rig.messages().publish(first);
            assertThat(published.getDuplicatesList()).isEmpty();
            PublishResponse again = rig.messages()
                    .publish(first.toBuilder().addMessages(keyed("b", "k-2")).build());
            assertThat(again.getDuplicatesList()).containsExactly(true, false);
            assertThat(again.getIds(0)).isEqualTo(published.getIds(0));
            NewMessage bare = NewMessage.newBuilder().setBody(ByteString.copyFromUtf8("c")).build();
            assertThat(refusal(() -> rig.messages().publish(first.toBuilder().addMessages(bare).build())).getMessage())
                    .contains("message 1 has no idempotency_key");
            assertThat(refusal(() -> rig.messages()
                    .publish(PublishRequest.newBuilder()
                            .setTopic("once")
                            .addMessages(keyed("d", "two words"))
                            .build()))
                    .getMessage()).contains("visible ASCII");
            assertThat(rig.admin().getStats(GetStatsRequest.getDefaultInstance()).getTopics(0).getAccepted())
                    .isEqualTo(2);
        }
    }

    @Test
    void refusals_haveACode_aDetail_andTheCure() throws InvalidProtocolBufferException {
        try (DoorRig rig = new DoorRig(folder)) {
            StatusRuntimeException badName = refusal(() -> rig.publish("no/name", "a"));
            assertThat(badName.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
            assertThat(detail(badName).getCategory()).isEqualTo(ErrorDetail.Category.CATEGORY_INVALID);
            StatusRuntimeException large = refusal(() -> rig.publish("orders", "x".repeat((1 << 20) + 1)));
            assertThat(large.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
            assertThat(detail(large).getMessage()).contains("max-message-size");
            assertThat(refusal(() -> rig.publish("orders", "")).getMessage()).contains("message 0 is empty");
            StatusRuntimeException missing = refusal(() -> rig.admin()
                    .listDead(ListDeadRequest.newBuilder().setTopic("none").setGroup("mail").build()));
            assertThat(missing.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
        }
    }

    @Test
    void stream_answersEachRequestByItsNumber_alsoRefusedOnes_andKeepsTheOrder() throws InterruptedException {
        try (DoorRig rig = new DoorRig(folder)) {
            LinkedBlockingQueue<PublishResponse> answers = new LinkedBlockingQueue<>();
            CompletableFuture<Void> completed = new CompletableFuture<>();
            StreamObserver<PublishRequest> requests = MessagesGrpc.newStub(rig.channel)
                    .publishStream(new StreamObserver<>() {
                        @Override
                        public void onNext(PublishResponse answer) {
                            answers.add(answer);
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
            int count = 1_000;
            for (int i = 1; i <= count; i++) {
                String body = i == 500 ? "" : "m" + i;
                requests.onNext(DoorRig.request("orders", body).toBuilder().setNumber(i).build());
            }
            requests.onCompleted();
            completed.orTimeout(25, TimeUnit.SECONDS).join();
            assertThat(answers).hasSize(count);
            assertThat(answers.stream().filter(PublishResponse::hasError).map(PublishResponse::getNumber))
                    .containsExactly(500L);
            List<Long> ids = answers.stream()
                    .filter(answer -> !answer.hasError())
                    .sorted((a, b) -> Long.compare(a.getNumber(), b.getNumber()))
                    .map(answer -> answer.getIds(0))
                    .toList();
            assertThat(ids).isSorted().doesNotHaveDuplicates();
        }
    }

    @Test
    void bodies_arriveWholeHoweverLarge() {
        try (DoorRig rig = new DoorRig(folder)) {
            String large = "x".repeat(1 << 20);
            IntStream.range(0, 12).forEach(i -> rig.publish("orders", large));
            Worker worker = new Worker(rig.channel);
            worker.opens(Worker.open("orders", "mail", 100));
            for (int i = 0; i < 12; i++) {
                assertThat(worker.take().getBody().size()).isEqualTo(1 << 20);
            }
        }
    }

    @Test
    void deletion_needsTheToken_allCallsDoWhenTold() throws IOException {
        DeleteTopicRequest delete = DeleteTopicRequest.newBuilder().setTopic("orders").build();
        GrpcDoorOptions open = DoorRig.options(folder);
        try (DoorRig rig = new DoorRig(folder, open)) {
            rig.publish("orders", "a");
            StatusRuntimeException refused = refusal(() -> rig.admin().deleteTopic(delete));
            assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
            assertThat(refused.getMessage()).contains("http-token");
            rig.adminWithToken().deleteTopic(delete);
        }
        GrpcDoorOptions strict = new GrpcDoorOptions(ListenAddress.parse("0.0.0.0:0"), Authentication.EVERYTHING,
                open.tokenFile(), null, open.limits(), "test");
        try (DoorRig rig = new DoorRig(folder, strict)) {
            assertThat(refusal(() -> rig.publish("orders", "a")).getStatus().getCode())
                    .isEqualTo(Status.Code.UNAUTHENTICATED);
            assertThat(rig.adminWithToken().getServer(GetServerRequest.getDefaultInstance()).getVersion())
                    .isEqualTo("test");
        }
    }

    @Test
    void openAddress_withoutCredentials_isRefused() {
        GrpcDoorOptions open = DoorRig.options(folder);
        GrpcDoorOptions wide = new GrpcDoorOptions(ListenAddress.parse("0.0.0.0:0"), Authentication.DELETIONS,
                open.tokenFile(), null, open.limits(), "test");
        assertThatThrownBy(() -> new DoorRig(folder, wide)).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("http-auth");
    }
}
