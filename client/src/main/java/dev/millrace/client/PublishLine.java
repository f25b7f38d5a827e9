package dev.millrace.client;

import com.google.protobuf.ByteString;
import dev.millrace.api.Message;
import dev.millrace.api.MessageId;
import dev.millrace.api.MillraceException;
import dev.millrace.grpc.v1.MessagesGrpc;
import dev.millrace.grpc.v1.NewMessage;
import dev.millrace.grpc.v1.PublishRequest;
import dev.millrace.grpc.v1.PublishResponse;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Publishes over one pipelined stream, which keeps the order of the calls; a broken one is replaced at the next publish.
 * What was under way on it has an unknown outcome. The caller bounds the bytes under way.
 *
 * <p>
 * Thread safety: the monitor guards everything; futures are completed without it.
 */
final class PublishLine {
    /** The server takes more; smaller pieces flow better. */
    private static final int MAX_REQUEST_BYTES = 1 << 20;
    private static final int MAX_REQUEST_MESSAGES = 10_000;

    /** One request under way. */
    private record Under(CompletableFuture<List<Long>> ids, Stream stream, long deadlineNanos) {}

    private final Link link;
    private final long timeoutMillis;
    private final long maxRequestBytes;
    /** By number, so the oldest come first. */
    private final Map<Long, Under> underWay = new LinkedHashMap<>();
    private @Nullable Stream stream;
    private long lastNumber;
    private boolean closed;

    PublishLine(Link link, long timeoutMillis, int serverMaxBytes) {
        maxRequestBytes = Math.min(MAX_REQUEST_BYTES, serverMaxBytes);
        this.link = link;
        this.timeoutMillis = timeoutMillis;
    }

    /** One or more requests, one after the other on the stream; the ids of all, in order. */
    CompletableFuture<List<MessageId>> publish(String topic, List<Message> messages) {
        List<CompletableFuture<List<Long>>> parts = new ArrayList<>();
        synchronized (this) {
            int next = 0;
            while (next < messages.size()) {
                PublishRequest.Builder request = PublishRequest.newBuilder().setTopic(topic);
                long bytes = 0;
                while (next < messages.size() && request.getMessagesCount() < MAX_REQUEST_MESSAGES
                        && (bytes == 0 || bytes + messages.get(next).size() <= maxRequestBytes)) {
                    Message message = messages.get(next++);
                    bytes += message.size();
                    request.addMessages(NewMessage.newBuilder()
                            .setBody(ByteString.copyFrom(message.buffer()))
                            .setDelayMillis(delayMillis(message)));
                }
                parts.add(send(request));
            }
        }
        return parts.size() == 1 ? parts.get(0).thenApply(PublishLine::ids) : all(parts, messages.size());
    }

    private static long delayMillis(Message message) {
        long millis = message.delay().toMillis();
        return message.delay().minusMillis(millis).isZero() ? millis : millis + 1;
    }

    /** In order, so the first failure says how many of the first ones were published. */
    private static CompletableFuture<List<MessageId>> all(List<CompletableFuture<List<Long>>> parts, int count) {
        return CompletableFuture.allOf(parts.toArray(new CompletableFuture<?>[0])).handle((done, failure) -> {
            List<MessageId> ids = new ArrayList<>(count);
            for (CompletableFuture<List<Long>> part : parts) {
                ids.addAll(ids(part.join()));
            }
            return ids;
        });
    }

    private static List<MessageId> ids(List<Long> ids) {
        return ids.stream().map(MessageId::new).toList();
    }

    /** Under the monitor. */
    private CompletableFuture<List<Long>> send(PublishRequest.Builder request) {
        if (closed) {
            return CompletableFuture.failedFuture(new MillraceException.Closed("the connection has been closed"));
        }
        Stream current = stream;
        if (current == null) {
            current = new Stream();
            stream = current;
            MessagesGrpc.newStub(link.calls()).withWaitForReady().publishStream(current);
        }
        long number = ++lastNumber;
        CompletableFuture<List<Long>> ids = new CompletableFuture<>();
        underWay.put(number, new Under(ids, current,
                System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis)));
        current.send(request.setNumber(number).build());
        return ids;
    }

    /** Ends requests that wait for too long; called now and then by one thread at a time. */
    void sweep() {
        long now = System.nanoTime();
        List<Under> late = new ArrayList<>();
        synchronized (this) {
            underWay.values().removeIf(each -> {
                boolean over = now - each.deadlineNanos > 0 && each.stream.flowed;
                if (over) {
                    late.add(each);
                }
                return over;
            });
            Stream waiting = stream;
            if (waiting != null && !waiting.flowed
                    && underWay.values().stream().anyMatch(each -> now - each.deadlineNanos > 0)) {
                waiting.cancel(); // or it would be sent when the server is back, after all
            }
        }
        late.forEach(each -> each.ids.completeExceptionally(new MillraceException.UnknownOutcome(
                "publishing: no answer within " + timeoutMillis + " ms; whether it was done is unknown")));
    }

    private synchronized @Nullable Under take(long number) {
        return underWay.remove(number);
    }

    private void answered(PublishResponse answer) {
        Under done = take(answer.getNumber());
        if (done == null) {
            return; // it timed out
        }
        if (answer.hasError()) {
            done.ids.completeExceptionally(Failures.of(answer.getError(), "publishing"));
        } else {
            done.ids.complete(answer.getIdsList());
        }
    }

    private void broken(Stream dead, Throwable reason) {
        List<Under> lost = new ArrayList<>();
        synchronized (this) {
            if (dead.equals(stream)) {
                stream = null;
            }
            underWay.values().removeIf(each -> {
                boolean its = each.stream.equals(dead);
                if (its) {
                    lost.add(each);
                }
                return its;
            });
        }
        MillraceException failure = !dead.flowed && Failures.detail(reason) == null
                ? Failures.unreachable(reason, "publishing")
                : Failures.of(reason, "publishing");
        lost.forEach(each -> each.ids.completeExceptionally(failure));
    }

    synchronized void close() {
        closed = true;
        Stream current = stream;
        if (current != null) {
            current.end();
        }
    }

    /** One stream. */
    private final class Stream implements ClientResponseObserver<PublishRequest, PublishResponse> {
        private @Nullable ClientCallStreamObserver<PublishRequest> call;
        /** A connection took it: from now on nobody knows what arrives. */
        private volatile boolean flowed;

        @Override
        public void beforeStart(ClientCallStreamObserver<PublishRequest> started) {
            call = started;
            started.setOnReadyHandler(() -> flowed = true);
        }

        void send(PublishRequest request) {
            ClientCallStreamObserver<PublishRequest> open = call;
            if (open != null) {
                open.onNext(request);
            }
        }

        void cancel() {
            ClientCallStreamObserver<PublishRequest> open = call;
            if (open != null) {
                open.cancel("the server " + link + " cannot be reached within " + timeoutMillis + " ms", null);
            }
        }

        void end() {
            ClientCallStreamObserver<PublishRequest> open = call;
            if (open != null) {
                open.onCompleted();
            }
        }

        @Override
        public void onNext(PublishResponse answer) {
            answered(answer);
        }

        @Override
        public void onError(Throwable reason) {
            broken(this, reason);
        }

        @Override
        public void onCompleted() {
            broken(this, Status.UNAVAILABLE.withDescription("the server has ended the stream").asRuntimeException());
        }
    }
}
