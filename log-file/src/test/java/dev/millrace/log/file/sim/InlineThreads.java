package dev.millrace.log.file.sim;

import dev.millrace.log.file.LogThreads;
import java.util.ArrayDeque;
import java.util.PriorityQueue;
import java.util.Random;

/**
 * Runs everything on the caller, on a clock of its own: background work either at once or when {@link #runWaiting} is
 * called, as chance has it.
 *
 * <p>
 * Thread safety: none.
 */
public final class InlineThreads implements LogThreads {
    private record Later(long dueNanos, long number, Runnable job) implements Comparable<Later> {
        @Override
        public int compareTo(Later other) {
            int byTime = Long.compare(dueNanos, other.dueNanos);
            return byTime != 0 ? byTime : Long.compare(number, other.number);
        }
    }

    private final Random random;
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
    private final PriorityQueue<Later> later = new PriorityQueue<>();
    private long nowNanos;
    private long numbers;
    private boolean working;

    public InlineThreads(long seed) {
        random = new Random(seed);
    }

    /** Lets time pass and runs what falls due. */
    public void advance(long millis) {
        nowNanos += millis * 1_000_000;
        for (Later next = later.peek(); next != null && next.dueNanos <= nowNanos; next = later.peek()) {
            later.remove();
            waiting.add(next.job);
        }
        runWaiting();
    }

    /** Runs all background work that waits. */
    public void runWaiting() {
        if (working) {
            return;
        }
        working = true;
        try {
            for (Runnable job = waiting.poll(); job != null; job = waiting.poll()) {
                job.run();
            }
        } finally {
            working = false;
        }
    }

    @Override
    public void work(Runnable job) {
        waiting.add(job);
        if (random.nextBoolean()) {
            runWaiting();
        }
    }

    @Override
    public void workLater(Runnable job, long delayMillis) {
        later.add(new Later(nowNanos + delayMillis * 1_000_000, numbers++, job));
    }

    @Override
    public void read(Runnable job) {
        job.run();
    }

    @Override
    public void shielded(Runnable job) {
        job.run();
    }

    @Override
    public long nanoTime() {
        return nowNanos;
    }

    @Override
    public void close() {
        waiting.clear();
        later.clear();
    }
}
