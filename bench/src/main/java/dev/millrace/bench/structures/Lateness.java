package dev.millrace.bench.structures;

import dev.millrace.structures.HierarchicalTimeWheel;
import io.netty.util.HashedWheelTimer;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** How late a million timers fire that are due within two seconds, after a round of warm-up. */
final class Lateness {
    private static final int TIMERS = 1_000_000;
    private static final int FIRST_MILLIS = 2_500;
    private static final int SPREAD_MILLIS = 2_000;

    private final long[] late = new long[TIMERS];
    private final AtomicInteger fired = new AtomicInteger();
    private long start;

    private Lateness() {}

    static void print(String name) throws InterruptedException {
        for (int round = 0; round < 2; round++) {
            Lateness lateness = new Lateness();
            long cpuBefore = processCpuNanos();
            long ownCpu = lateness.run(name);
            long cpu = ownCpu >= 0 ? ownCpu : processCpuNanos() - cpuBefore;
            if (round > 0) {
                lateness.report(name, cpu);
            }
        }
    }

    private static long processCpuNanos() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }

    /** Returns the CPU time of the firing alone if it is on this thread, otherwise -1. */
    private long run(String name) throws InterruptedException {
        return switch (name) {
            case "millrace" -> wheel();
            case "netty" -> {
                HashedWheelTimer timer = new HashedWheelTimer(1, TimeUnit.MILLISECONDS, 4096);
                timer.start();
                submit((delayNanos, due) -> timer.newTimeout(timeout -> fired(due), delayNanos, TimeUnit.NANOSECONDS));
                awaitAll();
                timer.stop();
                yield -1;
            }
            case "stpe" -> {
                ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1);
                submit((delayNanos, due) -> executor.schedule(() -> fired(due), delayNanos, TimeUnit.NANOSECONDS));
                awaitAll();
                executor.shutdownNow();
                yield -1;
            }
            default -> throw new IllegalArgumentException("No timer is called " + name);
        };
    }

    private interface Schedule {
        void at(long delayNanos, long dueNanos);
    }

    private void submit(Schedule schedule) {
        SplittableRandom random = new SplittableRandom(2);
        start = System.nanoTime();
        for (int i = 0; i < TIMERS; i++) {
            long due = (FIRST_MILLIS + random.nextInt(SPREAD_MILLIS)) * 1_000_000L;
            schedule.at(due - (System.nanoTime() - start), due);
        }
    }

    private void fired(long dueNanos) {
        late[fired.getAndIncrement()] = System.nanoTime() - start - dueNanos;
    }

    private void awaitAll() throws InterruptedException {
        while (fired.get() < TIMERS) {
            Thread.sleep(10);
        }
    }

    /** Reads the clock once after each advance, not once per fire: no timer was fired later than that. */
    private long wheel() {
        HierarchicalTimeWheel wheel = new HierarchicalTimeWheel(0);
        submit((delayNanos, due) -> wheel.add(due / 1_000_000, due, 0));
        int[] count = new int[1];
        int read = 0;
        var cpu = ManagementFactory.getThreadMXBean();
        long cpuBefore = cpu.getCurrentThreadCpuTime();
        long now = System.nanoTime() - start;
        while (wheel.size() > 0) {
            wheel.advance(now / 1_000_000, 1_000, (handle, due, id, payload) -> late[count[0]++] = id);
            now = System.nanoTime() - start;
            for (; read < count[0]; read++) {
                late[read] = now - late[read];
            }
            if (wheel.caughtUp() && wheel.size() > 0) {
                LockSupport.parkNanos(wheel.nextUsefulTick() * 1_000_000 - now);
                now = System.nanoTime() - start;
            }
        }
        return cpu.getCurrentThreadCpuTime() - cpuBefore;
    }

    private void report(String name, long cpuNanos) {
        Arrays.sort(late);
        Figures.line(name, "500,000 fires/s: lateness p50, ms", late[TIMERS / 2] / 1e6);
        Figures.line(name, "500,000 fires/s: lateness p99, ms", late[TIMERS / 100 * 99] / 1e6);
        Figures.line(name, "500,000 fires/s: lateness max, ms", late[TIMERS - 1] / 1e6);
        Figures.line(name, "500,000 fires/s: CPU per fire, ns (peers: adding included)", cpuNanos / (double) TIMERS);
        Figures.line(name, "500,000 fires/s: earliest, ms", late[0] / 1e6);
    }
}
