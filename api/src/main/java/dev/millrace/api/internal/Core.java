package dev.millrace.api.internal;

import dev.millrace.api.MillraceException;
import dev.millrace.api.PublishLimits;
import dev.millrace.api.spi.Engine;
import dev.millrace.api.spi.TaskEngine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/** What all handles of one {@link dev.millrace.api.Millrace} share. Thread-safe. */
final class Core {
    private final Engine engine;
    private final Timer timer = new Timer();
    private final PublishGate gate;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<WorkLoop, Duration> loops = new HashMap<>();
    private boolean closing;
    private volatile boolean closed;
    private final CompletableFuture<Boolean> end = new CompletableFuture<>();

    Core(Engine engine, PublishLimits limits) {
        this.engine = engine;
        gate = new PublishGate(limits, timer, engine.executor());
    }

    Engine engine() {
        return engine;
    }

    TaskEngine tasks() {
        return engine.tasks()
                .orElseThrow(() -> new MillraceException.Invalid("this engine has no task queues: use Millrace.open"));
    }

    Timer timer() {
        return timer;
    }

    PublishGate gate() {
        return gate;
    }

    /** Asks the engine, unless it is closed; for a caller that waits. */
    <T> CompletableFuture<T> ask(Function<Engine, CompletableFuture<T>> question) {
        if (closed) {
            return CompletableFuture.failedFuture(closedFailure());
        }
        return question.apply(engine);
    }

    /** The same for a future that a user gets. */
    <T> CompletableFuture<T> askAsync(Function<Engine, CompletableFuture<T>> question) {
        return Futures.handOver(ask(question), engine.executor());
    }

    /** Starts a loop that is closed with this. */
    void start(WorkLoop loop, Duration drain) {
        lock.lock();
        try {
            if (closing) {
                throw closedFailure();
            }
            loops.put(loop, drain);
        } finally {
            lock.unlock();
        }
        Futures.onEnd(loop.ended(), (done, failure) -> forget(loop));
        loop.start();
    }

    private void forget(WorkLoop loop) {
        lock.lock();
        try {
            loops.remove(loop);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Closes the loops side by side, while handlers can still use everything, then the engine. A second caller waits for
     * the first; a handler of its own only starts it.
     */
    void close(Function<Duration, Duration> drain) {
        Map<WorkLoop, Duration> left;
        boolean first;
        lock.lock();
        try {
            first = !closing;
            closing = true;
            left = new HashMap<>(loops);
        } finally {
            lock.unlock();
        }
        boolean byHandler = left.keySet().stream().anyMatch(WorkLoop::isCalledByHandler);
        if (first && byHandler) {
            engine.executor().execute(() -> close(left, drain));
        } else if (first) {
            close(left, drain);
        } else if (!byHandler) {
            awaitEnd(end);
        }
    }

    private void close(Map<WorkLoop, Duration> left, Function<Duration, Duration> drain) {
        try {
            List<CompletableFuture<?>> closings = new ArrayList<>();
            left.forEach((loop, own) -> closings.add(CompletableFuture.runAsync(
                    () -> loop.close(Checks.millisUp(drain.apply(own))), engine.executor())));
            awaitEnd(CompletableFuture.allOf(closings.toArray(CompletableFuture[]::new)));
            closed = true;
            gate.close();
            engine.close();
        } finally {
            closed = true;
            timer.close();
            end.complete(true);
        }
    }

    /** Waits to the end; an interrupt is kept for later. */
    private static void awaitEnd(CompletableFuture<?> future) {
        boolean interrupted = false;
        try {
            for (;;) {
                try {
                    future.get();
                    return;
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (java.util.concurrent.ExecutionException e) {
                    throw Futures.failure(e).here();
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    static MillraceException closedFailure() {
        return new MillraceException.Closed("this Millrace has been closed");
    }
}
