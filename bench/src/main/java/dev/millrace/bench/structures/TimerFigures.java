package dev.millrace.bench.structures;

import dev.millrace.structures.HierarchicalTimeWheel;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Adding and cancelling while so many timers are pending, by one thread and by two, and what a pending one costs. */
final class TimerFigures {
    private static final int FIRST_MILLIS = 300_000;
    private static final int SPREAD_MILLIS = 60_000;
    private static final int BATCH = 64;

    private TimerFigures() {}

    static void print(String name, int pending) throws InterruptedException {
        warmUp(name);
        SplittableRandom random = new SplittableRandom(1);
        long before = Figures.usedBytes();
        Timers timers = Timers.of(name);
        for (int i = 0; i < pending; i++) {
            timers.add(FIRST_MILLIS + random.nextInt(SPREAD_MILLIS));
        }
        double bytes = (Figures.usedBytes() - before) / (double) pending;
        report(name, "add + cancel, ns", addAndCancel(timers, 1));
        if (timers.isConcurrent()) {
            report(name, "add + cancel, 2 threads, ns per thread", addAndCancel(timers, 2));
        }
        Figures.line(name, "heap bytes per pending timer", bytes);
        timers.close();
    }

    private static void warmUp(String name) throws InterruptedException {
        Timers timers = Timers.of(name);
        addAndCancel(timers, timers.isConcurrent() ? 2 : 1);
        timers.close();
    }

    private static void report(String name, String figure, double[] nanos) {
        Figures.line(name, figure, nanos[0]);
        Figures.line(name, Figures.cpu(figure), nanos[1]);
    }

    /** Nanoseconds per pair and thread, by the clock and of the processors: medians of several stretches. */
    private static double[] addAndCancel(Timers timers, int threads) throws InterruptedException {
        int stretches = Figures.isQuick() ? 3 : 7;
        double[] nanos = new double[stretches];
        double[] cpu = new double[stretches];
        for (int at = 0; at < stretches; at++) {
            double[] both = stretch(timers, threads, at);
            nanos[at] = both[0];
            cpu[at] = both[1];
        }
        Arrays.sort(nanos);
        Arrays.sort(cpu);
        return new double[]{nanos[stretches / 2], cpu[stretches / 2]};
    }

    private static double[] stretch(Timers timers, int threads, int seed) throws InterruptedException {
        AtomicLong nanos = new AtomicLong();
        AtomicLong pairs = new AtomicLong();
        CountDownLatch done = new CountDownLatch(threads);
        long cpu = -Figures.cpuNanos();
        for (int thread = 0; thread < threads; thread++) {
            SplittableRandom random = new SplittableRandom(31L * seed + thread);
            Thread.ofPlatform().start(() -> {
                long start = System.nanoTime();
                long end = start + TimeUnit.MILLISECONDS.toNanos(Figures.isQuick() ? 150 : 400);
                long count = 0;
                long now = start;
                for (; now - end < 0; now = System.nanoTime()) {
                    for (int i = 0; i < BATCH; i++) {
                        timers.addAndCancel(FIRST_MILLIS + random.nextInt(SPREAD_MILLIS));
                    }
                    count += BATCH;
                }
                nanos.addAndGet(now - start);
                pairs.addAndGet(count);
                done.countDown();
            });
        }
        done.await();
        cpu += Figures.cpuNanos();
        return new double[]{nanos.get() / (double) pairs.get(), cpu / (double) pairs.get()};
    }

    /** Many timers over 30 days: time to add them, heap, and the wheel's work for the first hour. */
    static void month(int count) {
        long before = Figures.usedBytes();
        HierarchicalTimeWheel wheel = new HierarchicalTimeWheel(0);
        SplittableRandom random = new SplittableRandom(3);
        long start = System.nanoTime();
        for (int i = 0; i < count; i++) {
            wheel.add(1 + random.nextInt(30 * 24 * 3_600) * 1000L, i, i);
        }
        String name = "millrace";
        Figures.line(name, "timers over 30 days: ns to add one", (System.nanoTime() - start) / (double) count);
        Figures.line(name, "timers over 30 days: heap bytes each", (Figures.usedBytes() - before) / (double) count);
        long[] fired = new long[1];
        long longest = 0;
        start = System.nanoTime();
        for (long now = 1; now <= 3_600_000; now++) {
            long begin = System.nanoTime();
            wheel.advance(now, 1_000, (handle, due, id, payload) -> fired[0]++);
            longest = Math.max(longest, System.nanoTime() - begin);
        }
        Figures.line(name, "ns per tick over the first hour", (System.nanoTime() - start) / 3.6e6);
        Figures.line(name, "longest advance in that hour, ms", longest / 1e6);
        if (wheel.size() + fired[0] != count) {
            throw new IllegalStateException("Timers were lost: " + wheel.size() + " and " + fired[0]);
        }
    }
}
