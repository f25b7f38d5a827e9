package dev.millrace.client;

import dev.millrace.api.MillraceException;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;

/** Calls with one answer, as futures. */
final class Calls {
    private Calls() {}

    /** The answer, made of the server's one; {@code what} names the call in failures. */
    static <A, T> CompletableFuture<T> ask(String what, Consumer<StreamObserver<A>> call, Function<A, T> answer) {
        return ask(what, call, answer, failure -> Failures.of(failure, what));
    }

    /** The same with another reading of failures. */
    static <A, T> CompletableFuture<T> ask(String what, Consumer<StreamObserver<A>> call, Function<A, T> answer,
            Function<Throwable, MillraceException> failed) {
        CompletableFuture<T> future = new CompletableFuture<>();
        call.accept(new StreamObserver<>() {
            @Override
            public void onNext(A message) {
                try {
                    future.complete(answer.apply(message));
                } catch (RuntimeException e) {
                    future.completeExceptionally(
                            new MillraceException.Fatal(what + ": the answer cannot be read: " + e, e));
                }
            }

            @Override
            public void onError(Throwable failure) {
                future.completeExceptionally(failed.apply(failure));
            }

            @Override
            public void onCompleted() {
                future.completeExceptionally(new MillraceException.Fatal(what + ": the server gave no answer"));
            }
        });
        return future;
    }
}
