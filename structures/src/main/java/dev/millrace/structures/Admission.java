package dev.millrace.structures;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Lets at most so many in at a time, and the others wait in line: a semaphore whose size can change, that can be closed,
 * that counts who waits, and that notices when waiting cannot end.
 *
 * <p>
 * While nobody waits, entering and leaving is one compare-and-set on {@code free}. Who finds no room enters the line
 * under the lock; who leaves adds to {@code free} first and then looks at {@code waiting}, and who waits adds to
 * {@code waiting} first and then looks at {@code free}, so that one of the two sees the other. While somebody waits,
 * newcomers queue behind: first come, first served. A waiter is one object of 40 bytes.
 *
 * <p>
 * Thread safety: all methods may be called from any thread; fields of the line are guarded by {@code lock}.
 */
final class Admission {
    enum Outcome {
        GRANTED, REFUSED, TIMED_OUT, CLOSED, NESTED
    }

    private static final class Waiter {
        final Thread thread = Thread.currentThread();
        /** Whether the waiter holds a place itself and will not give it back before it is let in. */
        final boolean blocksItself;
        volatile @Nullable Outcome outcome;
        @Nullable Waiter before;
        @Nullable Waiter after;

        Waiter(boolean blocksItself) {
            this.blocksItself = blocksItself;
        }
    }

    /** How often to look for room before waiting in line: some microseconds. */
    private static final int LOOKS = 200;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition idle = lock.newCondition();
    /** Capacity less the places taken; negative after the capacity was lowered below those. */
    private final AtomicInteger free;
    private volatile int capacity;
    private volatile int waiting;
    private volatile boolean closed;
    private int blockedInside;
    /** Places held by who waits for somebody else inside. */
    private final AtomicInteger behind = new AtomicInteger();
    private @Nullable Waiter first;
    private @Nullable Waiter last;

    Admission(int capacity) {
        requireCapacity(capacity);
        this.capacity = capacity;
        this.free = new AtomicInteger(capacity);
    }

