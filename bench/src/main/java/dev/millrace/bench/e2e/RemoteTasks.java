package dev.millrace.bench.e2e;

import dev.millrace.api.Millrace;
import dev.millrace.api.task.QueueStats;
import dev.millrace.api.task.Task;
import dev.millrace.api.task.TaskQueue;
import dev.millrace.api.task.Worker;
import dev.millrace.bench.e2e.load.Threads;
import dev.millrace.bench.e2e.report.Measurement.Figures;
import dev.millrace.bench.e2e.report.Metric;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Tasks from end to end through the Java client: one connection enqueues, another one has a worker whose handler does
 * nothing. A task counts when the server says that it is done, which is durable then.
 */
final class RemoteTasks {
    private static final String TYPE = "bench";
    /** Handlers at once. */
    private static final int CONCURRENCY = 64;
    private static final long PATIENCE_SECONDS = 300;
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private RemoteTasks() {}

    static Figures run(Bench bench, long count) throws IOException {
        InetSocketAddress grpc = bench.server().grpc();
        if (grpc == null) {
            throw new IOException(bench.kind().name() + " does not speak the native protocol");
        }
        String address = grpc.getHostString() + ":" + grpc.getPort();
        AtomicLong handled = new AtomicLong();
        try (Millrace producer = Millrace.connect(address);
                Millrace consumer = Millrace.connect(address);
                Worker worker = consumer.worker()
                        .queue(bench.topic(), 1)
                        .concurrency(CONCURRENCY)
                        .handle(TYPE, (task, context) -> handled.incrementAndGet())
                        .start()) {
            TaskQueue queue = producer.queue(bench.topic());
            long before = queue.stats().done();
            CpuMeter cpu = CpuMeter.start(bench);
            long start = System.nanoTime();
            long enqueued = enqueue(bench, queue, count);
            double enqueueSeconds = (System.nanoTime() - start) / 1e9;
            awaitDone(queue, before + enqueued);
            double seconds = (System.nanoTime() - start) / 1e9;
            if (handled.get() < enqueued || worker.ended().isDone()) {
                throw new IOException("only " + handled.get() + " of " + enqueued + " tasks were handled");
            }
            Figures figures = new Figures().put(Metric.RATE, enqueued / seconds)
                    .put(Metric.PRODUCED, enqueued / enqueueSeconds)
                    .put(Metric.WINDOW, seconds);
            cpu.stop(figures, enqueued);
            return figures;
        }
    }

    /** Batches, with a window of tasks under way; returns how many tasks. */
    private static long enqueue(Bench bench, TaskQueue queue, long count) throws IOException {
        int batch = bench.shape().batch();
        List<Task> tasks = Collections.nCopies(batch, Task.of(TYPE, new byte[bench.shape().bodyBytes()]));
        int batches = Math.max(1, bench.shape().windowMessages() / batch);
        Semaphore window = new Semaphore(batches);
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        long sent = 0;
        try {
            for (; sent < count && failure.get() == null; sent += batch) {
                take(window, 1);
                var _ = queue.enqueueAllAsync(tasks)
                        .whenComplete((done, reason) -> {
                            if (reason != null) {
                                failure.compareAndSet(null, reason);
                            }
                            window.release();
                        });
            }
            take(window, batches);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while enqueueing", e);
        }
        Throwable reason = failure.get();
        if (reason != null) {
            throw new IOException("enqueueing failed: " + reason.getMessage(), reason);
        }
        return sent;
    }

    private static void take(Semaphore window, int permits) throws IOException, InterruptedException {
        if (!window.tryAcquire(permits, PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new IOException("no answer to an enqueue within " + PATIENCE_SECONDS + " s");
        }
    }

    private static void awaitDone(TaskQueue queue, long goal) throws IOException {
        long deadline = Rounds.deadline(PATIENCE_SECONDS);
        QueueStats stats = queue.stats();
        while (stats.done() < goal) {
            if (System.nanoTime() - deadline > 0) {
                throw new IOException("not done within " + PATIENCE_SECONDS + " s: " + stats);
            }
            Threads.sleepUntil(System.nanoTime() + POLL_NANOS);
            stats = queue.stats();
        }
    }
}
