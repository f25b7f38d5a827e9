package dev.millrace.client;

import dev.millrace.api.MessageId;
import dev.millrace.api.MillraceException;
import dev.millrace.api.spi.Feed;
import dev.millrace.api.spi.FeedListener;
import dev.millrace.api.spi.Leased;
import dev.millrace.api.spi.Settlement;
import dev.millrace.grpc.v1.Credit;
import dev.millrace.grpc.v1.Delivery;
import dev.millrace.grpc.v1.Ended;
import dev.millrace.grpc.v1.ErrorDetail;
import dev.millrace.grpc.v1.Goodbye;
import dev.millrace.grpc.v1.Heartbeat;
import dev.millrace.grpc.v1.Open;
import dev.millrace.grpc.v1.Opened;
import dev.millrace.grpc.v1.Results;
import dev.millrace.grpc.v1.Resume;
import dev.millrace.grpc.v1.ServerMessage;
import dev.millrace.grpc.v1.Subscription;
import dev.millrace.grpc.v1.Tokens;
import dev.millrace.grpc.v1.WorkGrpc;
import dev.millrace.grpc.v1.WorkerMessage;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One subscription as a worker's session at the server, over as many streams as it takes.
 *
 * <pre>
 *   connecting --Opened--> open --breaks--> connecting (delays grow) ...
 *        |                  |
 *        '--- refused, gone, unreachable for too long, closed ---> over
 * </pre>
 *
 * <p>
 * Thread safety: public methods hand over to the mailbox, on which everything else happens, calls of the listener
 * included.
 */
final class WorkerSession implements Feed {
    private static final int MAX_CREDIT = 10_000;
    private static final long TIMEOUT_MILLIS = 8_000;

    /** What it takes from, and how: a topic and a group, or a queue. */
    record Wish(String topic, String group, String queue, long leaseMillis) {
        static Wish group(String topic, String group, long leaseMillis) {
            return new Wish(topic, group, "", leaseMillis);
        }

        static Wish queue(String queue, long leaseMillis) {
            return new Wish("", "", queue, leaseMillis);
        }

        /** For messages. */
        String what() {
            return queue.isEmpty() ? "the subscription of " + group + " at " + topic : "the worker of queue " + queue;
        }
    }

    private final Link link;
    private final Wish wish;
    private final FeedListener listener;
    private final GrpcEngine engine;
    private final long patienceNanos;
    private final Mailbox mailbox;
    private final Ledger ledger = new Ledger();
    private final Backoff backoff = new Backoff();
    private final CompletableFuture<Feed> opening = new CompletableFuture<>();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    /** Credits that wait for the server's answer, in the order they were sent. */
    private final ArrayDeque<CompletableFuture<Void>> credits = new ArrayDeque<>();
    private String sessionId = "";
    private int credit;
    private @Nullable Stream stream;
    private boolean open;
    private long brokenAtNanos;
    private long heardAtNanos;
    private boolean flushing;
    private boolean closing;
    private boolean over;

    WorkerSession(GrpcEngine engine, Wish wish, FeedListener listener) {
        this.engine = engine;
        link = engine.link();
        patienceNanos = TimeUnit.MILLISECONDS.toNanos(engine.timeoutMillis());
        mailbox = new Mailbox(engine.executor());
        this.wish = wish;
        this.listener = listener;
    }

    /** Completes with it once the server has opened it. */
    CompletableFuture<Feed> opened() {
        return opening;
    }

    /** Completes when it is over, however it came about. */
    CompletableFuture<Void> over() {
        return closed;
    }

    void start() {
        mailbox.execute(() -> {
            brokenAtNanos = System.nanoTime();
            connect();
        });
    }

    /** The connection is being closed: nobody waits for the server any more. */
    void abandon() {
        mailbox.execute(() -> {
            if (!over) {
                end(new MillraceException.Closed("the connection has been closed"), false);
            }
        });
    }

    // ---- any thread ----

    @Override
    public void credit(int wanted) {
        mailbox.execute(() -> {
            credit = Math.min(MAX_CREDIT, wanted);
            if (open) {
                send(WorkerMessage.newBuilder().setCredit(Credit.newBuilder().setCredit(credit)));
            }
        });
    }

