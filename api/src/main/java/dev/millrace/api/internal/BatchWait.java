package dev.millrace.api.internal;

import dev.millrace.api.MillraceException;
import dev.millrace.api.task.BatchProgress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks how far a batch is until it is over, the time is up, or nobody waits any more. An engine that does not answer is
 * asked again. One question at a time.
 */
final class BatchWait {
    private static final long FIRST_MILLIS = 20;
    private static final long LAST_MILLIS = 500;

    private final Supplier<CompletableFuture<BatchProgress>> engine;
    private final Executor executor;
    private final long endNanos;
    private final CompletableFuture<BatchProgress> result = new CompletableFuture<>();

    /** @param executor completes the result, while it takes anything */
    BatchWait(Supplier<CompletableFuture<BatchProgress>> engine, Executor executor, Duration atMost) {
        this.engine = engine;
        this.executor = executor;
        endNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(Checks.millisUp(atMost));
    }

    CompletableFuture<BatchProgress> start() {
        ask(FIRST_MILLIS);
        return result;
    }

    private void ask(long millis) {
        if (!result.isDone()) {
            Futures.onEnd(engine.get(), (progress, failure) -> answered(progress, failure, millis));
        }
    }

    private void answered(@Nullable BatchProgress progress, @Nullable Throwable failure, long millis) {
        long left = TimeUnit.NANOSECONDS.toMillis(endNanos - System.nanoTime());
        if (progress != null) {
            if (progress.isOver() || left <= 0) {
                end(() -> result.complete(progress));
                return;
            }
        } else {
            MillraceException reason = Futures.failure(failure == null ? new IllegalStateException() : failure);
            boolean passing = reason.category() == MillraceException.Category.RETRY
                    || reason.category() == MillraceException.Category.UNKNOWN_OUTCOME;
            if (!passing || left <= 0) {
                end(() -> result.completeExceptionally(reason));
                return;
            }
        }
        // On a pool that outlives the engine, so that whoever waits hears of its end.
        CompletableFuture.delayedExecutor(Math.min(millis, left), TimeUnit.MILLISECONDS)
                .execute(() -> ask(Math.min(millis * 2, LAST_MILLIS)));
    }

    private void end(Runnable completion) {
        try {
            executor.execute(completion);
        } catch (RejectedExecutionException e) {
            completion.run(); // the engine was closed
        }
    }
}
