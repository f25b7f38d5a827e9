package dev.millrace.door.grpc;

import dev.millrace.grpc.v1.Credit;
import dev.millrace.grpc.v1.Deliveries;
import dev.millrace.grpc.v1.Delivery;
import dev.millrace.grpc.v1.Ended;
import dev.millrace.grpc.v1.Goodbye;
import dev.millrace.grpc.v1.Heartbeat;
import dev.millrace.grpc.v1.Open;
import dev.millrace.grpc.v1.Opened;
import dev.millrace.grpc.v1.Results;
import dev.millrace.grpc.v1.Resume;
import dev.millrace.grpc.v1.ServerMessage;
import dev.millrace.grpc.v1.Settled;
import dev.millrace.grpc.v1.Subscription;
import dev.millrace.grpc.v1.Tokens;
import dev.millrace.grpc.v1.WorkGrpc;
import dev.millrace.grpc.v1.WorkerMessage;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One stream of a worker, message by message, for tests: no heartbeats, no reconnecting. */
final class Worker implements ClientResponseObserver<WorkerMessage, ServerMessage> {
    private static final int PATIENCE_SECONDS = 25;

    private final LinkedBlockingQueue<ServerMessage> arrived = new LinkedBlockingQueue<>();
    private final ArrayDeque<Delivery> taken = new ArrayDeque<>();
    private @Nullable ClientCallStreamObserver<WorkerMessage> call;
    /** How the stream ended. */
    final CompletableFuture<Status> status = new CompletableFuture<>();

    Worker(ManagedChannel channel) {
        WorkGrpc.newStub(channel).session(this);
    }

    /** One subscription, a session time-out of 1 s. */
    static Open open(String topic, String group, int credit) {
        return Open.newBuilder()
                .setSessionTimeoutMillis(1_000)
                .addSubscriptions(Subscription.newBuilder()
                        .setTopic(topic)
                        .setGroup(group)
                        .setLeaseMillis(60_000)
                        .setCredit(credit))
                .build();
    }

    /** The queue mails, a session time-out of 1 s. */
    static Open openQueue(int credit) {
        return Open.newBuilder()
                .setSessionTimeoutMillis(1_000)
                .addSubscriptions(
                        Subscription.newBuilder().setQueue("mails").setLeaseMillis(60_000).setCredit(credit))
                .build();
    }

    static Open resume(Open open, String session, List<Delivery> holding) {
        return open.toBuilder()
                .setResume(Resume.newBuilder()
                        .setSessionId(session)
                        .addHolding(Tokens.newBuilder()
                                .addAllTokens(holding.stream().map(Delivery::getToken).toList())))
                .build();
    }

    Opened opens(Open open) {
        send(WorkerMessage.newBuilder().setOpen(open));
        return next().getOpened();
    }

    void send(WorkerMessage.Builder message) {
        ClientCallStreamObserver<WorkerMessage> stream = call;
        if (stream == null) {
            throw new AssertionError("not started");
        }
        stream.onNext(message.build());
    }

    void credit(int credit) {
        send(WorkerMessage.newBuilder().setCredit(Credit.newBuilder().setCredit(credit)));
    }

    void heartbeat() {
        send(WorkerMessage.newBuilder().setHeartbeat(Heartbeat.getDefaultInstance()));
    }

    void goodbye() {
        send(WorkerMessage.newBuilder().setGoodbye(Goodbye.getDefaultInstance()));
    }

    void ack(long number, Delivery... deliveries) {
        Results.Builder results = Results.newBuilder().setNumber(number);
        for (Delivery delivery : deliveries) {
            results.addAcks(delivery.getToken());
        }
        send(WorkerMessage.newBuilder().setResults(results));
    }

    /** Sends results and waits for their answer, which must be what comes next. */
    Settled settles(Results.Builder results) {
        send(WorkerMessage.newBuilder().setResults(results));
        return next().getSettled();
    }

    Settled settles(long number, Delivery... deliveries) {
        ack(number, deliveries);
        return next().getSettled();
    }

    void breakOff() {
        ClientCallStreamObserver<WorkerMessage> stream = call;
        if (stream != null) {
            stream.cancel("the test breaks it", null);
        }
    }

    /** What comes next, whatever it is. */
    ServerMessage next() {
        try {
            ServerMessage message = arrived.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (message == null) {
                throw new AssertionError("nothing within " + PATIENCE_SECONDS + " s; status " + status.getNow(null));
            }
            return message;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** The next delivery, which must be what comes next. */
    Delivery take() {
        while (taken.isEmpty()) {
            ServerMessage message = next();
            if (!message.hasDeliveries()) {
                throw new AssertionError("not a delivery: " + message);
            }
            Deliveries deliveries = message.getDeliveries();
            taken.addAll(deliveries.getDeliveriesList());
        }
        return taken.remove();
    }

    String takeText() {
        return take().getBody().toStringUtf8();
    }

    Ended ended() {
        ServerMessage message = next();
        while (!message.hasEnded()) {
            message = next();
        }
        return message.getEnded();
    }

    Status status() {
        return status.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<WorkerMessage> stream) {
        call = stream;
    }

    @Override
    public void onNext(ServerMessage message) {
        arrived.add(message);
    }

    @Override
    public void onError(Throwable reason) {
        status.complete(Status.fromThrowable(reason));
    }

    @Override
    public void onCompleted() {
        status.complete(Status.OK);
    }
}
