package dev.millrace.bench.structures;

import dev.millrace.structures.HierarchicalTimeWheel;
import dev.millrace.structures.TimerService;
import io.netty.util.HashedWheelTimer;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * How late a million timers fire that are due within two seconds, after a round of warm-up in the same JVM. The CPU time is
 * that of firing: it is counted from when the last timer was added, which is before the first is due.
 */
final class Lateness {
    private static final int FIRST_MILLIS = 2_500;
    private static final int SPREAD_MILLIS = 2_000;

    private final int timers;
    private final long[] late;
    private final AtomicInteger fired = new AtomicInteger();
    private final CountDownLatch all = new CountDownLatch(1);
    private long start;
    private long cpuNanos;
    private long threadNanos;

    private Lateness(int timers) {
        this.timers = timers;
        late = new long[timers];
    }

    static void print(String name, int timers) throws InterruptedException {
        Lateness last = new Lateness(timers);
        last.run(name);
        for (int round = 0; round < (Figures.isQuick() ? 1 : 2); round++) {
            last = new Lateness(timers);
            last.run(name);
        }
        last.report(name);
    }

    private void run(String name) throws InterruptedException {
        switch (name) {
            case "millrace" -> wheel();
            case "service" -> {
                try (TimerService service = new TimerService(Runnable::run, (timer, failure) -> {
                    throw new IllegalStateException("A timer failed", failure);
                })) {
                    submit((delayNanos, due) -> service.schedule(Duration.ofNanos(delayNanos), () -> fired(due)));
                    awaitAll();
                }
            }
            case "netty" -> {
                HashedWheelTimer timer = new HashedWheelTimer(1, TimeUnit.MILLISECONDS, 4096);
                timer.start();
                submit((delayNanos, due) -> timer.newTimeout(timeout -> fired(due), delayNanos, TimeUnit.NANOSECONDS));
                awaitAll();
                timer.stop();
            }
            case "stpe" -> {
                ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1);
                submit((delayNanos, due) -> {
                    Future<?> _ = executor.schedule(() -> fired(due), delayNanos, TimeUnit.NANOSECONDS);
                });
                awaitAll();
                executor.shutdownNow();
            }
            default -> throw new IllegalArgumentException("No timer is called " + name);
        }
    }

    private interface Schedule {
        void at(long delayNanos, long dueNanos);
    }

    private void submit(Schedule schedule) {
        SplittableRandom random = new SplittableRandom(2);
        start = System.nanoTime();
        for (int i = 0; i < timers; i++) {
            long due = (FIRST_MILLIS + random.nextInt(SPREAD_MILLIS)) * 1_000_000L;
            schedule.at(due - (System.nanoTime() - start), due);
        }
        if (fired.get() > 0) {
            throw new IllegalStateException("Timers fired while others were added; the machine is too slow or busy");
        }
        cpuNanos = -Figures.cpuNanos();
    }

    private void fired(long dueNanos) {
        int number = fired.getAndIncrement();
        late[number] = System.nanoTime() - start - dueNanos;
        if (number == timers - 1) {
            all.countDown();
        }
    }

    private void awaitAll() throws InterruptedException {
        all.await();
        cpuNanos += Figures.cpuNanos();
    }

    /** Reads the clock once after each advance, not once per fire: no timer was fired later than that. */
    private void wheel() {
        HierarchicalTimeWheel wheel = new HierarchicalTimeWheel(0);
        submit((delayNanos, due) -> wheel.add(due / 1_000_000, due, 0));
        var cpu = ManagementFactory.getThreadMXBean();
        long cpuBefore = cpu.getCurrentThreadCpuTime();
        int[] count = new int[1];
        int read = 0;
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
        threadNanos = cpu.getCurrentThreadCpuTime() - cpuBefore;
        cpuNanos += Figures.cpuNanos();
    }

    private void report(String name) {
        Arrays.sort(late);
        Figures.line(name, "earliest, ms", late[0] / 1e6);
        Figures.line(name, "lateness p50, ms", late[timers / 2] / 1e6);
        Figures.line(name, "lateness p99, ms", late[timers / 100 * 99] / 1e6);
        Figures.line(name, "lateness max, ms", late[timers - 1] / 1e6);
        Figures.line(name, "CPU of the process per fire, ns", cpuNanos / (double) timers);
        if (threadNanos > 0) {
            Figures.line(name, "CPU of the firing thread per fire, ns", threadNanos / (double) timers);
        }
    }
}
