package dev.millrace.verification.simulation;

import dev.millrace.core.log.LogException;
import dev.millrace.log.file.LogThreads;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The threads beside the owners, of one process: their jobs wait until the simulation runs one, in an order that chance
 * chooses between the threads; each thread keeps its own order.
 */
final class SimulatedThreads implements LogThreads {
    private record Later(long dueNanos, long number, Runnable job) implements Comparable<Later> {
        @Override
        public int compareTo(Later other) {
            int byTime = Long.compare(dueNanos, other.dueNanos);
            return byTime != 0 ? byTime : Long.compare(number, other.number);
        }
    }

    private final VirtualClock clock;
    private final Random random;
    private final ArrayDeque<Runnable> worker = new ArrayDeque<>();
    private final List<Runnable> readers = new ArrayList<>();
    private final List<ArrayDeque<Runnable>> backgrounds = new ArrayList<>();
    private final PriorityQueue<Later> later = new PriorityQueue<>();
    private long numbers;
    private int running;
    private boolean atOnce;

    SimulatedThreads(VirtualClock clock, Random random) {
        this.clock = clock;
        this.random = random;
    }

    /** The background thread of one shard. */
    Executor background() {
        ArrayDeque<Runnable> jobs = new ArrayDeque<>();
        backgrounds.add(jobs);
        return job -> {
            jobs.add(job);
            if (atOnce) {
                runAll(jobs);
            }
        };
    }

    /** Everything, one after the other, also what these jobs add. */
    private void runAll(ArrayDeque<Runnable> jobs) {
        if (running == 0) {
            while (!jobs.isEmpty()) {
                run(jobs.remove());
            }
        }
    }

    /** While an owner stops it waits for its background: from now on that runs at once. */
    void runAtOnce(boolean on) {
        atOnce = on;
    }

    boolean isIdle() {
        return worker.isEmpty() && readers.isEmpty() && backgrounds.stream().allMatch(ArrayDeque::isEmpty);
    }

    /** Runs one job of some thread; returns whether there was one. */
    boolean runOne() {
        for (Later next = later.peek(); next != null && next.dueNanos <= clock.trueNanos(); next = later.peek()) {
            worker.add(later.remove().job);
        }
        int start = random.nextInt(backgrounds.size() + 2);
        for (int i = 0; i < backgrounds.size() + 2; i++) {
            Runnable job = next((start + i) % (backgrounds.size() + 2));
            if (job != null) {
                run(job);
                return true;
            }
        }
        return false;
    }

    private @Nullable Runnable next(int thread) {
        if (thread == 0) {
            return worker.poll();
        }
        if (thread == 1) {
            return readers.isEmpty() ? null : readers.remove(random.nextInt(readers.size()));
        }
        return backgrounds.get(thread - 2).poll();
    }

    private void run(Runnable job) {
        running++;
        try {
            job.run();
        } catch (LogException failure) {
            // The owner meets the failure of its log at its next call; anything else is a defect.
            if (failure.category() != LogException.Category.UNKNOWN_OUTCOME) {
                throw failure;
            }
        } finally {
            running--;
        }
    }

    @Override
    public void work(Runnable job) {
        worker.add(job);
    }

    @Override
    public void workLater(Runnable job, long delayMillis) {
        later.add(new Later(clock.trueNanos() + delayMillis * 1_000_000, numbers++, job));
    }

    @Override
    public void read(Runnable job) {
        if (atOnce) {
            run(job);
        } else {
            readers.add(job);
        }
    }

    @Override
    public void shielded(Runnable job) {
        job.run();
    }

    @Override
    public long nanoTime() {
        return clock.nanos();
    }

    @Override
    public void close() {
        worker.clear();
        readers.clear();
        later.clear();
        backgrounds.forEach(ArrayDeque::clear);
    }
}
