package dev.millrace.api.internal;

import dev.millrace.api.MillraceException;
import dev.millrace.api.PublishLimits;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the bytes of publishes under way. Who finds no room waits in a line of bounded length, in order, for a bounded
 * time; nobody overtakes the line.
 *
 * <p>
 * Thread safety: any thread; the lock is not held while something is sent or completed. At most one thread at a time
 * empties the line ({@code draining}), so that its order is kept.
 */
final class PublishGate {
    private final PublishLimits limits;
    private final Timer timer;
    private final Executor executor;
    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<Waiter<?>> line = new ArrayDeque<>();
    private long free;
    private boolean draining;
    private boolean closed;

    private static final class Waiter<T> {
        final long cost;
        final Supplier<CompletableFuture<T>> send;
        final CompletableFuture<T> result = new CompletableFuture<>();
        @Nullable Future<?> timeout;

        Waiter(long cost, Supplier<CompletableFuture<T>> send) {
            this.cost = cost;
            this.send = send;
        }
    }

    PublishGate(PublishLimits limits, Timer timer, Executor executor) {
        this.limits = limits;
        this.timer = timer;
        this.executor = executor;
        free = limits.bytes();
    }

    /** Sends when there is room for so many bytes; what is larger than all the room goes alone. */
    <T> CompletableFuture<T> pass(long bytes, Supplier<CompletableFuture<T>> send) {
        Waiter<T> waiter = new Waiter<>(Math.min(bytes, limits.bytes()), send);
        lock.lock();
        try {
            if (closed) {
                return CompletableFuture.failedFuture(closedFailure());
            }
            if (draining || !line.isEmpty() || free < waiter.cost) {
                return join(waiter);
            }
            free -= waiter.cost;
        } finally {
            lock.unlock();
        }
        send(waiter);
        return waiter.result;
    }

    private <T> CompletableFuture<T> join(Waiter<T> waiter) {
        if (line.size() >= limits.waiting()) {
            return CompletableFuture.failedFuture(new MillraceException.LimitReached(line.size()
                    + " publishes wait for room, as many as publishLimits.waiting allows; nothing was published."
                    + " Publish less at once, or raise it"));
        }
        line.add(waiter);
        waiter.timeout = timer.after(Checks.millisUp(limits.timeout()), () -> timeOut(waiter));
        return waiter.result;
    }

    private void timeOut(Waiter<?> waiter) {
        boolean waited;
        lock.lock();
        try {
            waited = line.remove(waiter);
        } finally {
            lock.unlock();
        }
        if (waited) {
            executor.execute(() -> waiter.result.completeExceptionally(new MillraceException.PublishTimeout(
                    "no room for this publish within publishLimits.timeout, " + limits.timeout()
                            + "; nothing was published. The engine is slower than the publishers: publish less at once,"
                            + " or raise publishLimits.bytes, now " + limits.bytes())));
            executor.execute(this::drain);
        }
    }

    private <T> void send(Waiter<T> waiter) {
        CompletableFuture<T> sent;
        try {
            sent = waiter.send.get();
        } catch (RuntimeException e) {
            sent = CompletableFuture.failedFuture(e);
        }
        Futures.onEnd(sent, (value, failure) -> {
            release(waiter.cost);
            if (failure != null) {
                waiter.result.completeExceptionally(Futures.failure(failure));
            } else {
                waiter.result.complete(value);
            }
        });
    }

    /** Perhaps on a thread of the engine: only hands over. */
    private void release(long cost) {
        boolean some;
        lock.lock();
        try {
            free += cost;
            some = !line.isEmpty() && !draining;
        } finally {
            lock.unlock();
        }
        if (some) {
            executor.execute(this::drain);
        }
    }

    private void drain() {
        lock.lock();
        try {
            if (draining) {
                return; // whoever does it looks again before it ends
            }
            draining = true;
        } finally {
            lock.unlock();
        }
        for (Waiter<?> waiter = next(); waiter != null; waiter = next()) {
            send(waiter);
        }
    }

    /** The first of the line if there is room for it; else the drain is over. */
    private @Nullable Waiter<?> next() {
        lock.lock();
        try {
            Waiter<?> first = line.peek();
            if (first == null || free < first.cost) {
                draining = false;
                return null;
            }
            free -= first.cost;
            line.remove();
            Future<?> timeout = first.timeout;
            if (timeout != null) {
                timeout.cancel(false);
            }
            return first;
        } finally {
            lock.unlock();
        }
    }

    /** Those in the line fail; nothing passes any more. */
    void close() {
        List<Waiter<?>> waiters;
        lock.lock();
        try {
            closed = true;
            waiters = new ArrayList<>(line);
            line.clear();
        } finally {
            lock.unlock();
        }
        waiters.forEach(waiter -> waiter.result.completeExceptionally(closedFailure()));
    }

    private static MillraceException closedFailure() {
        return new MillraceException.Closed("this Millrace has been closed; nothing was published");
    }
}