    /**
     * As {@link #credit}; completes when the server has done a first round with it, and all that was leased under the
     * credit before has reached the listener. If the stream breaks it completes, too: what was on its way is given back.
     */
    CompletableFuture<Void> creditKnown(int wanted) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        mailbox.execute(() -> {
            credit = Math.min(MAX_CREDIT, wanted);
            if (over || !open) {
                done.complete(null);
                return;
            }
            credits.add(done);
            send(WorkerMessage.newBuilder().setCredit(Credit.newBuilder().setCredit(credit).setAnswer(true)));
        });
        return done;
    }

    @Override
    public CompletableFuture<Boolean> settle(long token, Settlement how) {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        mailbox.execute(() -> {
            if (over) {
                done.complete(false);
            } else {
                ledger.settle(token, how, done);
                flushSoon();
            }
        });
        return done;
    }

    @Override
    public CompletableFuture<Void> close() {
        mailbox.execute(() -> {
            if (!closing && !over) {
                closing = true;
                credit = 0;
                if (open) {
                    // What was on its way before the answer is given back by name, or its attempts would count.
                    credits.add(new CompletableFuture<>());
                    send(WorkerMessage.newBuilder().setCredit(Credit.newBuilder().setAnswer(true)));
                }
            }
        });
        return closed;
    }

    /** Called every now and then: signs of life, both ways. */
    void tick() {
        mailbox.execute(() -> {
            Stream current = stream;
            if (current == null || over) {
                return;
            }
            if (System.nanoTime() - heardAtNanos > TimeUnit.MILLISECONDS.toNanos(TIMEOUT_MILLIS)) {
                current.cancel("nothing was heard of the server for " + TIMEOUT_MILLIS + " ms");
            } else if (open) {
                send(WorkerMessage.newBuilder().setHeartbeat(Heartbeat.getDefaultInstance()));
            }
        });
    }

    // ---- streams ----

    private void connect() {
        if (over || stream != null) {
            return;
        }
        Stream next = new Stream();
        stream = next;
        heardAtNanos = System.nanoTime();
        link.hurry();
        WorkGrpc.newStub(link.calls()).session(next);
        Open.Builder request = Open.newBuilder()
                .setSessionTimeoutMillis(TIMEOUT_MILLIS)
                .addSubscriptions(Subscription.newBuilder()
                        .setTopic(wish.topic())
                        .setGroup(wish.group())
                        .setQueue(wish.queue())
                        .setLeaseMillis(wish.leaseMillis())
                        .setCredit(credit));
        if (!sessionId.isEmpty()) {
            request.setResume(Resume.newBuilder()
                    .setSessionId(sessionId)
                    .addHolding(Tokens.newBuilder().addAllTokens(ledger.held())));
        }
        send(WorkerMessage.newBuilder().setOpen(request));
    }

    private void send(WorkerMessage.Builder message) {
        Stream current = stream;
        if (current != null) {
            current.send(message.build());
        }
    }

    private void opened(Opened answer) {
        if (!sessionId.isEmpty()) {
            HashSet<Long> good = new HashSet<>();
            answer.getHeldList().forEach(tokens -> good.addAll(tokens.getTokensList()));
            ledger.keepOnly(good);
            if (!answer.getResumed()) {
                ledger.doubt();
            }
        }
        sessionId = answer.getSessionId();
        open = true;
        backoff.reset();
        for (Results results : ledger.again()) {
            send(WorkerMessage.newBuilder().setResults(results));
        }
        opening.complete(this);
        flush();
        goIfSettled();
    }

    private void broken(Stream dead, Throwable reason) {
        if (!dead.equals(stream) || over) {
            return;
        }
        stream = null;
        if (open) {
            brokenAtNanos = System.nanoTime();
        }
        open = false;
        forgetCredits();
        ErrorDetail detail = Failures.detail(reason);
        boolean refused = detail != null && detail.getCategory() != ErrorDetail.Category.CATEGORY_UNAVAILABLE;
        boolean first = sessionId.isEmpty();
        boolean tooLong = System.nanoTime() - brokenAtNanos > patienceNanos;
        Status.Code code = Status.fromThrowable(reason).getCode();
        boolean hopeless = code == Status.Code.UNIMPLEMENTED || code == Status.Code.UNAUTHENTICATED;
        if (refused || first || hopeless) {
            end(first && !refused && !hopeless ? Failures.unreachable(reason, "subscribing")
                    : Failures.of(reason, "subscribing"), false);
        } else if (tooLong) {
            end(Failures.unreachable(reason, wish.what()), false);
        } else {
            engine.after(backoff.next(), () -> mailbox.execute(this::connect));
        }
    }

    // ---- what the server says ----

    private void heard(Stream from, ServerMessage message) {
        if (!from.equals(stream) || over) {
            return;
        }
        heardAtNanos = System.nanoTime();
        switch (message.getKindCase()) {
            case OPENED -> opened(message.getOpened());
            case DELIVERIES -> message.getDeliveries().getDeliveriesList().forEach(this::delivered);
            case STOP_ASKED -> message.getStopAsked().getTokensList().forEach(listener::cancelled);
            case SETTLED -> {
                ledger.answered(message.getSettled());
                message.getSettled().getStopAskedList().forEach(listener::cancelled);
                flush();
                goIfSettled();
            }
            case CREDITED -> {
                credits.remove().complete(null);
                goIfSettled();
            }
            case ENDED -> ended(from, message.getEnded());
            case HEARTBEAT, KIND_NOT_SET -> {
                // it was heard
            }
        }
    }

    private void forgetCredits() {
        for (CompletableFuture<Void> next = credits.poll(); next != null; next = credits.poll()) {
            next.complete(null);
        }
    }

    private void delivered(Delivery delivery) {
        ledger.delivered(delivery.getToken());
        if (closing) {
            ledger.settle(delivery.getToken(), new Settlement.Snooze(0, ""), new CompletableFuture<>());
        } else {
            listener.delivered(delivery.hasTask() ? new LeasedTask(delivery, this)
                    : new Leased(new MessageId(delivery.getId()), delivery.getAttempt(),
                            Translation.instant(delivery.getBornAtNanos()), delivery.getBody().toByteArray(),
                            delivery.getToken(), this));
        }
    }

    private void ended(Stream from, Ended last) {
        String message = last.getError().getMessage();
        switch (last.getReason()) {
            case REASON_STOPPING, REASON_TAKEN_OVER ->
                    broken(from, Status.UNAVAILABLE.withDescription(message).asRuntimeException());
            case REASON_GOODBYE -> end(new MillraceException.Closed("the subscription has been closed"), true);
            case REASON_REMOVED ->
                    end(new MillraceException.NotFound("the subscription has ended: " + message), true);
            case REASON_TIMEOUT ->
                    end(new MillraceException.Unavailable("the subscription has ended: " + message), true);
            case REASON_REFUSED, REASON_UNSPECIFIED, UNRECOGNIZED ->
                    end(last.hasError() ? Failures.of(last.getError(), "subscribing")
                            : new MillraceException.Fatal("the server ended the subscription and gave no reason"),
                            true);
        }
    }

    // ---- settling ----

    /** After what else waits in the mailbox, so that many settlements go together. */
    private void flushSoon() {
        if (!flushing) {
            flushing = true;
            mailbox.execute(() -> {
                flushing = false;
                flush();
            });
        }
    }

    private void flush() {
        if (open) {
            for (Results next = ledger.next(); next != null; next = ledger.next()) {
                send(WorkerMessage.newBuilder().setResults(next));
            }
        }
    }

    /** When it is being closed: says goodbye once nothing more comes, and all that was settled has been answered. */
    private void goIfSettled() {
        if (closing && !over && open) {
            flush();
            if (credits.isEmpty() && ledger.isSettled()) {
                send(WorkerMessage.newBuilder().setGoodbye(Goodbye.getDefaultInstance()));
            }
        }
    }

    private void end(MillraceException reason, boolean leasesEnded) {
        over = true;
        Stream current = stream;
        stream = null;
        open = false;
        if (current != null) {
            current.cancel("the subscription is over");
        }
        ledger.fail(leasesEnded, String.valueOf(reason.getMessage()));
        forgetCredits();
        engine.ended(this);
        boolean begun = !opening.completeExceptionally(reason);
        if (begun && !closing) {
            listener.ended(reason);
        }
        closed.complete(null);
    }

    /** One stream; it only hands over. */
    private final class Stream implements ClientResponseObserver<WorkerMessage, ServerMessage> {
        private @Nullable ClientCallStreamObserver<WorkerMessage> call;

        @Override
        public void beforeStart(ClientCallStreamObserver<WorkerMessage> started) {
            call = started;
        }

        void send(WorkerMessage message) {
            ClientCallStreamObserver<WorkerMessage> started = call;
            if (started != null) {
                started.onNext(message);
            }
        }

        void cancel(String why) {
            ClientCallStreamObserver<WorkerMessage> started = call;
            if (started != null) {
                started.cancel(why, null);
            }
        }

        @Override
        public void onNext(ServerMessage message) {
            mailbox.execute(() -> heard(this, message));
        }

        @Override
        public void onError(Throwable reason) {
            mailbox.execute(() -> broken(this, reason));
        }

        @Override
        public void onCompleted() {
            mailbox.execute(() -> broken(this,
                    Status.UNAVAILABLE.withDescription("the server has ended the stream").asRuntimeException()));
        }
    }
}
