package dev.millrace.api.internal;

import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** One thread that starts things later; nothing that it runs may block. */
final class Timer {
    private final ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, task -> {
        Thread thread = new Thread(task, "millrace-timer");
        thread.setDaemon(true);
        return thread;
    });

    Timer() {
        // After the end nothing is started any more, and nobody waits for it.
        executor.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
        executor.setRemoveOnCancelPolicy(true);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    Future<?> after(long millis, Runnable task) {
        return executor.schedule(task, millis, TimeUnit.MILLISECONDS);
    }

    /** The same, for what nobody calls off. */
    @SuppressWarnings("FutureReturnValueIgnored") // tasks hand over and do not fail
    void later(long millis, Runnable task) {
        executor.schedule(task, millis, TimeUnit.MILLISECONDS);
    }

    Future<?> every(long millis, Runnable task) {
        return executor.scheduleWithFixedDelay(task, millis, millis, TimeUnit.MILLISECONDS);
    }

    void close() {
        executor.shutdownNow();
    }
}
