package dev.millrace.core.shard;

import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** A question or change from another thread: run by the owner, answered once what it saw is durable. */
final class PendingCall<T> {
    private final Function<Shard, T> work;
    final CompletableFuture<T> future = new CompletableFuture<>();
    private Runnable answer = () -> {};

    PendingCall(Function<Shard, T> work) {
        this.work = work;
    }

    /** Owner thread. What the work throws becomes the answer, unless it left something half done. */
    void run(Shard shard) {
        shard.machine().decisions.begin();
        try {
            T result = work.apply(shard);
            answer = () -> future.complete(result);
        } catch (dev.millrace.core.machine.MissingException | LimitException | IllegalArgumentException e) {
            answer = () -> future.completeExceptionally(e);
        } catch (RuntimeException e) {
            try {
                shard.faults().refuse("call", e);
            } catch (RuntimeException fatal) {
                fail(new ShardException("shard " + shard.number() + " failed", fatal));
                throw fatal;
            }
            answer = () -> future
                    .completeExceptionally(new IllegalStateException("internal error: " + e.getMessage(), e));
        }
    }

    void release() {
        answer.run();
    }

    void fail(Throwable reason) {
        future.completeExceptionally(reason);
    }
}
