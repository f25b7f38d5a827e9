package dev.millrace.door.grpc;

import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;

/** Answers a call with what the node's future brings. */
final class Answering {
    private final Executor threads;

    Answering(Executor threads) {
        this.threads = threads;
    }

    /** {@code work} may throw what it refuses. */
    <T, A> void answer(StreamObserver<A> call, Supplier<CompletableFuture<T>> work, Function<T, A> answer) {
        CompletableFuture<T> future;
        try {
            future = work.get();
        } catch (RuntimeException e) {
            future = CompletableFuture.failedFuture(e);
        }
        Later.run(future.thenApply(answer), threads, message -> {
            call.onNext(message);
            call.onCompleted();
        }, failure -> call.onError(Refusals.status(Refusals.of(failure))));
    }
}
