package dev.millrace.bench.work;

import dev.millrace.api.Millrace;
import dev.millrace.api.task.QueueLimits;
import dev.millrace.api.task.Task;
import dev.millrace.api.task.TaskQueue;
import dev.millrace.api.task.Worker;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Millrace in this process: every enqueueing synced to the disk before it returns, and so every completion. */
final class EmbeddedMillrace implements TaskSystem {
    private static final int KEYS = 1_000;
    private static final String TYPE = "bench";

    private final Millrace millrace;
    private final TaskQueue queue;
    private final int concurrency;
    private final Task task = Task.of(TYPE, new byte[BODY_BYTES]);
    private final AtomicLong enqueued = new AtomicLong();
    private boolean isLimited;
    private @Nullable Worker worker;

    EmbeddedMillrace(Path folder, int concurrency) {
        millrace = Millrace.open(folder);
        queue = millrace.queue("bench");
        this.concurrency = concurrency;
    }

    /** Whether from now on each task has one of a thousand keys, of each of which at most four run at once. */
    void limitKeys(boolean limited) {
        queue.limits(limited ? QueueLimits.NONE.concurrencyPerKey(4) : QueueLimits.NONE);
        isLimited = limited;
    }

    @Override
    public void enqueue() {
        queue.enqueue(next());
    }

    @Override
    public void enqueueBatch() {
        List<Task> batch = new ArrayList<>(BATCH);
        for (int i = 0; i < BATCH; i++) {
            batch.add(next());
        }
        queue.enqueueAll(batch);
    }

    private Task next() {
        return isLimited ? task.limitKey("key-" + enqueued.getAndIncrement() % KEYS) : task;
    }

    @Override
    public void work(Runnable each) {
        worker = millrace.worker()
                .queue("bench")
                .concurrency(concurrency)
                .handle(TYPE, (work, context) -> each.run())
                .start();
    }

    @Override
    public void rest() {
        if (worker != null) {
            worker.close();
            worker = null;
        }
    }

    @Override
    public void close() {
        rest();
        millrace.close();
    }
}
