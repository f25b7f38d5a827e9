package dev.millrace.structures;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
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
    private static final long LOOK_AGAIN_NANOS = 10_000;

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
        /** The sums of two pools. */
        Metrics plus(Metrics other) {
            List<Long> counts = new ArrayList<>();
            for (int at = 0; at < runNanosCounts.size(); at++) {
                counts.add(runNanosCounts.get(at) + other.runNanosCounts.get(at));
            }
            return new Metrics(capacity + other.capacity, running + other.running, waiting + other.waiting,
                    rejected + other.rejected, completed + other.completed, failed + other.failed, counts);
        }

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

    static final class PoolFuture<T> extends FutureTask<T> {
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

    /** A task that was let in: the body of its thread and its entry in the roster. */
    private final class Task extends Roster.Run {
        private final Object shown;
        private final Runnable carried;
        private final @Nullable PoolFuture<?> future;

        Task(Object shown, Runnable carried, @Nullable PoolFuture<?> future) {
            this.shown = shown;
            this.carried = carried;
            this.future = future;
        }

        @Override
        public void run() {
            timed(carried, future);
            end(this);
        }

        @Override
        Object shown() {
            return shown;
        }
    }

    private final Options options;
    private final Admission admission;
    /** Other pools whose tasks may wait for places here. */
    private final List<WorkerPool> siblings;
    private final Roster running = new Roster();
    private final LongAdder rejected = new LongAdder();
    /**
     * Work taken. What has ended well is counted from it by {@link #metrics}: that keeps one counter out of the tasks'
     * threads, which are new to it each time and would all begin at the same cell.
     */
    private final LongAdder taken = new LongAdder();
    /** Work taken that ended by throwing, or that was given back undone. */
    private final LongAdder failed = new LongAdder();
    private final LongAdder undone = new LongAdder();
    /** The most that was ever shown as completed, so that the count never goes back. */
    private final AtomicLong shownCompleted = new AtomicLong();
    private final Latencies latencies = new Latencies();
    private final ThreadFactory threads = Thread.ofVirtual().inheritInheritableThreadLocals(false).factory();

    /** An open pool. */
    public WorkerPool(Options options) {
        this(options, new Admission.Group(), List.of());
    }

    /** An open pool beside others, which may come to include it, whose tasks may submit to it. */
    WorkerPool(Options options, Admission.Group group, List<WorkerPool> siblings) {
        if (options.maxWaiting() < 0) {
            throw new IllegalArgumentException("maxWaiting is " + options.maxWaiting() + ", but must not be negative");
        }
        this.options = options;
        this.admission = new Admission(options.capacity(), group);
        this.siblings = siblings;
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
        begin(new Task(task, carried, null));
    }

    /** Runs a task if there is room now; says whether it was taken. */
    public boolean tryExecute(Runnable task) {
        Runnable carried = options.carrier().apply(requireNonNull(task, "task"));
        if (admission.tryEnter() != Admission.Outcome.GRANTED) {
            rejected.increment();
            return false;
        }
        taken.increment();
        begin(new Task(task, carried, null));
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
        begin(new Task(task, carried, future));
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
            outcome = admission.enter(TimeUnit.NANOSECONDS.convert(maxWait), options.maxWaiting(), this::placeHeld);
        }
        if (outcome != Admission.Outcome.GRANTED) {
            rejected.increment();
            throw refusal(outcome);
        }
        taken.increment();
    }

    /** Where the current thread, if it runs a task of this pool or a sibling, holds its place. */
    private @Nullable Admission placeHeld() {
        if (!Thread.currentThread().isVirtual()) {
            return null; // tasks run on virtual threads
        }
        if (running.contains(Thread.currentThread())) {
            return admission;
        }
        for (WorkerPool pool : siblings) {
            if (pool.running.contains(Thread.currentThread())) {
                return pool.admission;
            }
        }
        return null;
    }

    private WorkerPoolException refusal(Admission.Outcome outcome) {
        String load = admission.capacity() + " tasks run and " + admission.waiting() + " submits wait";
        return switch (outcome) {
            case CLOSED -> new WorkerPoolException.Closed("The pool is closed; reopen it to submit again");
            case NESTED -> new WorkerPoolException.NestedSubmit("All " + admission.inside()
                    + " running tasks wait for room in this same pool or its siblings, which none of them would give back;"
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

    /** Gives a failure to the handler; what the handler throws goes to the thread's handler. */
    void report(Throwable failure) {
        try {
            options.failureHandler().accept(failure);
        } catch (Throwable second) {
            second.addSuppressed(failure);
            uncaught(second);
        }
    }

    /** So many more places are held by work that waits for other work inside. */
    void addBehind(int change) {
        admission.addBehind(change);
    }

    /** Starts a thread that holds a place; its body gives it back with {@link #end}. */
    void begin(Roster.Run run) {
        Thread thread = threads.newThread(run);
        running.add(thread, run);
        boolean started = false;
        try {
            thread.start();
            started = true;
        } finally {
            if (!started) {
                undone.increment();
                end(run);
            }
        }
    }

    /** Runs a task on the current thread and counts how it went; what it throws goes to the future or the handler. */
    void timed(Runnable task, @Nullable PoolFuture<?> future) {
        boolean timed = latencies.wants(Thread.currentThread().threadId());
        long start = timed ? System.nanoTime() : 0;
        boolean success = false;
        try {
            task.run();
            success = future == null || !future.failed;
        } catch (Throwable failure) {
            if (future == null) {
                report(failure);
            } else {
                future.setException(failure);
            }
        } finally {
            if (!success) {
                failed.increment();
            }
            if (timed) {
                latencies.add(System.nanoTime() - start);
            }
        }
    }

    /** A thread has done all its work. */
    void end(Roster.Run run) {
        running.remove(run);
        admission.leave();
    }

    /** One of several places held by the current thread's work is free. */
    void leave() {
        admission.leave();
    }

    /** A place is free whose work was not done and will not be. */
    void leaveUndone() {
        undone.increment();
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
     *            the longest wait; more than 292 years count as that
     * @param interruptRest
     *            whether to interrupt what has not ended by then
     * @return the tasks, as they were given, that have not ended; empty if all have
     */
    public List<Object> drain(Duration deadline, boolean interruptRest) throws InterruptedException {
        admission.close();
        return awaitIdle(deadline) ? List.of() : left(interruptRest, List::of);
    }

    /** Waits until nothing runs; false if the time was not enough. */
    boolean awaitIdle(Duration deadline) throws InterruptedException {
        return admission.awaitIdle(TimeUnit.NANOSECONDS.convert(deadline));
    }

    /**
     * What a closed pool's places are held by.
     *
     * @param takeWaiting
     *            takes out what waits behind other work inside, and gives its places back
     * @return what runs, then what was taken out
     */
    List<Object> left(boolean interrupt, Supplier<List<Object>> takeWaiting) {
        Map<Thread, Object> ran = new LinkedHashMap<>();
        List<Object> waited = new ArrayList<>();
        boolean isComplete = false;
        while (!isComplete) {
            ran.clear();
            int places = admission.insideForGood();
            List<Object> taken = takeWaiting.get();
            waited.addAll(taken);
            running.forEach(ran::put);
            // A submit that got in just before the close names its task in a moment; a task that ends leaves in one.
            isComplete = ran.size() >= places - taken.size() || !isClosed();
            if (!isComplete) {
                LockSupport.parkNanos(LOOK_AGAIN_NANOS);
            }
        }
        if (interrupt) {
            ran.keySet().forEach(Thread::interrupt);
        }
        List<Object> left = new ArrayList<>(ran.values());
        left.addAll(waited);
        return left;
    }

    /**
     * Takes tasks again after {@link #close} or {@link #drain}; tasks still running keep their places. A drain that still
     * waits then waits for the new tasks, too.
     */
    public void reopen() {
        admission.reopen();
    }

    /** The counts of this moment; they are taken one after the other, none of them too high. */
    public Metrics metrics() {
        List<Long> counts = Arrays.stream(latencies.counts()).boxed().toList();
        // In this order, work that begins or ends meanwhile is counted as not yet completed.
        long all = taken.sum();
        int inside = running();
        long failures = failed.sum();
        long ended = shownCompleted.accumulateAndGet(all - inside - failures - undone.sum(), Math::max);
        return new Metrics(capacity(), inside, waiting(), rejected.sum(), ended, failures, counts);
    }
}
