package dev.millrace.bench.structures;

import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Tiny tasks through a pool, from one and from four submitters, and how evenly eight submitters are served. */
final class PoolFigures {
    private static final int TASKS = 100_000;
    private static final int ROUNDS = 15;
    private static final int SUBMITTERS = 8;
    private static final long TASK_NANOS = 20_000;

    private PoolFigures() {}

    static void print(String name) throws InterruptedException {
        for (int capacity : new int[]{100, 10_000}) {
            for (int submitters : new int[]{1, 4}) {
                Pools pool = Pools.of(name, capacity);
                double[] nanos = new double[ROUNDS];
                for (int round = -ROUNDS; round < ROUNDS; round++) {
                    nanos[Math.max(0, round)] = round(pool, submitters);
                }
                pool.close();
                Arrays.sort(nanos);
                Figures.line(name, "ns per tiny task, capacity " + capacity + ", submitters " + submitters,
                        nanos[ROUNDS / 2]);
            }
        }
        fairness(name);
    }

    private static double round(Pools pool, int submitters) throws InterruptedException {
        CountDownLatch done = new CountDownLatch(TASKS);
        long start = System.nanoTime();
        for (int submitter = 1; submitter < submitters; submitter++) {
            Thread.startVirtualThread(() -> submit(pool, TASKS / submitters, done));
        }
        submit(pool, TASKS / submitters, done);
        done.await();
        return (System.nanoTime() - start) / (double) TASKS;
    }

    private static void submit(Pools pool, int tasks, CountDownLatch done) {
        for (int i = 0; i < tasks; i++) {
            execute(pool, done::countDown);
        }
    }

    private static void execute(Pools pool, Runnable task) {
        try {
            pool.execute(task);
        } catch (InterruptedException e) {
            throw new IllegalStateException("Nobody interrupts a benchmark", e);
        }
    }

    /** Each submitter has one task at a time, of which two fit: how many each gets done, and the longest one takes. */
    private static void fairness(String name) throws InterruptedException {
        Pools pool = Pools.of(name, 2);
        long[] counts = new long[SUBMITTERS];
        long[] longest = new long[SUBMITTERS];
        Thread[] threads = new Thread[SUBMITTERS];
        long begin = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
        for (int submitter = 0; submitter < SUBMITTERS; submitter++) {
            int number = submitter;
            threads[submitter] = Thread.startVirtualThread(() -> {
                while (System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(2)) {
                    long start = System.nanoTime();
                    CountDownLatch ended = new CountDownLatch(1);
                    execute(pool, () -> {
                        spin();
                        ended.countDown();
                    });
                    await(ended);
                    if (start - begin > 0) {
                        counts[number]++;
                        longest[number] = Math.max(longest[number], System.nanoTime() - start);
                    }
                }
            });
        }
        for (Thread thread : threads) {
            thread.join();
        }
        pool.close();
        Arrays.sort(counts);
        Arrays.sort(longest);
        Figures.line(name, "8 submitters, capacity 2: least served / most served",
                counts[0] / (double) counts[SUBMITTERS - 1]);
        Figures.line(name, "8 submitters, capacity 2: longest turn, ms", longest[SUBMITTERS - 1] / 1e6);
        Figures.line(name, "8 submitters, capacity 2: tasks per second", Arrays.stream(counts).sum() / 2.0);
    }

    private static void spin() {
        long end = System.nanoTime() + TASK_NANOS;
        while (System.nanoTime() - end < 0) {
            Thread.onSpinWait();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException("Nobody interrupts a benchmark", e);
        }
    }
}
