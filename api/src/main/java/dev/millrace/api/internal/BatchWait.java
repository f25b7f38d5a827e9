package dev.millrace.api.internal;

import dev.millrace.api.MillraceException;
import dev.millrace.api.task.BatchProgress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Has the engine tell when a batch is over, until the time is up or nobody waits any more. A question waits at the engine for
 * at most half a minute, so that a connection that is dead without saying so is found out; one that fails for a while, or is
 * answered too soon, is asked again after a pause. One question at a time.
 */
final class BatchWait {
    private static final long FIRST_MILLIS = 20;
    private static final long LAST_MILLIS = 500;
    private static final long PART_MILLIS = 30_000;

    private final Function<Duration, CompletableFuture<BatchProgress>> engine;
    private final Executor executor;
    private final long endNanos;
    private final CompletableFuture<BatchProgress> result = new CompletableFuture<>();
    private volatile CompletableFuture<BatchProgress> asked = result;

    /** @param executor completes the result, while it takes anything */
    BatchWait(Function<Duration, CompletableFuture<BatchProgress>> engine, Executor executor, Duration atMost) {
        this.engine = engine;
        this.executor = executor;
        endNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(Checks.millisUp(atMost));
    }

    CompletableFuture<BatchProgress> start() {
        ask(FIRST_MILLIS);
        Futures.onEnd(result, (done, failure) -> asked.cancel(false));
        return result;
    }

    /** The pause is that after an answer that comes too soon. */
    private void ask(long pauseMillis) {
        if (result.isDone()) {
            return;
        }
        long part = Math.min(PART_MILLIS, Math.max(0, leftMillis()));
        long early = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(part / 2);
        CompletableFuture<BatchProgress> question = engine.apply(Duration.ofMillis(part));
        asked = question;
        if (result.isDone()) {
            question.cancel(false); // it was cancelled meanwhile
        }
        Futures.onEnd(question, (progress, failure) -> answered(progress, failure,
                System.nanoTime() - early < 0 ? pauseMillis : 0));
    }

    private long leftMillis() {
        return TimeUnit.NANOSECONDS.toMillis(endNanos - System.nanoTime());
    }

    private void answered(@Nullable BatchProgress progress, @Nullable Throwable failure, long pauseMillis) {
        long left = leftMillis();
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
        CompletableFuture.delayedExecutor(Math.min(pauseMillis, left), TimeUnit.MILLISECONDS)
                .execute(() -> ask(Math.min(Math.max(pauseMillis, FIRST_MILLIS) * 2, LAST_MILLIS)));
    }

    private void end(Runnable completion) {
        try {
            executor.execute(completion);
        } catch (RejectedExecutionException e) {
            completion.run(); // the engine was closed
        }
    }
}
