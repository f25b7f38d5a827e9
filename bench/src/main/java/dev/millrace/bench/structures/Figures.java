package dev.millrace.bench.structures;

import dev.millrace.structures.ConcurrentLongSkipList;
import dev.millrace.structures.HierarchicalTimeWheel;
import dev.millrace.structures.WorkerPool;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;

/** What JMH does not measure: heap per entry, and how late timers fire at 500,000 per second. Prints one table. */
public final class Figures {
    private static final int MILLION = 1_000_000;

    private Figures() {}

    /** Prints one figure, so that each has a JVM of its own: a name of {@link Timers}, a map, "waiting" or "lateness". */
    public static void main(String[] arguments) throws InterruptedException {
        String kind = arguments[0];
        switch (kind) {
            case "timer" -> timerBytes(arguments[1]);
            case "map" -> {
                if (arguments[1].equals("millrace-long")) {
                    longMapBytes();
                } else {
                    mapBytes(arguments[1]);
                }
            }
            case "waiting" -> waitingBytes(arguments[1]);
            case "lateness" -> lateness();
            default -> throw new IllegalArgumentException("No figure is called " + kind);
        }
    }

    private static void print(String figure, String value) {
        System.out.println("| " + figure + " | " + value + " |");
    }

    private static long usedBytes() {
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
        print(name + ": heap bytes per pending timer, 10^6", Long.toString((usedBytes() - before) / MILLION));
        timers.cancel(timers.add(1_000_000));
        timers.close();
    }

    /** Keys and values are the same boxes in all maps and not counted. */
    private static void mapBytes(String name) {
        Long[] keys = keys();
        long before = usedBytes();
        Map<Long, Long> map = MapBenchmark.empty(name);
        for (Long key : keys) {
            map.put(key, key);
        }
        double bytes = (usedBytes() - before) / (double) MILLION;
        print(name + ": heap bytes per entry beside key and value, 10^6 random", String.format("%.1f", bytes));
        check(map.size(), keys);
    }

    private static void longMapBytes() {
        Long[] keys = keys();
        long before = usedBytes();
        ConcurrentLongSkipList<Long> map = new ConcurrentLongSkipList<>();
        for (Long key : keys) {
            map.put(key, key);
        }
        double bytes = (usedBytes() - before) / (double) MILLION;
        print("millrace-long: heap bytes per entry with key, 10^6 random", String.format("%.1f", bytes));
        check(map.size(), keys);
    }

    /** Also keeps the keys alive until after the measurement. */
    private static void check(int size, Long[] keys) {
        if (size != keys.length) {
            throw new IllegalStateException("The map has " + size + " entries");
        }
    }

    private static Long[] keys() {
        SplittableRandom random = new SplittableRandom(42);
        Long[] keys = new Long[MILLION];
        for (int i = 0; i < MILLION; i++) {
            keys[i] = random.nextLong();
        }
        return keys;
    }

    /** Heap of a virtual thread that waits for room, its stack included, less that of one parked by a latch. */
    private static void waitingBytes(String name) throws InterruptedException {
        int waiting = 20_000;
        WorkerPool pool = new WorkerPool(1);
        Semaphore semaphore = new Semaphore(0);
        CountDownLatch go = new CountDownLatch(1);
        Runnable parked = () -> await(go);
        pool.execute(parked);
        Runnable submit = name.equals("semaphore") ? semaphore::acquireUninterruptibly : () -> execute(pool, parked);
        long before = usedBytes();
        List<Thread> threads = new ArrayList<>(start(waiting, parked));
        long between = usedBytes();
        threads.addAll(start(waiting, submit));
        while (pool.waiting() + semaphore.getQueueLength() < waiting) {
            LockSupport.parkNanos(1_000_000);
        }
        long after = usedBytes();
        print(name + ": heap bytes of a waiting submit with its virtual thread; of a thread parked by a latch",
                (after - between) / waiting + "; " + (between - before) / waiting);
        semaphore.release(waiting);
        go.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void execute(WorkerPool pool, Runnable task) {
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

    private static void lateness() {
        HierarchicalTimeWheel wheel = new HierarchicalTimeWheel(0);
        SplittableRandom random = new SplittableRandom(2);
        long[] late = new long[MILLION];
        int[] fired = new int[1];
        long start = System.nanoTime();
        for (int i = 0; i < MILLION; i++) {
            wheel.add(1_000 + random.nextInt(2_000), i, 0);
        }
        var cpu = ManagementFactory.getThreadMXBean();
        long cpuBefore = cpu.getCurrentThreadCpuTime();
        while (wheel.size() > 0) {
            long now = System.nanoTime() - start;
            wheel.advance(now / 1_000_000, 2_000,
                    (handle, due, id, payload) -> late[fired[0]++] = System.nanoTime() - start - due * 1_000_000);
            if (wheel.caughtUp() && wheel.size() > 0) {
                LockSupport.parkNanos(wheel.nextDueTick() * 1_000_000 - (System.nanoTime() - start));
            }
        }
        long cpuNanos = cpu.getCurrentThreadCpuTime() - cpuBefore;
        Arrays.sort(late);
        print("wheel at 500,000 fires/s: lateness p50, p99, max; CPU per fire",
                String.format("%.3f ms, %.3f ms, %.3f ms; %d ns", late[MILLION / 2] / 1e6,
                        late[MILLION / 100 * 99] / 1e6, late[MILLION - 1] / 1e6, cpuNanos / MILLION));
        if (late[0] < 0) {
            throw new IllegalStateException("A timer fired " + -late[0] + " ns early");
        }
    }
}
