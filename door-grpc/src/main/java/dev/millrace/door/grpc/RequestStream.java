package dev.millrace.door.grpc;

import com.google.protobuf.MessageLite;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One stream of requests that each have an answer: publishes, enqueues. It is read while less than a window of it waits to
 * be durable and its answers are taken, so a client that sends faster fills its own side.
 *
 * <p>
 * Thread safety: requests come one at a time; answers are written by the serial executor only.
 */
final class RequestStream<Q extends MessageLite, A> implements StreamObserver<Q> {
    private static final Logger LOG = LoggerFactory.getLogger(RequestStream.class);
    private static final int WINDOW_REQUESTS = 256;
    private static final long WINDOW_BYTES = 4 << 20;

    private final Function<Q, CompletableFuture<A>> work;
    private final ServerCallStreamObserver<A> answers;
    private final SerialExecutor serial;
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();
    /** The next request has been asked for. */
    private final AtomicBoolean asked = new AtomicBoolean();
    private volatile boolean cancelled;
    /** Serial: the client sends no more. */
    private boolean halfClosed;

    /** {@code work} never fails: what it refuses is an answer. It is called by one thread at a time. */
    RequestStream(Function<Q, CompletableFuture<A>> work, ServerCallStreamObserver<A> answers, SerialExecutor serial) {
        this.work = work;
        this.answers = answers;
        this.serial = serial;
        answers.disableAutoRequest();
        answers.setOnCancelHandler(() -> cancelled = true);
        answers.setOnReadyHandler(this::ask);
        asked.set(true);
        answers.request(1);
    }

    private void ask() {
        boolean room = requests.get() < WINDOW_REQUESTS && bytes.get() < WINDOW_BYTES && answers.isReady();
        if (room && !cancelled && asked.compareAndSet(false, true)) {
            answers.request(1);
        }
    }

    @Override
    public void onNext(Q request) {
        int size = request.getSerializedSize();
        requests.incrementAndGet();
        bytes.addAndGet(size);
        asked.set(false);
        Later.run(work.apply(request), serial, response -> {
            if (!cancelled) {
                answers.onNext(response);
            }
            requests.decrementAndGet();
            bytes.addAndGet(-size);
            ask();
            completeIfDone();
        }, failure -> LOG.error("an answer could not be written", failure));
        ask();
    }

    private void completeIfDone() {
        if (halfClosed && requests.get() == 0 && !cancelled) {
            cancelled = true;
            answers.onCompleted();
        }
    }

    @Override
    public void onError(Throwable broken) {
        cancelled = true;
        LOG.debug("a stream of requests broke: {}", Status.fromThrowable(broken));
    }

    @Override
    public void onCompleted() {
        serial.execute(() -> {
            halfClosed = true;
            completeIfDone();
        });
    }
}
