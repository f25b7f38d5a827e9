package dev.millrace.bench.structures;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;

/**
 * Heap of a virtual thread that waits for room, its stack included, beside that of one parked by a latch; of a pool with
 * a queue, that of a queued task.
 */
final class WaitingFigures {
    /** Threads of a pool with a queue. */
    private static final int QUEUE_THREADS = 2;

    private WaitingFigures() {}

    static void print(String name, int waiting) throws InterruptedException {
        Pools pool = Pools.of(name, 1);
        CountDownLatch go = new CountDownLatch(1);
        Runnable parked = () -> await(go);
        boolean isQueue = pool instanceof Pools.Queued;
        for (int i = 0; i < (isQueue ? QUEUE_THREADS : 1); i++) {
            pool.execute(parked);
        }
        until(() -> pool.waiting() == 0);
        long before = Figures.usedBytes();
        CountDownLatch there = new CountDownLatch(waiting);
        List<Thread> threads = new ArrayList<>(start(waiting, () -> {
            there.countDown();
            await(go);
        }));
        there.await();
        long between = Figures.usedBytes();
        if (isQueue) {
            for (int i = 0; i < waiting; i++) {
                int number = i;
                pool.execute(() -> awaitNumber(go, number));
            }
        } else {
            threads.addAll(start(waiting, () -> execute(pool, parked)));
        }
        until(() -> pool.waiting() == waiting);
        long after = Figures.usedBytes();
        Figures.line(name, "heap bytes of a waiting submit with its thread and stack, or of a queued task",
                (after - between) / (double) waiting);
        Figures.line(name, "of a virtual thread parked by a latch", (between - before) / (double) waiting);
        go.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        pool.close();
    }

    private interface Condition {
        boolean holds();
    }

    private static void until(Condition condition) {
        while (!condition.holds()) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    /** A task with a field of its own, as tasks have. */
    private static void awaitNumber(CountDownLatch latch, int number) {
        await(latch);
        if (number < 0) {
            throw new IllegalArgumentException("Task " + number);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void execute(Pools pool, Runnable task) {
        try {
            pool.execute(task);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static List<Thread> start(int count, Runnable body) {
        List<Thread> threads = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            threads.add(Thread.startVirtualThread(body));
        }
        return threads;
    }
}
