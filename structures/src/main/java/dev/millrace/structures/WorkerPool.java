package dev.millrace.structures;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Runs each task on a virtual thread of its own, a bounded number at a time.
 *
 * <p>
 * There is no queue: a task is either running or still with its submitter, who waits, in order of arrival, bounded by
 * count and by time, or is refused. A waiting submit ends by getting room (a task ended, the pool grew), by its time
 * limit, by an interrupt of its thread, or by the pool's close.
 *
 * <h2>Rules</h2>
 * <ul>
 * <li>At most {@code capacity} tasks run, except after {@link #resize} to less, until enough have ended.
 * <li>A task that throws takes nothing with it: its room is free again, and the exception goes to the handler
 * ({@link #execute}) or the future ({@link #submit}).
 * <li>A task may submit to its own pool. If it waits without a time limit and so do all other running tasks, nobody
 * would ever leave: the submit is refused with {@link WorkerPoolException.NestedSubmit}.
 * <li>No thread outlives its task.
 * </ul>
 *
 * <p>
 * Thread safety: all methods may be called from any thread.
 */
public final class WorkerPool implements AutoCloseable {
    private static final Duration FOREVER = Duration.ofNanos(Long.MAX_VALUE);

    /**
     * What a pool is made with.
     *
     * @param capacity
     *            how many tasks run at a time, at least 1
     * @param maxWaiting
     *            how many submits may wait for room; 0 refuses at once
     * @param maxWait
     *            how long a submit may wait for room; null for no limit
     * @param failureHandler
     *            gets what an executed task throws, on the task's thread, once each
     * @param carrier
     *            wraps each task on the submitter's thread, to carry its context (log fields, trace) over; what it throws
     *            goes to the submitter
     */
    public record Options(int capacity, int maxWaiting, @Nullable Duration maxWait, Consumer<Throwable> failureHandler,
            UnaryOperator<Runnable> carrier) {
        /** Any number of submits may wait, for any time; failures go to the thread's uncaught exception handler. */
        public static Options of(int capacity) {
            return new Options(capacity, Integer.MAX_VALUE, null, WorkerPool::uncaught, task -> task);
        }

        /** The same, with so many waiting at most, so long at most (null for no limit). */
        public Options withWaiting(int maximum, @Nullable Duration longest) {
            return new Options(capacity, maximum, longest, failureHandler, carrier);
        }

        /** The same, with this handler of failures. */
        public Options withFailureHandler(Consumer<Throwable> handler) {
            return new Options(capacity, maxWaiting, maxWait, handler, carrier);
        }

        /** The same, with this carrier of context. */
        public Options withCarrier(UnaryOperator<Runnable> newCarrier) {
            return new Options(capacity, maxWaiting, maxWait, failureHandler, newCarrier);
        }
    }

    /**
     * A look at a pool.
     *
     * @param capacity
     *            how many may run
     * @param running
     *            how many run
     * @param waiting
     *            how many submits wait for room
     * @param rejected
     *            submits refused so far, for whatever reason
     * @param completed
     *            tasks ended so far without throwing
     * @param failed
     *            tasks ended so far by throwing
     * @param runNanosCounts
     *            tasks ended by their running time: place i counts those of at least 2^(i-1) and less than 2^i ns; the
     *            first thousand or so and then about every sixteenth are timed, as reading the clock twice is a good
     *            part of a tiny task
     */
    public record Metrics(int capacity, int running, int waiting, long rejected, long completed, long failed,
            List<Long> runNanosCounts) {
        /** An upper bound, at most twice too high, of the running time of so much (0 to 1) of the tasks ended. */
        public long runNanosAtQuantile(double quantile) {
            long timed = runNanosCounts.stream().mapToLong(count -> count).sum();
            long rank = (long) Math.ceil(quantile * timed);
            long seen = 0;
            for (int at = 0; at < runNanosCounts.size(); at++) {
                seen += runNanosCounts.get(at);
                if (seen >= rank) {
                    return 1L << at;
                }
            }
            return Long.MAX_VALUE;
        }
    }

    private static final class PoolFuture<T> extends FutureTask<T> {
        private boolean failed;

        PoolFuture(Callable<T> task) {
            super(task);
        }

        @Override
        protected void setException(Throwable failure) {
            failed = true;
            super.setException(failure);
        }
    }

    private final Options options;
    private final Admission admission;
    private final Roster running = new Roster();
    private final LongAdder rejected = new LongAdder();
    private final LongAdder completed = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final Latencies latencies = new Latencies();
    private final ThreadFactory threads = Thread.ofVirtual().inheritInheritableThreadLocals(false).factory();

    /** An open pool. */
    public WorkerPool(Options options) {
        if (options.maxWaiting() < 0) {
            throw new IllegalArgumentException("maxWaiting is " + options.maxWaiting() + ", but must not be negative");
        }
        this.options = options;
        this.admission = new Admission(options.capacity());
    }

    /** An open pool of a capacity, with the defaults of {@link Options#of}. */
    public WorkerPool(int capacity) {
        this(Options.of(capacity));
    }

    private static void uncaught(Throwable failure) {
        Thread thread = Thread.currentThread();
        thread.getUncaughtExceptionHandler().uncaughtException(thread, failure);
    }

    /**
     * Runs a task, after waiting for room as the options allow.
     *
     * @throws WorkerPoolException
     *             if the task was not taken
     * @throws InterruptedException
     *             if the thread was interrupted while it waited; the task was not taken
     */
    public void execute(Runnable task) throws InterruptedException {
        execute(task, limit());
    }

    /** The same with a limit of its own for the wait. */
    public void execute(Runnable task, Duration maxWait) throws InterruptedException {
        Runnable carried = options.carrier().apply(requireNonNull(task, "task"));
        admit(maxWait);
        launch(task, () -> runGuarded(carried));
    }

    /** Runs a task if there is room now; says whether it was taken. */
    public boolean tryExecute(Runnable task) {
        Runnable carried = options.carrier().apply(requireNonNull(task, "task"));
        if (admission.tryEnter() != Admission.Outcome.GRANTED) {
            rejected.increment();
            return false;
        }
        launch(task, () -> runGuarded(carried));
        return true;
    }

    /** Runs a task like {@link #execute}; its result or exception is the future's. Cancelling interrupts it. */
    public <T> Future<T> submit(Callable<T> task) throws InterruptedException {
        return submit(task, limit());
    }

    /** The same with a limit of its own for the wait. */
    public <T> Future<T> submit(Callable<T> task, Duration maxWait) throws InterruptedException {
        PoolFuture<T> future = new PoolFuture<>(requireNonNull(task, "task"));
        Runnable carried = options.carrier().apply(future);
        admit(maxWait);
        launch(task, () -> {
            try {
                carried.run();
            } catch (Throwable failure) {
                future.setException(failure);
            }
            return !future.failed;
        });
        return future;
    }

    Duration limit() {
        return options.maxWait() == null ? FOREVER : options.maxWait();
    }

    /** Takes a place or throws. */
    void admit(Duration maxWait) throws InterruptedException {
        Admission.Outcome outcome = admission.tryEnter();
        if (outcome == Admission.Outcome.REFUSED) {
            // A limit of more than 292 years is none.
            long nanos = maxWait.compareTo(FOREVER) >= 0 ? Long.MAX_VALUE : maxWait.toNanos();
            outcome = admission.enter(nanos, options.maxWaiting(), running.contains(Thread.currentThread()));
        }
        if (outcome != Admission.Outcome.GRANTED) {
            rejected.increment();
            throw refusal(outcome);
        }
    }

    private WorkerPoolException refusal(Admission.Outcome outcome) {
        String load = admission.capacity() + " tasks run and " + admission.waiting() + " submits wait";
        return switch (outcome) {
            case CLOSED -> new WorkerPoolException.Closed("The pool is closed; reopen it to submit again");
            case NESTED -> new WorkerPoolException.NestedSubmit("All " + admission.inside()
                    + " running tasks wait for room in this same pool, which none of them would give back;"
                    + " use tryExecute, a time limit, a larger capacity or a second pool");
            case TIMED_OUT -> new WorkerPoolException.Overloaded("No room within the time limit: " + load
                    + "; try later, wait longer or resize the pool");
            case REFUSED, GRANTED -> new WorkerPoolException.Overloaded("The pool is full: " + load + " of at most "
                    + options.maxWaiting() + "; try later or resize the pool");
        };
    }

    /** Counts a refusal for a reason of the caller's. */
    WorkerPoolException tooMany(String message) {
        rejected.increment();
        return new WorkerPoolException.Overloaded(message);
    }

    private boolean runGuarded(Runnable task) {
        try {
            task.run();
            return true;
        } catch (Throwable failure) {
            report(failure);
            return false;
        }
    }

    /** Gives a failure to the handler; what the handler throws goes to the thread's handler. */
    void report(Throwable failure) {
        try {
            options.failureHandler().accept(failure);
        } catch (Throwable second) {
            second.addSuppressed(failure);
            uncaught(second);
        }
    }

    /** Runs the body, which says whether it succeeded, on a new thread and then gives the place back. */
    private void launch(Object shown, Callable<Boolean> body) {
        begin(shown, () -> {
            timed(body);
            end();
        });
    }

    /** So many more places are held by work that waits for other work inside. */
    void addBehind(int change) {
        admission.addBehind(change);
    }

    /** Starts a thread that holds a place; the loop gives it back with {@link #end}. */
    void begin(Object shown, Runnable loop) {
        Thread thread = threads.newThread(loop);
        running.add(thread, shown);
        boolean started = false;
        try {
            thread.start();
            started = true;
        } finally {
            if (!started) {
                running.remove(thread);
                admission.leave();
            }
        }
    }

    /** Runs the body on the current thread and counts how it went. */
    void timed(Callable<Boolean> body) {
        boolean timed = latencies.wants(Thread.currentThread().threadId());
        long start = timed ? System.nanoTime() : 0;
        boolean success = false;
        try {
            success = body.call();
        } catch (Throwable failure) {
            report(failure);
        } finally {
            (success ? completed : failed).increment();
            if (timed) {
                latencies.add(System.nanoTime() - start);
            }
        }
    }

    /** Shows another task as the one that runs on the current thread. */
    void show(Object task) {
        running.show(Thread.currentThread(), task);
    }

    /** The current thread has done all its work. */
    void end() {
        running.remove(Thread.currentThread());
        admission.leave();
    }

    /** One of several places held by the current thread's work is free. */
    void leave() {
        admission.leave();
    }

    /** Changes how many tasks may run; waiting submits enter at once if there is room now. */
    public void resize(int capacity) {
        admission.resize(capacity);
    }

    /** How many tasks may run. */
    public int capacity() {
        return admission.capacity();
    }

    /** How many tasks run. */
    public int running() {
        return admission.inside();
    }

    /** How many submits wait for room. */
    public int waiting() {
        return admission.waiting();
    }

    /** Whether the pool refuses tasks because it was closed. */
    public boolean isClosed() {
        return admission.isClosed();
    }

    /** Refuses new tasks from now on, wakes all waiting submits with "closed", and leaves running tasks alone. */
    @Override
    public void close() {
        admission.close();
    }

    /**
     * Closes the pool and waits for what runs.
     *
     * @param deadline
     *            the longest wait
     * @param interruptRest
     *            whether to interrupt what has not ended by then
     * @return the tasks, as they were given, that have not ended; empty if all have
     */
    public List<Object> drain(Duration deadline, boolean interruptRest) throws InterruptedException {
        admission.close();
        if (admission.awaitIdle(deadline.toNanos())) {
            return List.of();
        }
        List<Object> left = new ArrayList<>();
        running.forEach((thread, task) -> {
            left.add(task);
            if (interruptRest) {
                thread.interrupt();
            }
        });
        return left;
    }

    /** Takes tasks again after {@link #close} or {@link #drain}; tasks still running keep their places. */
    public void reopen() {
        admission.reopen();
    }

    /** The counts of this moment; they are taken one after the other. */
    public Metrics metrics() {
        List<Long> counts = Arrays.stream(latencies.counts()).boxed().toList();
        return new Metrics(capacity(), running(), waiting(), rejected.sum(), completed.sum(), failed.sum(), counts);
    }
}
