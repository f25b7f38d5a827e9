package dev.millrace.bench.structures;

import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Tiny tasks through a pool, from one and from four submitters, and how evenly eight submitters are served. */
final class PoolFigures {
    private static final long TASK_NANOS = 20_000;
    private static final long ROUND_NANOS = TimeUnit.MILLISECONDS.toNanos(Figures.isQuick() ? 500 : 2_000);

    private PoolFigures() {}

    /**
     * Prints means over many rounds: whether submitter and workers run side by side or wake each other in turn changes every
     * few rounds and makes a factor of two, so that a median would be one of the two at random.
     */
    static void tasks(String name, int tasks) throws InterruptedException {
        int rounds = Figures.isQuick() ? 40 : 120;
        for (int capacity : new int[]{100, 10_000}) {
            for (int submitters : new int[]{1, 4}) {
                Pools pool = Pools.of(name, capacity);
                for (int round = 0; round < rounds / 4; round++) {
                    round(pool, submitters, tasks);
                }
                double nanos = 0;
                long cpu = -Figures.cpuNanos();
                for (int round = 0; round < rounds; round++) {
                    nanos += round(pool, submitters, tasks);
                }
                cpu += Figures.cpuNanos();
                pool.close();
                String figure = "ns per tiny task, capacity " + capacity + ", submitters " + submitters;
                Figures.line(name, figure, nanos / rounds);
                Figures.line(name, Figures.cpu(figure), cpu / ((double) rounds * tasks));
            }
        }
    }

    private static double round(Pools pool, int submitters, int tasks) throws InterruptedException {
        CountDownLatch done = new CountDownLatch(tasks);
        long start = System.nanoTime();
        for (int submitter = 1; submitter < submitters; submitter++) {
            Thread.startVirtualThread(() -> submit(pool, tasks / submitters, done));
        }
        submit(pool, tasks / submitters, done);
        done.await();
        return (System.nanoTime() - start) / (double) tasks;
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
    static void fairness(String name, int submitters) throws InterruptedException {
        Pools pool = Pools.of(name, 2);
        long[] counts = new long[submitters];
        long[] longest = new long[submitters];
        Thread[] threads = new Thread[submitters];
        long begin = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
        for (int submitter = 0; submitter < submitters; submitter++) {
            int number = submitter;
            threads[submitter] = Thread.startVirtualThread(() -> {
                while (System.nanoTime() - begin < ROUND_NANOS) {
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
        Figures.line(name, "capacity 2: least served / most served",
                counts[0] / (double) counts[submitters - 1]);
        Figures.line(name, "capacity 2: longest turn, ms", longest[submitters - 1] / 1e6);
        Figures.line(name, "capacity 2: tasks per second", Arrays.stream(counts).sum() * 1e9 / ROUND_NANOS);
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
