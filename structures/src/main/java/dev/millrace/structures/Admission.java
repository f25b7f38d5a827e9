package dev.millrace.structures;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets at most so many in at a time, and the others wait in line: a semaphore whose size can change, that can be closed,
 * that counts who waits, and that notices when waiting cannot end.
 *
 * <p>
 * While nobody waits, entering and leaving is one atomic step on one word, which holds the capacity and the number of
 * those inside, so that both are always read together. Who finds no room enters the line under the lock; who leaves
 * changes the word first and then looks at {@code waiting}, and who waits adds to {@code waiting} first and then looks at
 * the word, so that one of the two sees the other. While somebody waits, newcomers queue behind: first come, first
 * served. A waiter is one object of 32 bytes.
 *
 * <p>
 * <b>Waiting that cannot end.</b> Several admissions may form a {@link Group}, whose tasks wait for each other's places.
 * Some of them are stuck when every place in them is held by somebody who waits, without a time limit, for a place in one
 * of them. That can only come about when somebody begins to wait, leaves while others wait, or lowers a capacity; it is
 * looked for then, and one waiter after the other is refused until it is over.
 *
 * <p>
 * Thread safety: all methods may be called from any thread; fields of the line are guarded by the group's lock.
 */
final class Admission {
    enum Outcome {
        GRANTED, REFUSED, TIMED_OUT, CLOSED, NESTED
    }

    /** Admissions whose tasks may wait for each other; they share the lock of their lines. */
    static final class Group {
        private final ReentrantLock lock = new ReentrantLock();
        private final List<Admission> members = new ArrayList<>();
        /** Waiters who hold a place in a member themselves and will not give it back before they are let in. */
        private int nested;
    }

    private static final class Waiter {
        final Thread thread = Thread.currentThread();
        /** Where the waiter holds a place that it will not give back before it is let in; null if nowhere. */
        final @Nullable Admission holds;
        volatile @Nullable Outcome outcome;
        @Nullable Waiter before;
        @Nullable Waiter after;

        Waiter(@Nullable Admission holds) {
            this.holds = holds;
        }
    }

    /** How often to look for room before waiting in line: less than a microsecond, then a virtual thread steps aside. */
    private static final int SPINS = 10;
    private static final int LOOKS = 12;
    /** The word's place: alone on its lines of memory, as all threads change it. */
    private static final int WORD = 8;
    private static final long INSIDE_MASK = (1L << Integer.SIZE) - 1;

    private final Group group;
    private final ReentrantLock lock;
    private final Condition idle;
    /** Capacity in the upper half, places taken in the lower one; more than the capacity after that was lowered. */
    private final AtomicLongArray words = new AtomicLongArray(2 * WORD);
    private volatile int waiting;
    private volatile int drains;
    private volatile boolean closed;
    /** Places held by who waits for somebody else inside. */
    private final AtomicInteger behind = new AtomicInteger();
    /** Places given to waiters whose threads do not know yet. */
    private final AtomicInteger onTheirWay = new AtomicInteger();
    private @Nullable Waiter first;
    private @Nullable Waiter last;
    /** Used by the search for what is stuck. */
    private boolean isSuspect;
    private int blocked;

    Admission(int capacity, Group group) {
        requireCapacity(capacity);
        words.set(WORD, (long) capacity << Integer.SIZE);
        this.group = group;
        this.lock = group.lock;
        this.idle = lock.newCondition();
        group.members.add(this);
    }

