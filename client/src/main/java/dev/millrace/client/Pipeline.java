package dev.millrace.client;

import dev.millrace.api.MillraceException;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Numbered requests over one stream, which keeps the order of the calls; a broken one is replaced at the next request.
 * What was under way on it has an unknown outcome. The caller bounds the bytes under way.
 *
 * <p>
 * Thread safety: the monitor guards everything; futures are completed without it.
 */
final class Pipeline<Q, A> {
    /** One request under way. */
    private record Under<Q, A>(CompletableFuture<A> answer, Pipeline<Q, A>.Stream stream, long deadlineNanos) {}

    private final Link link;
    private final String what;
    private final long timeoutMillis;
    private final Consumer<ClientResponseObserver<Q, A>> opener;
    private final ToLongFunction<A> numberOf;
    /** By number, so the oldest come first. */
    private final Map<Long, Under<Q, A>> underWay = new LinkedHashMap<>();
    private @Nullable Stream stream;
    private long lastNumber;
    private boolean closed;

    /**
     * A line without a stream.
     *
     * @param what
     *            it does, for messages
     * @param opener
     *            starts a stream
     */
    Pipeline(Link link, String what, long timeoutMillis, Consumer<ClientResponseObserver<Q, A>> opener,
            ToLongFunction<A> numberOf) {
        this.link = link;
        this.what = what;
        this.timeoutMillis = timeoutMillis;
        this.opener = opener;
        this.numberOf = numberOf;
    }

    /** Sends the request of this number; its answer may have an error of its own. */
    synchronized CompletableFuture<A> send(LongFunction<Q> request) {
        if (closed) {
            return CompletableFuture.failedFuture(new MillraceException.Closed("the connection has been closed"));
        }
        Stream current = stream;
        if (current == null) {
            current = new Stream();
            stream = current;
            opener.accept(current);
        }
        long number = ++lastNumber;
        CompletableFuture<A> answer = new CompletableFuture<>();
        underWay.put(number, new Under<>(answer, current,
                System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis)));
        current.send(request.apply(number));
        return answer;
    }

    /** Ends requests that wait for too long; called now and then by one thread at a time. */
    void sweep() {
        long now = System.nanoTime();
        List<Under<Q, A>> late = new ArrayList<>();
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
        late.forEach(each -> each.answer.completeExceptionally(new MillraceException.UnknownOutcome(
                what + ": no answer within " + timeoutMillis + " ms; whether it was done is unknown")));
    }

    private void answered(A answer) {
        Under<Q, A> done;
        synchronized (this) {
            done = underWay.remove(numberOf.applyAsLong(answer));
        }
        if (done != null) { // or it timed out
            done.answer.complete(answer);
        }
    }

    private void broken(Stream dead, Throwable reason) {
        List<Under<Q, A>> lost = new ArrayList<>();
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
                ? Failures.unreachable(reason, what)
                : Failures.of(reason, what);
        lost.forEach(each -> each.answer.completeExceptionally(failure));
    }

    synchronized void close() {
        closed = true;
        Stream current = stream;
        if (current != null) {
            current.end();
        }
    }

    /** One stream. */
    private final class Stream implements ClientResponseObserver<Q, A> {
        private @Nullable ClientCallStreamObserver<Q> call;
        /** A connection took it: from now on nobody knows what arrives. */
        private volatile boolean flowed;

        @Override
        public void beforeStart(ClientCallStreamObserver<Q> started) {
            call = started;
            started.setOnReadyHandler(() -> flowed = true);
        }

        void send(Q request) {
            ClientCallStreamObserver<Q> open = call;
            if (open != null) {
                open.onNext(request);
            }
        }

        void cancel() {
            ClientCallStreamObserver<Q> open = call;
            if (open != null) {
                open.cancel("the server " + link + " cannot be reached within " + timeoutMillis + " ms", null);
            }
        }

        void end() {
            ClientCallStreamObserver<Q> open = call;
            if (open != null) {
                open.onCompleted();
            }
        }

        @Override
        public void onNext(A answer) {
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
