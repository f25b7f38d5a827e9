package dev.millrace.bench.work;

import dev.millrace.bench.contest.Contest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** Measures one contestant, which has a JVM of its own, and tells its figures. */
public final class Work {
    private static final int ENQUEUERS = 64;
    private static final int TURNS = 3;
    private static final String EXECUTED = "W1 executed, tasks/s";
    private static final long LIMIT_MINUTES = 5;

    private final String contestant;
    private final TaskSystem system;
    private final int tasks;
    private final long nanosEach;

    private Work(String contestant, TaskSystem system, int tasks, long nanosEach) {
        this.contestant = contestant;
        this.system = system;
        this.tasks = tasks;
        this.nanosEach = nanosEach;
    }

    /**
     * Measures and tells.
     *
     * @param arguments
     *            contestant; an empty folder; how many tasks are executed; seconds for each way of enqueueing
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        String contestant = arguments[0];
        Path folder = Files.createDirectories(Path.of(arguments[1]));
        int tasks = Integer.parseInt(arguments[2]);
        long nanosEach = TimeUnit.SECONDS.toNanos(Integer.parseInt(arguments[3]));
        try (TaskSystem system = TaskSystem.open(contestant, folder)) {
            Work work = new Work(contestant, system, tasks, nanosEach);
            work.warmUp();
            if (system instanceof EmbeddedMillrace embedded) {
                work.executeInTurn(embedded);
            } else {
                Contest.tell(contestant, EXECUTED, work.execute());
            }
        }
        try (TaskSystem system = TaskSystem.open(contestant, folder.resolve("enqueue"))) {
            Work work = new Work(contestant, system, tasks, nanosEach);
            work.warmUp();
            work.enqueue("W2 batches of 1,000 from 1 thread, tasks/s", 1, system::enqueueBatch, TaskSystem.BATCH);
            work.enqueue("W2 one by one from 1 thread, tasks/s", 1, system::enqueue, 1);
            work.enqueue("W2 one by one from 64 threads, tasks/s", ENQUEUERS, system::enqueue, 1);
        }
    }

    /** Everything once, not measured. */
    private void warmUp() throws InterruptedException {
        int count = tasks / 2 / TaskSystem.BATCH * TaskSystem.BATCH;
        fill(count);
        run(count);
        enqueue("", 4, system::enqueue, 1);
        drain();
    }

    private void fill(int count) {
        for (int i = 0; i < count; i += TaskSystem.BATCH) {
            system.enqueueBatch();
        }
    }

    /** Tasks a second that wait and are due: from the first execution to the last. */
    private double execute() throws InterruptedException {
        fill(tasks);
        return (tasks - 1) * 1e9 / run(tasks);
    }

    /** Without and with limits in turn, after a warm-up with limits, so that both find the same JVM and the same disk. */
    private void executeInTurn(EmbeddedMillrace system) throws InterruptedException {
        system.limitKeys(true);
        fill(tasks / 2 / TaskSystem.BATCH * TaskSystem.BATCH);
        run(tasks / 2 / TaskSystem.BATCH * TaskSystem.BATCH);
        for (int turn = 0; turn < TURNS; turn++) {
            system.limitKeys(false);
            double free = execute();
            system.limitKeys(true);
            double limited = execute();
            Contest.tell(contestant, EXECUTED, free);
            Contest.tell(contestant, "W4 executed with 1,000 limit keys, tasks/s", limited);
            Contest.tell(contestant, "W4 / W1 of the same turn", limited / free);
        }
    }

    /** Nanoseconds from the first of so many executions to the last. */
    private long run(int count) throws InterruptedException {
        AtomicLong first = new AtomicLong();
        AtomicLong last = new AtomicLong();
        LongAdder executed = new LongAdder();
        CountDownLatch done = new CountDownLatch(1);
        AtomicLong left = new AtomicLong(count);
        system.work(() -> {
            executed.increment();
            long now = left.decrementAndGet();
            if (now == count - 1) {
                first.set(System.nanoTime());
            }
            if (now == 0) {
                last.set(System.nanoTime());
                done.countDown();
            }
        });
        if (!done.await(LIMIT_MINUTES, TimeUnit.MINUTES)) {
            throw new IllegalStateException(contestant + " executed " + executed.sum() + " of " + count
                    + " tasks in " + LIMIT_MINUTES + " minutes");
        }
        system.rest();
        if (executed.sum() != count) {
            throw new IllegalStateException(contestant + " executed " + executed.sum() + " times what were " + count
                    + " tasks");
        }
        return last.get() - first.get();
    }

    /** Executes what waits until nothing came for a second. */
    private void drain() throws InterruptedException {
        AtomicLong latest = new AtomicLong(System.nanoTime());
        system.work(() -> latest.set(System.nanoTime()));
        while (System.nanoTime() - latest.get() < TimeUnit.SECONDS.toNanos(2)) {
            Thread.sleep(100);
        }
        system.rest();
    }

    private void enqueue(String figure, int threads, Runnable call, int tasksEach) throws InterruptedException {
        LongAdder enqueued = new LongAdder();
        long end = System.nanoTime() + nanosEach;
        long start = System.nanoTime();
        Thread[] all = new Thread[threads];
        for (int i = 0; i < threads; i++) {
            all[i] = Thread.ofPlatform().name("enqueuer-" + i).start(() -> {
                while (System.nanoTime() - end < 0) {
                    call.run();
                    enqueued.add(tasksEach);
                }
            });
        }
        for (Thread thread : all) {
            thread.join();
        }
        if (!figure.isEmpty()) {
            Contest.tell(contestant, figure, enqueued.sum() * 1e9 / (System.nanoTime() - start));
        }
    }
}