    private static void requireCapacity(int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity is " + capacity + ", but must be at least 1");
        }
    }

    /** Enters if that is possible at once. */
    Outcome tryEnter() {
        if (closed) {
            return Outcome.CLOSED;
        }
        if (waiting > 0 || !take()) {
            return Outcome.REFUSED;
        }
        // Whoever closes looks at the places after setting closed, so one of the two sees the other.
        if (closed) {
            leave();
            return Outcome.CLOSED;
        }
        return Outcome.GRANTED;
    }

    private boolean take() {
        int room = free.get();
        while (room > 0) {
            if (free.compareAndSet(room, room - 1)) {
                return true;
            }
            room = free.get();
        }
        return false;
    }

    /**
     * Enters, waiting if need be.
     *
     * @param nanos
     *            the longest wait; {@code Long.MAX_VALUE} for no limit
     * @param maxWaiting
     *            how many may wait, this one included
     * @param inside
     *            whether the caller holds a place already
     */
    Outcome enter(long nanos, int maxWaiting, boolean inside) throws InterruptedException {
        Outcome outcome = tryEnter();
        // Where tasks are short, room comes sooner than a thread can be parked and woken.
        for (int look = 0; outcome == Outcome.REFUSED && nanos > 0 && waiting == 0 && look < LOOKS; look++) {
            Thread.onSpinWait();
            outcome = tryEnter();
        }
        if (outcome != Outcome.REFUSED || nanos <= 0) {
            return outcome;
        }
        boolean forever = nanos == Long.MAX_VALUE;
        Waiter waiter = new Waiter(inside && forever);
        lock.lock();
        try {
            if (closed) {
                return Outcome.CLOSED;
            }
            if (waiting >= maxWaiting) {
                return Outcome.REFUSED;
            }
            append(waiter);
            admit();
        } finally {
            lock.unlock();
        }
        return await(waiter, forever, System.nanoTime() + (forever ? 0 : nanos));
    }

    private Outcome await(Waiter waiter, boolean forever, long end) throws InterruptedException {
        while (true) {
            Outcome outcome = waiter.outcome;
            if (outcome != null) {
                return outcome;
            }
            if (forever) {
                LockSupport.park(this);
            } else {
                LockSupport.parkNanos(this, end - System.nanoTime());
            }
            boolean interrupted = Thread.interrupted();
            if (interrupted || (!forever && end - System.nanoTime() <= 0)) {
                outcome = withdraw(waiter);
                if (interrupted && outcome == Outcome.GRANTED) {
                    leave();
                }
                if (interrupted) {
                    throw new InterruptedException("Interrupted while waiting for room in the pool");
                }
                return outcome;
            }
        }
    }

    private Outcome withdraw(Waiter waiter) {
        lock.lock();
        try {
            Outcome outcome = waiter.outcome;
            if (outcome != null) {
                return outcome;
            }
            remove(waiter);
            return Outcome.TIMED_OUT;
        } finally {
            lock.unlock();
        }
    }

    /** Gives a place back. */
    void leave() {
        int room = free.incrementAndGet();
        if (waiting > 0 || (closed && room >= capacity)) {
            lock.lock();
            try {
                admit();
                if (free.get() >= capacity) {
                    idle.signalAll();
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /** Lets in who can be let in; if nobody can ever leave, refuses the last of those who block themselves. */
    private void admit() {
        while (first != null && take()) {
            settle(first, Outcome.GRANTED);
        }
        while (blockedInside > 0 && blockedInside + behind.get() >= capacity - free.get()) {
            Waiter waiter = last;
            while (waiter != null && !waiter.blocksItself) {
                waiter = waiter.before;
            }
            if (waiter == null) {
                return;
            }
            settle(waiter, Outcome.NESTED);
        }
    }

    /** So many more places are held by who waits for somebody else inside. */
    void addBehind(int change) {
        behind.addAndGet(change);
        if (change > 0 && waiting > 0) {
            lock.lock();
            try {
                admit();
            } finally {
                lock.unlock();
            }
        }
    }

    private void settle(Waiter waiter, Outcome outcome) {
        remove(waiter);
        waiter.outcome = outcome;
        LockSupport.unpark(waiter.thread);
    }

    private void append(Waiter waiter) {
        waiter.before = last;
        if (last == null) {
            first = waiter;
        } else {
            last.after = waiter;
        }
        last = waiter;
        count(waiter, 1);
    }

    private void remove(Waiter waiter) {
        Waiter before = waiter.before;
        Waiter after = waiter.after;
        if (before == null) {
            first = after;
        } else {
            before.after = after;
        }
        if (after == null) {
            last = before;
        } else {
            after.before = before;
        }
        count(waiter, -1);
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // only written under the lock
    private void count(Waiter waiter, int change) {
        waiting += change;
        blockedInside += waiter.blocksItself ? change : 0;
    }

    /** Changes the capacity; a lower one is reached when enough have left. */
    void resize(int newCapacity) {
        requireCapacity(newCapacity);
        lock.lock();
        try {
            free.addAndGet(newCapacity - capacity);
            capacity = newCapacity;
            admit();
        } finally {
            lock.unlock();
        }
    }

    /** Refuses newcomers, and those who wait, until it is opened again. */
    void close() {
        lock.lock();
        try {
            closed = true;
            while (first != null) {
                settle(first, Outcome.CLOSED);
            }
        } finally {
            lock.unlock();
        }
    }

    void reopen() {
        closed = false;
    }

    /** Waits until nobody is inside; false if the time was not enough. */
    boolean awaitIdle(long nanos) throws InterruptedException {
        long left = nanos;
        lock.lockInterruptibly();
        try {
            while (free.get() < capacity) {
                if (left <= 0) {
                    return false;
                }
                left = idle.awaitNanos(left);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    boolean isClosed() {
        return closed;
    }

    int capacity() {
        return capacity;
    }

    int inside() {
        return Math.max(0, capacity - free.get());
    }

    int waiting() {
        return waiting;
    }
}
