package dev.millrace.server;

import com.google.protobuf.ByteString;
import dev.millrace.grpc.v1.AdminGrpc;
import dev.millrace.grpc.v1.GetStatsRequest;
import dev.millrace.grpc.v1.Goodbye;
import dev.millrace.grpc.v1.MessagesGrpc;
import dev.millrace.grpc.v1.NewMessage;
import dev.millrace.grpc.v1.Open;
import dev.millrace.grpc.v1.PublishRequest;
import dev.millrace.grpc.v1.Results;
import dev.millrace.grpc.v1.ServerMessage;
import dev.millrace.grpc.v1.Subscription;
import dev.millrace.grpc.v1.WorkGrpc;
import dev.millrace.grpc.v1.WorkerMessage;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A publish and a worker's session at the native door, for the start cache. */
final class WarmUpGrpc implements StreamObserver<ServerMessage> {
    private static final String NAME = "warm-up";
    private static final int PATIENCE_SECONDS = 5;

    private final CountDownLatch ended = new CountDownLatch(1);
    private final AtomicReference<@Nullable StreamObserver<WorkerMessage>> requests = new AtomicReference<>();

    /** Returns when the server has answered all, or after a few seconds. */
    static void visit(int port) {
        ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
        try {
            MessagesGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
                    .publish(PublishRequest.newBuilder()
                            .setTopic(NAME)
                            .addMessages(NewMessage.newBuilder().setBody(ByteString.copyFromUtf8("x")))
                            .build());
            AdminGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
                    .getStats(GetStatsRequest.getDefaultInstance());
            new WarmUpGrpc().work(channel);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            channel.shutdownNow();
        }
    }

    private void work(ManagedChannel channel) throws InterruptedException {
        StreamObserver<WorkerMessage> stream = WorkGrpc.newStub(channel)
                .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .session(this);
        requests.set(stream);
        stream.onNext(WorkerMessage.newBuilder()
                .setOpen(Open.newBuilder()
                        .addSubscriptions(Subscription.newBuilder().setTopic(NAME).setGroup("native").setCredit(1)))
                .build());
        ended.await();
    }

    @Override
    public void onNext(ServerMessage message) {
        StreamObserver<WorkerMessage> stream = requests.get();
        if (stream == null) {
            return;
        }
        if (message.hasDeliveries()) {
            stream.onNext(WorkerMessage.newBuilder()
                    .setResults(Results.newBuilder()
                            .setNumber(1)
                            .addAcks(message.getDeliveries().getDeliveries(0).getToken()))
                    .build());
        } else if (message.hasSettled()) {
            stream.onNext(WorkerMessage.newBuilder().setGoodbye(Goodbye.getDefaultInstance()).build());
        }
    }

    @Override
    public void onError(Throwable reason) {
        ended.countDown();
    }

    @Override
    public void onCompleted() {
        ended.countDown();
    }
}
