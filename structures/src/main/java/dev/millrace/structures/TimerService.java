package dev.millrace.structures;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Timers for applications: runs tasks at their time on an executor of the caller's. Safe for any number of threads.
 *
 * <h2>Rules</h2>
 * <ul>
 * <li>No task runs early. One whose time has passed already goes to the executor at once.
 * <li>One thread waits exactly until the next due time, in ticks of a millisecond, and sleeps when there is none; it
 * neither spins nor polls.
 * <li>A fixed-rate task is due at its first time plus a whole number of periods, however late a run was: there is no
 * drift. Runs that a pause has made late are not made up for one by one: the task runs once and goes on with the next
 * time to come. A fixed-delay task is due its delay after the end of its last run. No task runs beside itself; a
 * fixed-rate time that comes while the task still runs is skipped.
 * <li>A task, or an executor, that throws harms nothing: the failure handler gets it, and a periodic task goes on.
 * <li>Adding a timer under a key that has a pending or periodic one replaces that one.
 * <li>{@link #close} refuses new timers and says what was pending, due or not. After it the service hands nothing to the
 * executor any more, but the one call of the executor that may be under way goes on, as do the runs before. It does not
 * wait for that call: the executor may be waiting for whoever closes.
 * </ul>
 *
 * Delays follow the monotonic clock ({@code System.nanoTime}); an {@link Instant} is turned into a delay when it is
 * added.
 *
 * <p>
 * Thread safety: all methods may be called from any thread. The wheel, the keys and the states of timers are guarded by
 * one lock, which is never held while a task, the executor or the failure handler runs.
 */
public final class TimerService implements AutoCloseable {
    private static final int LIMIT = 1024;
    private static final long NANOS_PER_TICK = 1_000_000;

    /** A timer that was added. */
    public final class Timer {
        private final @Nullable Object key;
        private final Runnable task;
        /** Ticks; 0 for a one-shot timer, negative for a fixed delay. */
        private final long period;
        private long due;
        private long handle = -1;
        /** Whether its time has come and it was not handed over yet. */
        private boolean isDue;
        private boolean ended;

        private Timer(@Nullable Object key, Runnable task, long period) {
            this.key = key;
            this.task = task;
            this.period = period;
        }

        /**
         * Ends the timer. A run whose handing over has begun goes on.
         *
         * @return true if this call kept a run from happening that would have happened: the timer was pending, or
         *         periodic and not yet ended
         */
        public boolean cancel() {
            lock.lock();
            try {
                return end(this);
            } finally {
                lock.unlock();
            }
        }

        /** Moves a pending timer to another time; false if it is not pending. */
        public boolean reschedule(Duration delay) {
            lock.lock();
            try {
                if (handle < 0) {
                    return false;
                }
                due = tickIn(delay);
                wheel.reschedule(handle, due);
                wake(due);
                return true;
            } finally {
                lock.unlock();
            }
        }

        /** Whether the timer waits for its time. */
        public boolean isPending() {
            lock.lock();
            try {
                return handle >= 0;
            } finally {
                lock.unlock();
            }
        }

        /** The key it was added under, or null. */
        public @Nullable Object key() {
            return key;
        }

        /** The tick it is or was last due at; for tests. */
        long dueTick() {
            lock.lock();
            try {
                return due;
            } finally {
                lock.unlock();
            }
        }

        /** What it runs. */
        public Runnable task() {
            return task;
        }
    }

    private final Executor executor;
    private final BiConsumer<Timer, Throwable> failureHandler;
    private final long startNanos = System.nanoTime();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition earlier = lock.newCondition();
    private final TimeWheel<Timer> wheel = new TimeWheel<>(0);
    private final Map<Object, Timer> byKey = new HashMap<>();
    /** Timers whose time has come and that have not been handed over. */
    private final ArrayDeque<Timer> dueNow = new ArrayDeque<>();
    private long wakeTick = Long.MAX_VALUE;
    private boolean closed;

    /**
     * Starts a service with one thread of its own, a daemon.
     *
     * @param executor
     *            runs the tasks; called by the service's thread, so it should hand over and not run them itself
     * @param failureHandler
     *            gets what tasks and the executor throw
     */
    public TimerService(Executor executor, BiConsumer<Timer, Throwable> failureHandler) {
        this.executor = requireNonNull(executor, "executor");
        this.failureHandler = requireNonNull(failureHandler, "failureHandler");
        Thread.ofPlatform().name("timer-service").daemon().start(this::run);
    }

    /** Runs a task once, after a delay; one of no or negative length is over at once. */
    public Timer schedule(Duration delay, Runnable task) {
        return add(null, delay, 0, task);
    }

    /** Runs a task once, at an instant of the wall clock as it is now. */
    public Timer scheduleAt(Instant instant, Runnable task) {
        return add(null, Duration.between(Instant.now(), instant), 0, task);
    }

    /** Runs a task once, at an instant, in place of the pending timer of that key, if there is one. */
    public Timer scheduleAt(Object key, Instant instant, Runnable task) {
        return add(requireNonNull(key, "key"), Duration.between(Instant.now(), instant), 0, task);
    }

    /** Runs a task once, after a delay, in place of the pending timer of that key, if there is one. */
    public Timer schedule(Object key, Duration delay, Runnable task) {
        return add(requireNonNull(key, "key"), delay, 0, task);
    }

    /** Ends the pending timer of a key; says whether there was one. */
    public boolean cancel(Object key) {
        lock.lock();
        try {
            Timer timer = byKey.get(requireNonNull(key, "key"));
            return timer != null && end(timer);
        } finally {
            lock.unlock();
        }
    }

    /** Runs a task after a delay and then at a fixed rate; periods are rounded up to whole milliseconds. */
    public Timer scheduleAtFixedRate(Duration initialDelay, Duration period, Runnable task) {
        return add(null, initialDelay, ticks(period), task);
    }

    /** The same in place of the timer of that key, if there is one. */
    public Timer scheduleAtFixedRate(Object key, Duration initialDelay, Duration period, Runnable task) {
        return add(requireNonNull(key, "key"), initialDelay, ticks(period), task);
    }

    /** Runs a task after a delay and then each time its last run has been over for a delay. */
    public Timer scheduleWithFixedDelay(Duration initialDelay, Duration delay, Runnable task) {
        return add(null, initialDelay, -ticks(delay), task);
    }

    /** The same in place of the timer of that key, if there is one. */
    public Timer scheduleWithFixedDelay(Object key, Duration initialDelay, Duration delay, Runnable task) {
        return add(requireNonNull(key, "key"), initialDelay, -ticks(delay), task);
    }

    private static long ticks(Duration period) {
        if (period.isNegative() || period.isZero()) {
            throw new IllegalArgumentException("The period is " + period + ", but must be positive");
        }
        return Math.max(1, ticksOf(period));
    }

    /** Milliseconds, rounded up, at most some hundred years. */
    private static long ticksOf(Duration duration) {
        long nanos = TimeUnit.NANOSECONDS.convert(duration);
        return nanos / NANOS_PER_TICK + (nanos % NANOS_PER_TICK > 0 ? 1 : 0);
    }

    private long nowTick() {
        return (System.nanoTime() - startNanos) / NANOS_PER_TICK;
    }

    /** The first tick that begins when the delay is over or later. */
    private long tickIn(Duration delay) {
        long nanos = TimeUnit.NANOSECONDS.convert(delay);
        long end = System.nanoTime() - startNanos;
        end = nanos > Long.MAX_VALUE - end ? Long.MAX_VALUE : end + nanos;
        return end / NANOS_PER_TICK + (end % NANOS_PER_TICK > 0 ? 1 : 0);
    }

    private Timer add(@Nullable Object key, Duration delay, long period, Runnable task) {
        Timer timer = new Timer(key, requireNonNull(task, "task"), period);
        boolean now = delay.isNegative() || delay.isZero();
        lock.lock();
        try {
            if (closed) {
                throw new IllegalStateException("The timer service is closed and takes no timers");
            }
            if (key != null) {
                Timer before = byKey.put(key, timer);
                if (before != null) {
                    end(before);
                    byKey.put(key, timer);
                }
            }
            timer.due = now ? nowTick() : tickIn(delay);
            if (now) {
                release(timer);
            } else {
                enter(timer);
            }
        } finally {
            lock.unlock();
        }
        if (now) {
            hand(timer);
        }
        return timer;
    }

    private void enter(Timer timer) {
        timer.handle = wheel.add(timer.due, timer);
        wake(timer.due);
    }

    private void wake(long due) {
        if (due < wakeTick) {
            wakeTick = due;
            earlier.signal();
        }
    }

    private boolean end(Timer timer) {
        boolean pending = timer.isDue || (timer.handle >= 0 && wheel.cancel(timer.handle) != null);
        boolean kept = pending || (timer.period != 0 && !timer.ended);
        timer.handle = -1;
        timer.isDue = false;
        timer.ended = true;
        forget(timer);
        return kept;
    }

    private void forget(Timer timer) {
        if (timer.key != null) {
            byKey.remove(timer.key, timer);
        }
    }

    /** The timer is handed over in a moment and no longer pending. */
    private void release(Timer timer) {
        timer.handle = -1;
        timer.isDue = false;
        if (timer.period == 0) {
            timer.ended = true;
            forget(timer);
        }
    }

    private void run() {
        for (Timer timer = take(); timer != null; timer = take()) {
            hand(timer);
        }
    }

    /** Waits until something is due and takes it; null when the service is closed. */
    private @Nullable Timer take() {
        lock.lock();
        try {
            while (!closed) {
                Timer timer = dueNow.poll();
                if (timer != null) {
                    if (timer.isDue) {
                        release(timer);
                        return timer;
                    }
                    continue;
                }
                wheel.advance(nowTick(), LIMIT, (handle, tick, due) -> {
                    due.handle = -1;
                    due.isDue = true;
                    dueNow.add(due);
                });
                if (dueNow.isEmpty()) {
                    wakeTick = wheel.caughtUp() ? wheel.nextUsefulTick() : 0;
                    if (wakeTick > 0) {
                        sleepUntil(wakeTick);
                    }
                }
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    @SuppressWarnings("WaitNotInLoop") // the loop is the caller's
    private void sleepUntil(long tick) {
        try {
            if (tick == Long.MAX_VALUE) {
                earlier.await();
            } else {
                long nanos = tick >= Long.MAX_VALUE / NANOS_PER_TICK ? Long.MAX_VALUE : tick * NANOS_PER_TICK;
                long unused = earlier.awaitNanos(nanos - (System.nanoTime() - startNanos));
            }
        } catch (InterruptedException e) {
            // Nobody has this thread to interrupt it for a reason: the caller looks at the state and waits again.
            return;
        }
    }

    private void hand(Timer timer) {
        try {
            executor.execute(() -> runTask(timer));
        } catch (Throwable failure) {
            report(timer, failure);
            next(timer);
        }
    }

    private void runTask(Timer timer) {
        try {
            timer.task.run();
        } catch (Throwable failure) {
            report(timer, failure);
        } finally {
            next(timer);
        }
    }

    private void report(Timer timer, Throwable failure) {
        try {
            failureHandler.accept(timer, failure);
        } catch (Throwable second) {
            second.addSuppressed(failure);
            Thread thread = Thread.currentThread();
            thread.getUncaughtExceptionHandler().uncaughtException(thread, second);
        }
    }

    private void next(Timer timer) {
        if (timer.period == 0) {
            return;
        }
        lock.lock();
        try {
            if (closed || timer.ended) {
                return;
            }
            long now = nowTick();
            if (timer.period < 0) {
                timer.due = now + 1 - timer.period;
            } else {
                timer.due += timer.period * (Math.max(0, now - timer.due) / timer.period + 1);
            }
            enter(timer);
        } finally {
            lock.unlock();
        }
    }

    /** Timers waiting for their time. */
    public int size() {
        lock.lock();
        try {
            return wheel.size();
        } finally {
            lock.unlock();
        }
    }

    /** Refuses new timers, ends all pending ones and ends the thread. */
    @Override
    public void close() {
        shutDown();
    }

    /**
     * Does what {@link #close} does.
     *
     * @return the timers that were pending, in the order of their times
     */
    public List<Timer> shutDown() {
        List<Timer> pending = new ArrayList<>();
        lock.lock();
        try {
            closed = true;
            for (Timer timer : dueNow) {
                if (timer.isDue) {
                    pending.add(timer);
                }
            }
            wheel.forEach((handle, due, timer) -> pending.add(timer));
            for (Timer timer : pending) {
                end(timer);
            }
            earlier.signal();
        } finally {
            lock.unlock();
        }
        pending.sort((a, b) -> Long.compare(a.due, b.due));
        return pending;
    }
}