    private static void requireCapacity(int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity is " + capacity + ", but must be at least 1");
        }
    }

    private static int capacity(long word) {
        return (int) (word >>> Integer.SIZE);
    }

    private static int inside(long word) {
        return (int) (word & INSIDE_MASK);
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
        long word = words.get(WORD);
        while (inside(word) < capacity(word)) {
            if (words.compareAndSet(WORD, word, word + 1)) {
                return true;
            }
            word = words.get(WORD);
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
     * @param holds
     *            where in the group the caller holds a place already; null if nowhere. It is asked only before a wait
     *            without limit, as the answer takes longer than most waits for short tasks
     */
    Outcome enter(long nanos, int maxWaiting, Supplier<@Nullable Admission> holds) throws InterruptedException {
        Outcome outcome = tryEnter();
        // Where tasks are short, room comes sooner than a thread can be parked and woken.
        for (int look = 0; outcome == Outcome.REFUSED && nanos > 0 && waiting == 0 && look < LOOKS; look++) {
            pause(look);
            outcome = tryEnter();
        }
        if (outcome != Outcome.REFUSED || nanos <= 0) {
            return outcome;
        }
        boolean forever = nanos == Long.MAX_VALUE;
        Waiter waiter = new Waiter(forever ? holds.get() : null);
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

    @SuppressWarnings("ThreadPriorityCheck") // only speed depends on it: the tasks waited for may need this very carrier
    private static void pause(int look) {
        if (look >= SPINS && Thread.currentThread().isVirtual()) {
            Thread.yield();
        } else {
            Thread.onSpinWait();
        }
    }

    private Outcome await(Waiter waiter, boolean forever, long end) throws InterruptedException {
        while (true) {
            Outcome outcome = waiter.outcome;
            if (outcome != null) {
                return arrived(outcome);
            }
            if (forever) {
                LockSupport.park(this);
            } else {
                LockSupport.parkNanos(this, end - System.nanoTime());
            }
            boolean interrupted = Thread.interrupted();
            if (interrupted || (!forever && end - System.nanoTime() <= 0)) {
                outcome = arrived(withdraw(waiter));
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

    /** The waiter's thread goes on. If the pool was closed before it did, its place is given back. */
    private Outcome arrived(Outcome outcome) {
        if (outcome != Outcome.GRANTED) {
            return outcome;
        }
        // In this order: whoever closes and then sees it still on its way knows that it will be refused.
        onTheirWay.decrementAndGet();
        if (closed) {
            leave();
            return Outcome.CLOSED;
        }
        return outcome;
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
        long word = words.decrementAndGet(WORD);
        if (waiting > 0 || (drains > 0 && inside(word) == 0)) {
            lock.lock();
            try {
                admit();
                if (inside() == 0) {
                    idle.signalAll();
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /** Lets in who can be let in, and refuses who would wait for ever. */
    private void admit() {
        letIn();
        while (group.nested > 0) {
            group.members.forEach(Admission::letIn);
            Admission stuck = stuck();
            if (stuck == null) {
                return;
            }
            stuck.refuseOne();
        }
    }

    private void letIn() {
        while (first != null && take()) {
            settle(first, Outcome.GRANTED);
        }
    }

    /** A member, this one if possible, of the largest set in which every place is held by who waits for one of it. */
    private @Nullable Admission stuck() {
        List<Admission> members = group.members;
        for (Admission member : members) {
            member.isSuspect = true;
        }
        boolean changed = true;
        while (changed) {
            changed = false;
            for (Admission member : members) {
                member.blocked = member.behind.get();
            }
            for (Admission member : members) {
                member.countBlocked();
            }
            for (Admission member : members) {
                if (member.isSuspect && (member.inside() == 0 || member.blocked < member.inside())) {
                    member.isSuspect = false;
                    changed = true;
                }
            }
        }
        if (isSuspect && lastNested() != null) {
            return this;
        }
        for (Admission member : members) {
            if (member.isSuspect && member.lastNested() != null) {
                return member;
            }
        }
        return null;
    }

    /** Adds the waiters of this line to the counts of those whose places they hold. */
    private void countBlocked() {
        if (isSuspect) {
            for (Waiter waiter = first; waiter != null; waiter = waiter.after) {
                if (waiter.holds != null) {
                    waiter.holds.blocked++;
                }
            }
        }
    }

    private @Nullable Waiter lastNested() {
        Waiter waiter = last;
        while (waiter != null && (waiter.holds == null || !waiter.holds.isSuspect)) {
            waiter = waiter.before;
        }
        return waiter;
    }

    private void refuseOne() {
        Waiter waiter = lastNested();
        if (waiter != null) {
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
        if (outcome == Outcome.GRANTED) {
            onTheirWay.incrementAndGet();
        }
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
        group.nested += waiter.holds != null ? change : 0;
    }

    /** Changes the capacity; a lower one is reached when enough have left. */
    void resize(int newCapacity) {
        requireCapacity(newCapacity);
        lock.lock();
        try {
            words.accumulateAndGet(WORD, newCapacity, (word, update) -> update << Integer.SIZE | inside(word));
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
        lock.lock();
        try {
            closed = false;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until nobody is inside; false if the time was not enough. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // only written under the lock
    boolean awaitIdle(long nanos) throws InterruptedException {
        long left = nanos;
        lock.lockInterruptibly();
        // Who leaves looks at this after it has left, so that one of the two sees the other.
        drains++;
        try {
            while (inside() > 0) {
                if (left <= 0) {
                    return false;
                }
                left = idle.awaitNanos(left);
            }
            return true;
        } finally {
            drains--;
            lock.unlock();
        }
    }

    boolean isClosed() {
        return closed;
    }

    /** Places, of a closed admission, of who goes on inside; those of waiters who will find it closed do not count. */
    int insideForGood() {
        return inside() - onTheirWay.get();
    }

    int capacity() {
        return capacity(words.get(WORD));
    }

    int inside() {
        return inside(words.get(WORD));
    }

    int waiting() {
        return waiting;
    }
}
