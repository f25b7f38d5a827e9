package dev.millrace.api.internal;

import dev.millrace.api.MillraceException;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Waiting for futures, and handing them over. */
final class Futures {
    private Futures() {}

    /** The result; a failure is thrown with the stack trace of this thread. */
    static <T> T await(CompletableFuture<T> future, String what) {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw failure(e).here();
        } catch (CancellationException e) {
            throw new MillraceException.Closed(what + " was given up because the engine was closed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MillraceException.Interrupted("interrupted while waiting for the end of " + what
                    + "; it goes on, whether it will be done is unknown", e);
        }
    }

    /** Waits until all have ended, or one has failed; returns whether an interrupt cut it short. */
    static boolean awaitEnds(List<CompletableFuture<Void>> ends) {
        try {
            CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new)).get();
            return false;
        } catch (InterruptedException e) {
            return true;
        } catch (ExecutionException e) {
            return false;
        }
    }

    /** Does something at the end, which must not throw. */
    @SuppressWarnings("FutureReturnValueIgnored") // nobody waits for the end of an end
    static <T> void onEnd(CompletableFuture<T> future, BiConsumer<@Nullable T, @Nullable Throwable> action) {
        future.whenComplete(action);
    }

    /** What hangs on the result runs on the executor, never on a thread of the engine. */
    static <T> CompletableFuture<T> handOver(CompletableFuture<T> future, Executor executor) {
        return future.handleAsync((value, failure) -> {
            if (failure != null) {
                throw failure(failure);
            }
            return value;
        }, executor);
    }

    /** What a future failed with, as this API says it. */
    static MillraceException failure(Throwable failure) {
        Throwable cause = failure;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause instanceof MillraceException known ? known
                : new MillraceException.Fatal("internal error: " + cause + "; this is a defect of Millrace", cause);
    }
}
