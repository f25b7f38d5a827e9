package dev.millrace.door.grpc;

import dev.millrace.node.tasks.BatchInfo;
import dev.millrace.node.tasks.TaskFlows;
import dev.millrace.node.tasks.TaskSpec;
import io.grpc.stub.ServerCallStreamObserver;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Calls that wait for the end of a batch. They cost no thread, and end with their client and with the door. Thread-safe. */
final class BatchWaits {
    static final long MAX_MILLIS = 60_000;

    private final TaskFlows flows;
    private final AtomicLong numbers = new AtomicLong();
    private final Map<Long, CompletableFuture<?>> waiting = new ConcurrentHashMap<>();
    private volatile boolean stopped;

    BatchWaits(TaskFlows flows) {
        this.flows = flows;
    }

    /** As it stands when it is over, the time is up, or the door closes. */
    CompletableFuture<Optional<BatchInfo>> over(TaskSpec.BatchRef batch, long millis,
            ServerCallStreamObserver<?> call) {
        CompletableFuture<Optional<BatchInfo>> end = flows.batch(batch, Duration.ofMillis(millis));
        if (end.isDone()) {
            return end;
        }
        long number = numbers.incrementAndGet();
        waiting.put(number, end);
        call.setOnCancelHandler(() -> end.cancel(false));
        if (stopped) {
            end.cancel(false);
        }
        return end.exceptionallyCompose(failure -> failure instanceof CancellationException ? flows.batch(batch)
                : CompletableFuture.failedFuture(failure)).whenComplete((found, failure) -> waiting.remove(number));
    }

    void stop() {
        stopped = true;
        waiting.values().forEach(end -> end.cancel(false));
    }
}
