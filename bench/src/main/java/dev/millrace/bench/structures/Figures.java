package dev.millrace.bench.structures;

import dev.millrace.structures.HierarchicalTimeWheel;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;

/** What JMH does not measure: heap per timer, entry and waiting submit, ten million of them, lateness, fairness. */
public final class Figures {
    private static final int MILLION = 1_000_000;

    private Figures() {}

    /** Prints the figures of one contestant, which has a JVM of its own, for {@link Comparison} to read. */
    public static void main(String[] arguments) throws InterruptedException {
        String name = arguments[1];
        switch (arguments[0]) {
            case "timer" -> timerBytes(name);
            case "pending" -> tenMillion();
            case "map" -> MapFigures.print(name, Integer.parseInt(arguments[2]));
            case "waiting" -> waitingBytes(name);
            case "lateness" -> Lateness.print(name);
            case "pool" -> PoolFigures.print(name);
            default -> throw new IllegalArgumentException("No figure is called " + arguments[0]);
        }
    }

    static void line(String contestant, String figure, double value) {
        System.out.println(Comparison.MARK + "\t" + contestant + "\t" + figure + "\t" + value);
    }

    static long usedBytes() {
        var memory = ManagementFactory.getMemoryMXBean();
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return memory.getHeapMemoryUsage().getUsed();
    }

    private static void timerBytes(String name) {
        long before = usedBytes();
        Timers timers = Timers.of(name);
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < MILLION; i++) {
            timers.add(300_000 + random.nextInt(60_000));
        }
        line(name, "heap bytes per pending timer, 10^6", (usedBytes() - before) / (double) MILLION);
        timers.cancel(timers.add(1_000_000));
        timers.close();
    }

    /** Ten million timers over 30 days: heap, time to add them, and the wheel's work for the first hour. */
    private static void tenMillion() {
        long before = usedBytes();
        HierarchicalTimeWheel wheel = new HierarchicalTimeWheel(0);
        SplittableRandom random = new SplittableRandom(3);
        int count = 10 * MILLION;
        long start = System.nanoTime();
        for (int i = 0; i < count; i++) {
            wheel.add(1 + random.nextInt(30 * 24 * 3_600) * 1000L, i, i);
        }
        line("millrace", "10^7 timers over 30 days: ns to add one", (System.nanoTime() - start) / (double) count);
        line("millrace", "10^7 timers over 30 days: heap bytes each", (usedBytes() - before) / (double) count);
        long[] fired = new long[1];
        long longest = 0;
        start = System.nanoTime();
        for (long now = 1; now <= 3_600_000; now++) {
            long begin = System.nanoTime();
            wheel.advance(now, 1_000, (handle, due, id, payload) -> fired[0]++);
            longest = Math.max(longest, System.nanoTime() - begin);
        }
        line("millrace", "10^7 timers: ns per tick over the first hour", (System.nanoTime() - start) / 3.6e6);
        line("millrace", "10^7 timers: longest advance in that hour, ms", longest / 1e6);
        if (wheel.size() + fired[0] != count) {
            throw new IllegalStateException("Timers were lost: " + wheel.size() + " and " + fired[0]);
        }
    }

    /**
     * Heap of a virtual thread that waits for room, its stack included, beside that of one parked by a latch; of a pool
     * with a queue, that of a queued task.
     */
    private static void waitingBytes(String name) throws InterruptedException {
        int waiting = 20_000;
        Pools pool = Pools.of(name, 1);
        CountDownLatch go = new CountDownLatch(1);
        Runnable parked = () -> await(go);
        boolean queued = pool instanceof Pools.Queued;
        for (int i = 0; i < (queued ? 2 : 1); i++) {
            pool.execute(parked);
        }
        Runnable submit = () -> execute(pool, parked);
        long before = usedBytes();
        List<Thread> threads = new ArrayList<>(start(waiting, parked));
        long between = usedBytes();
        if (queued) {
            for (int i = 0; i < waiting; i++) {
                int number = i;
                pool.execute(() -> awaitNumber(go, number));
            }
        } else {
            threads.addAll(start(waiting, submit));
            LockSupport.parkNanos(3_000_000_000L);
        }
        long after = usedBytes();
        line(name, "heap bytes of a waiting submit with its thread and stack, or of a queued task",
                (after - between) / (double) waiting);
        line(name, "the same thread parked by a latch", (between - before) / (double) waiting);
        go.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        pool.close();
    }

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
