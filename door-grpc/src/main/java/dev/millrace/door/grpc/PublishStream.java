package dev.millrace.door.grpc;

import dev.millrace.grpc.v1.PublishRequest;
import dev.millrace.grpc.v1.PublishResponse;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One stream of publishes. It is read while less than a window of it waits to be durable and its answers are taken, so a
 * client that sends faster fills its own side.
 *
 * <p>
 * Thread safety: requests come one at a time; answers are written by the serial executor only.
 */
final class PublishStream implements StreamObserver<PublishRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(PublishStream.class);
    private static final int WINDOW_REQUESTS = 256;
    private static final long WINDOW_BYTES = 4 << 20;

    private final Publishing publishing;
    private final ServerCallStreamObserver<PublishResponse> answers;
    private final SerialExecutor serial;
    private final int lane;
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();
    /** The next request has been asked for. */
    private final AtomicBoolean asked = new AtomicBoolean();
    private volatile boolean cancelled;
    /** Serial: the client sends no more. */
    private boolean halfClosed;

    PublishStream(Publishing publishing, ServerCallStreamObserver<PublishResponse> answers, SerialExecutor serial) {
        this.publishing = publishing;
        this.answers = answers;
        this.serial = serial;
        lane = publishing.lane();
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
    public void onNext(PublishRequest request) {
        int size = request.getSerializedSize();
        requests.incrementAndGet();
        bytes.addAndGet(size);
        asked.set(false);
        CompletableFuture<PublishResponse> answer = publishing.publish(request, lane);
        Later.run(answer, serial, response -> {
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
        LOG.debug("a publish stream broke: {}", Status.fromThrowable(broken));
    }

    @Override
    public void onCompleted() {
        serial.execute(() -> {
            halfClosed = true;
            completeIfDone();
        });
    }
}
