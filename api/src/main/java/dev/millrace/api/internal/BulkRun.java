package dev.millrace.api.internal;

import dev.millrace.api.spi.TaskEngine;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Slice after slice of a bulk action, until the last one, a failure, or its result is cancelled. One slice at a time. */
final class BulkRun {
    private final Function<String, CompletableFuture<TaskEngine.Slice>> engine;
    private final LongConsumer progress;
    private final CompletableFuture<Long> result = new CompletableFuture<>();
    private long done;

    /** {@code engine} does the slice of a cursor; what hangs on its futures runs on a thread that may block. */
    BulkRun(Function<String, CompletableFuture<TaskEngine.Slice>> engine, LongConsumer progress) {
        this.engine = engine;
        this.progress = progress;
    }

    CompletableFuture<Long> start() {
        next("");
        return result;
    }

    private void next(String cursor) {
        Futures.onEnd(engine.apply(cursor), this::ended);
    }

    private void ended(TaskEngine.@Nullable Slice slice, @Nullable Throwable failure) {
        if (failure != null || slice == null) {
            result.completeExceptionally(Futures.failure(failure == null ? new IllegalStateException() : failure));
            return;
        }
        done += slice.done();
        try {
            progress.accept(done);
        } catch (RuntimeException e) {
            result.completeExceptionally(e);
        }
        if (slice.next().isEmpty()) {
            result.complete(done);
        } else if (!result.isDone()) {
            next(slice.next().get());
        }
    }
}
