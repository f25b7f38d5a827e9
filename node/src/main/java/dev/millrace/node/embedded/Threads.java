package dev.millrace.node.embedded;

import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Virtual threads for what may block, and one thread that starts things later. Thread-safe. */
final class Threads implements Executor {
    private final ThreadFactory virtual = Thread.ofVirtual().name("millrace-", 0).factory();
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1,
            Thread.ofPlatform().daemon().name("millrace-embedded-timer").factory());

    Threads() {
        timer.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
        timer.setRemoveOnCancelPolicy(true);
        timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /** Never refuses: also what is left after the engine's end is carried out. */
    @Override
    public void execute(Runnable task) {
        virtual.newThread(task).start();
    }

    /** On a thread that may block; nothing happens once this is closed. */
    Future<?> after(long millis, Runnable task) {
        return timer.schedule(() -> execute(task), millis, TimeUnit.MILLISECONDS);
    }

    void close() {
        timer.shutdownNow();
    }
}
