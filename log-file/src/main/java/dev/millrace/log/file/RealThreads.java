package dev.millrace.log.file;

import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * One platform thread for preparing and syncing, a few for reading. They are started when first needed. A job that
 * throws is a defect: it is handed to {@code onDefect} and, if that returns, the log's thread goes on with the next.
 */
public final class RealThreads implements LogThreads {
    private static final long STOP_SECONDS = 30;

    private final ScheduledThreadPoolExecutor worker;
    private final ThreadPoolExecutor readers;
    private final Consumer<Throwable> onDefect;

    /** {@code readerCount} threads read; {@code onDefect} learns of errors in the log's own threads. */
    public RealThreads(int readerCount, Consumer<Throwable> onDefect) {
        this.onDefect = onDefect;
        worker = new ScheduledThreadPoolExecutor(1, named("millrace-log-work-"));
        worker.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        worker.setRemoveOnCancelPolicy(true);
        readers = new ThreadPoolExecutor(readerCount, readerCount, 1, TimeUnit.MINUTES, new LinkedBlockingQueue<>(),
                named("millrace-log-read-"));
    }

    @Override
    public void work(Runnable job) {
        worker.execute(watched(job));
    }

    @Override
    public void workLater(Runnable job, long delayMillis) {
        // The result is of no interest: errors go to onDefect.
        var _ = worker.schedule(watched(job), delayMillis, TimeUnit.MILLISECONDS);
    }

    @Override
    public void read(Runnable job) {
        readers.execute(watched(job));
    }

    @Override
    public void shielded(Runnable job) {
        AtomicReference<Throwable> outcome = new AtomicReference<>();
        Thread thread = Thread.ofPlatform().name("millrace-log-call").daemon().start(() -> {
            try {
                job.run();
            } catch (RuntimeException | Error failure) {
                outcome.set(failure);
            }
        });
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException again) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        switch (outcome.get()) {
            case null -> {}
            case RuntimeException exception -> throw exception;
            case Error error -> throw error;
            case Throwable other -> throw new IllegalStateException(other);
        }
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public void close() {
        worker.shutdown();
        readers.shutdown();
        boolean interrupted = false;
        for (var executor : new ThreadPoolExecutor[]{worker, readers}) {
            try {
                if (!executor.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
                    onDefect.accept(new IllegalStateException(
                            "a log thread has not ended within " + STOP_SECONDS + " s; is the disk stuck?"));
                }
            } catch (InterruptedException stop) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private Runnable watched(Runnable job) {
        return () -> {
            try {
                job.run();
            } catch (RuntimeException | Error defect) {
                onDefect.accept(defect);
            }
        };
    }

    private static ThreadFactory named(String prefix) {
        AtomicInteger count = new AtomicInteger();
        ThreadFactory plain = Executors.defaultThreadFactory();
        return job -> {
            Thread thread = plain.newThread(job);
            thread.setName(prefix + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }
}
