package dev.millrace.structures;

import java.util.Arrays;

/**
 * Timers by the ten million: pairs of words that come back when their tick has come.
 *
 * <p>
 * A tick is whatever the caller says; nothing here reads a clock. A timer is never early, fires in the first
 * {@link #advance} that reaches its tick, and may lie any distance ahead. Adding and cancelling take constant time and,
 * once the pages exist, no memory. A timer costs 32 bytes (64 beyond 2^35 ticks, which is 397 days of milliseconds),
 * and memory once taken is kept for the next ones.
 *
 * <h2>How it works</h2> There are nine rings of 256 buckets. A bucket of ring 0 is one tick wide, of ring 1 it is 128
 * ticks wide, of ring 2 128 * 128, and so on; a ring reaches twice as far as one bucket of the ring above is wide. A
 * timer goes into the lowest ring that reaches its due tick. When the tick comes near to a bucket of a higher ring, its
 * timers move to lower rings, and those of a bucket of ring 0 fire. Because rings overlap by half, a bucket can be
 * emptied during the whole time in which the one before it is current; {@code advance} uses what its limit leaves over
 * for that, so a large bucket does not have to be moved at the very moment when its first timer is due.
 *
 * <p>
 * Example, at tick 1000 (ring 0 reaches 1255; buckets of ring 1 start at 896, 1024, 1152, 1280 ...):
 *
 * <pre>
 * add 1003   ring 0, bucket 1003 &amp; 255 = 235
 * add 1300   ring 1, bucket 1300 / 128 = 10, which is ticks 1280..1407
 * add 90000  ring 2, bucket 90000 / 16384 = 5, which is ticks 81920..98303
 * advance to 1003   the first timer fires
 * advance to 1200   nothing is due; 1200 lies in bucket 9 of ring 1, so bucket 10 may be emptied: 1300 moves to
 *                   ring 0, bucket 1300 &amp; 255 = 20
 * advance to 1299   nothing
 * advance to 1305   1300 fires, five ticks late because nobody asked earlier
 * </pre>
 *
 * A timer moves at most once per ring: eight times in centuries, once or twice within an hour of milliseconds. One bit
 * per bucket says whether it holds anything, so empty stretches cost nothing, however long.
 *
 * <h2>Order</h2> Ticks fire in ascending order. Within one tick the order is a function of the calls made so far, the
 * same in every run, but not always the order of insertion: a timer added from afar may come after one added late.
 *
 * <h2>Invariants</h2>
 * <ul>
 * <li>Every pending timer is due after {@code tick}, except those in the due list, which are due at {@code tick}.
 * <li>A timer in ring r, due d: {@code 1 <= (d >> 7r) - (tick >> 7r) <= 255}.
 * <li>A bucket of ring r > 0 is empty before {@code tick} reaches its first tick.
 * <li>A bucket's bit is set exactly when its list is not empty.
 * </ul>
 *
 * <p>
 * Thread safety: none. One owner at a time; {@link TimerService} is the face for several threads.
 *
 * <p>
 * Source: Varghese and Lauck, "Hashed and Hierarchical Timing Wheels", SOSP 1987, scheme 7, with overlapping rings.
 */
public final class HierarchicalTimeWheel {
    /** The last tick a timer may be due at. */
    public static final long MAX_TICK = Long.MAX_VALUE / 2;

    private static final int RINGS = 9;
    private static final int RING_SHIFT = 7;
    private static final int BUCKETS_LOG2 = 8;
    private static final int BUCKET_MASK = (1 << BUCKETS_LOG2) - 1;
    private static final int RING_WORDS_LOG2 = BUCKETS_LOG2 - 6;
    /** The list of what is due now, after those of the buckets. */
    private static final int DUE = RINGS << BUCKETS_LOG2;

    private final TimerSlots slots = new TimerSlots();
    private final int[] heads = new int[DUE + 1];
    private final int[] tails = new int[DUE + 1];
    private final long[] occupied = new long[RINGS << RING_WORDS_LOG2];
    /** Lower bound of the due ticks in a bucket; exact until its earliest timer is cancelled or moved. */
    private final long[] earliest = new long[DUE];
    /** Bit r is set when ring r holds anything. */
    private int occupiedRings;
    private long tick;
    private int size;
    private boolean advancing;
    private boolean caughtUp = true;

    /** Receives timers from {@link #forEach}. */
    @FunctionalInterface
    public interface Visitor {
        /** Called once per pending timer; must not change the wheel. */
        void timer(long handle, long dueTick, long id, long payload);
    }

    /**
     * @param startTick
     *            the tick that counts as reached, from 0 to {@link #MAX_TICK}
     */
    public HierarchicalTimeWheel(long startTick) {
        if (startTick < 0 || startTick > MAX_TICK) {
            throw new IllegalArgumentException("startTick is " + startTick + ", but must be from 0 to " + MAX_TICK);
        }
        tick = startTick;
        for (int list = 0; list <= DUE; list++) {
            heads[list] = TimerSlots.anchor(list);
            tails[list] = TimerSlots.anchor(list);
        }
    }

    /**
     * Adds a timer.
     *
     * @param dueTick
     *            when; a tick already reached counts as the next one
     * @return a handle, never negative, good until the timer fires or is cancelled
     * @throws IllegalArgumentException
     *             if {@code dueTick} is beyond {@link #MAX_TICK}
     * @throws IllegalStateException
     *             at about 268 million timers
     */
    public long add(long dueTick, long id, long payload) {
        long due = clamp(dueTick);
        int slot = slots.allocate(tick, due, id, payload);
        place(slot, due);
        size++;
        return slots.handle(slot);
    }

    private long clamp(long dueTick) {
        if (dueTick > MAX_TICK) {
            throw new IllegalArgumentException("dueTick is " + dueTick + ", but must be at most " + MAX_TICK);
        }
        return Math.max(dueTick, tick + 1);
    }

    /** Takes a timer out; false if it had already fired or been cancelled. */
    public boolean cancel(long handle) {
        int slot = slots.resolve(handle);
        if (slot < 0) {
            return false;
        }
        remove(slot);
        return true;
    }

    /** Moves a pending timer to another tick under the same handle; false if it is no longer pending. */
    public boolean reschedule(long handle, long newDueTick) {
        long due = clamp(newDueTick);
        int slot = slots.resolve(handle);
        if (slot < 0) {
            return false;
        }
        unlink(slot);
        slots.changeDue(slot, tick, due);
        place(slot, due);
        return true;
    }

    /** Whether the timer has neither fired nor been cancelled. */
    public boolean isPending(long handle) {
        return slots.resolve(handle) >= 0;
    }

    /** The tick a pending timer is due at. */
    public long dueTick(long handle) {
        return slots.due(require(handle), tick);
    }

    /** The first word of a pending timer. */
    public long id(long handle) {
        return slots.id(require(handle));
    }

    /** The second word of a pending timer. */
    public long payload(long handle) {
        return slots.payload(require(handle));
    }

    private int require(long handle) {
        int slot = slots.resolve(handle);
        if (slot < 0) {
            throw new IllegalArgumentException(
                    "Timer " + handle + " has fired or was cancelled; ask isPending before reading it");
        }
        return slot;
    }

    /**
     * Fires what is due up to and including {@code nowTick}, with bounded work.
     *
     * <p>
     * Each timer fired and each timer moved between rings is one unit. When all that is due has fired, the rest of the
     * limit goes into moving timers ahead of time. {@link #caughtUp} says whether everything due has fired; if not,
     * call again with the same or a later tick. Between such calls timers may be added and cancelled.
     *
     * @param nowTick
     *            the tick reached; an earlier one than before changes nothing
     * @param limit
     *            the most units of work, at least 1
     * @return the units of work done
     * @throws IllegalStateException
     *             if called from a sink of this wheel
     */
    public int advance(long nowTick, int limit, Expiry sink) {
        if (limit < 1 || nowTick > MAX_TICK) {
            throw new IllegalArgumentException("limit is " + limit + " and nowTick " + nowTick
                    + ", but must be at least 1 and at most " + MAX_TICK);
        }
        if (advancing) {
            throw new IllegalStateException("advance was called by a sink of the same wheel; add a timer instead");
        }
        advancing = true;
        caughtUp = false;
        try {
            int left = turn(nowTick, limit, sink);
            caughtUp = tick >= nowTick && isEmpty(DUE);
            if (caughtUp && left > 0) {
                left = moveAhead(left);
            }
            return limit - left;
        } finally {
            advancing = false;
        }
    }

    /** Whether the last {@link #advance} fired everything due at its tick. */
    public boolean caughtUp() {
        return caughtUp;
    }

    private int turn(long nowTick, int limit, Expiry sink) {
        int left = limit;
        while (left > 0) {
            if (!isEmpty(DUE)) {
                left = fire(left, sink);
                continue;
            }
            int bucket = tick < nowTick ? nextBucket() : -1;
            if (bucket < 0 || firstTick(bucket) > nowTick) {
                tick = Math.max(tick, nowTick);
                return left;
            }
            long first = firstTick(bucket);
            if (bucket >>> BUCKETS_LOG2 == 0) {
                tick = first;
                makeDue(bucket);
            } else {
                tick = Math.max(tick, first - 1);
                left = empty(bucket, left);
            }
        }
        return left;
    }

    private int fire(int limit, Expiry sink) {
        int left = limit;
        while (left > 0 && !isEmpty(DUE)) {
            int slot = heads[DUE];
            long handle = slots.handle(slot);
            long id = slots.id(slot);
            long payload = slots.payload(slot);
            long due = tick;
            remove(slot);
            left--;
            sink.expired(handle, due, id, payload);
        }
        return left;
    }

    /** Moves the timers of a bucket to lower rings, at most {@code limit} of them; returns what is left of it. */
    private int empty(int bucket, int limit) {
        int left = limit;
        while (left > 0 && !isEmpty(bucket)) {
            int slot = heads[bucket];
            unlink(slot);
            place(slot, slots.due(slot, tick));
            left--;
        }
        return left;
    }

    private int moveAhead(int limit) {
        int left = limit;
        for (int rings = occupiedRings & -2; rings != 0 && left > 0; rings &= rings - 1) {
            int ring = Integer.numberOfTrailingZeros(rings);
            int next = (currentBucket(ring) + 1) & BUCKET_MASK;
            left = empty(ring << BUCKETS_LOG2 | next, left);
        }
        return left;
    }

    /**
     * The next tick at which {@link #advance} has something to fire, {@code Long.MAX_VALUE} if the wheel is empty.
     *
     * <p>
     * Exact, with one exception: after the earliest timer of a wide bucket was cancelled or moved, it may be too early,
     * never too late. Whoever sleeps until then, advances and asks again is never late and wakes in vain at most once
     * per ring.
     */
    public long nextDueTick() {
        if (!isEmpty(DUE)) {
            return tick;
        }
        long next = Long.MAX_VALUE;
        for (int rings = occupiedRings; rings != 0; rings &= rings - 1) {
            next = Math.min(next, earliest[firstBucket(Integer.numberOfTrailingZeros(rings))]);
        }
        return next;
    }

    /** The tick reached: everything due before it has fired. */
    public long tick() {
        return tick;
    }

    /** Timers pending. */
    public int size() {
        return size;
    }

    /** Cancels all timers and keeps the memory. The tick stays. */
    public void clear() {
        for (int slot = 0, end = slots.used(); slot < end && size > 0; slot++) {
            if (slots.isPending(slot)) {
                remove(slot);
            }
        }
    }

    /**
     * Visits every pending timer, in the order of their slots: the same in every run with the same calls, but neither
     * by time nor the same in a wheel that was rebuilt from what was visited.
     */
    public void forEach(Visitor visitor) {
        for (int slot = 0, end = slots.used(); slot < end; slot++) {
            if (slots.isPending(slot)) {
                visitor.timer(slots.handle(slot), slots.due(slot, tick), slots.id(slot), slots.payload(slot));
            }
        }
    }

    /** Heap bytes held: pages, rings and this object. */
    public long memoryBytes() {
        return slots.memoryBytes() + 8L * (DUE + 1) + 8L * occupied.length + 8L * earliest.length + 4 * 16 + 96;
    }

    /**
     * Visits the pending timers of a range of slots, so that a large wheel can be walked in slices while it works on. A
     * timer that is pending from the start of such a walk to its end is visited exactly once.
     *
     * @param fromSlot
     *            0 at first, then what the last call returned
     * @param slotCount
     *            how many slots to look at, at least 1
     * @return where to go on, or -1 at the end
     */
    public int scan(int fromSlot, int slotCount, Visitor visitor) {
        int end = (int) Math.min(slots.used(), (long) fromSlot + slotCount);
        for (int slot = fromSlot; slot < end; slot++) {
            if (slots.isPending(slot)) {
                visitor.timer(slots.handle(slot), slots.due(slot, tick), slots.id(slot), slots.payload(slot));
            }
        }
        return end < slots.used() ? end : -1;
    }

    private void remove(int slot) {
        unlink(slot);
        slots.free(slot);
        size--;
    }

    /** Puts an unlinked slot into the lowest ring that reaches its due tick. */
    private void place(int slot, long due) {
        int ring = 0;
        long number = due;
        long current = tick;
        while (number - current > BUCKET_MASK) {
            ring++;
            number >>= RING_SHIFT;
            current >>= RING_SHIFT;
        }
        int bucket = ring << BUCKETS_LOG2 | ((int) number & BUCKET_MASK);
        int anchor = TimerSlots.anchor(bucket);
        int tail = tails[bucket];
        tails[bucket] = slot;
        slots.links(slot, tail, anchor);
        if (tail == anchor) {
            heads[bucket] = slot;
            occupied[bucket >>> 6] |= 1L << bucket;
            occupiedRings |= 1 << ring;
            earliest[bucket] = due;
        } else {
            slots.next(tail, slot);
            if (due < earliest[bucket]) {
                earliest[bucket] = due;
            }
        }
    }

    private void unlink(int slot) {
        int next = slots.next(slot);
        int previous = slots.previous(slot);
        if (TimerSlots.isAnchor(next)) {
            tails[TimerSlots.listOf(next)] = previous;
            if (next == previous) {
                vacate(TimerSlots.listOf(next));
            }
        } else {
            slots.previous(next, previous);
        }
        if (TimerSlots.isAnchor(previous)) {
            heads[TimerSlots.listOf(previous)] = next;
        } else {
            slots.next(previous, next);
        }
    }

    private void vacate(int list) {
        if (list == DUE) {
            return;
        }
        occupied[list >>> 6] &= ~(1L << list);
        int word = list >>> BUCKETS_LOG2 << RING_WORDS_LOG2;
        if ((occupied[word] | occupied[word + 1] | occupied[word + 2] | occupied[word + 3]) == 0) {
            occupiedRings &= ~(1 << (list >>> BUCKETS_LOG2));
        }
    }

    /** Makes the whole list of a bucket of ring 0 the due list, which is empty. */
    private void makeDue(int bucket) {
        int anchor = TimerSlots.anchor(bucket);
        int due = TimerSlots.anchor(DUE);
        slots.previous(heads[bucket], due);
        slots.next(tails[bucket], due);
        heads[DUE] = heads[bucket];
        tails[DUE] = tails[bucket];
        heads[bucket] = anchor;
        tails[bucket] = anchor;
        vacate(bucket);
    }

    private boolean isEmpty(int list) {
        return TimerSlots.isAnchor(heads[list]);
    }

    /** The occupied bucket whose first tick comes first, of equal ones that of the highest ring; -1 if none. */
    private int nextBucket() {
        int best = -1;
        long bestTick = Long.MAX_VALUE;
        for (int rings = occupiedRings; rings != 0; rings &= rings - 1) {
            int bucket = firstBucket(Integer.numberOfTrailingZeros(rings));
            long first = firstTick(bucket);
            if (first <= bestTick) {
                best = bucket;
                bestTick = first;
            }
        }
        return best;
    }

    /** The first occupied bucket of a ring that holds something, counted from the current one. */
    private int firstBucket(int ring) {
        int from = (currentBucket(ring) + 1) & BUCKET_MASK;
        int base = ring << RING_WORDS_LOG2;
        int index = from >>> 6;
        long word = occupied[base + index] & -1L << from;
        while (word == 0) {
            index = index + 1 & (1 << RING_WORDS_LOG2) - 1;
            word = occupied[base + index];
        }
        return ring << BUCKETS_LOG2 | index << 6 | Long.numberOfTrailingZeros(word);
    }

    /** The bucket of a ring that holds the wheel's tick. */
    private int currentBucket(int ring) {
        return (int) (tick >> (ring * RING_SHIFT)) & BUCKET_MASK;
    }

    /** The first tick of an occupied bucket. */
    private long firstTick(int bucket) {
        int shift = (bucket >>> BUCKETS_LOG2) * RING_SHIFT;
        long current = tick >> shift;
        return (current + ((bucket - current) & BUCKET_MASK)) << shift;
    }

    /** Checks the invariants of the class comment; for tests, takes time in proportion to the timers. */
    void verify() {
        int found = 0;
        for (int list = 0; list <= DUE; list++) {
            int anchor = TimerSlots.anchor(list);
            int previous = anchor;
            int slot = heads[list];
            for (; slot != anchor; previous = slot, slot = slots.next(slot)) {
                verifySlot(list, previous, slot);
                found++;
            }
            check(tails[list] == previous, "tail of list", list);
            check(list == DUE || (occupied[list >>> 6] >>> list & 1) == (heads[list] == anchor ? 0 : 1), "bit", list);
        }
        check(found == size, "size", found);
        for (int ring = 0; ring < RINGS; ring++) {
            boolean any = Arrays.stream(occupied, ring << RING_WORDS_LOG2, (ring + 1) << RING_WORDS_LOG2)
                    .anyMatch(word -> word != 0);
            check(any == ((occupiedRings >>> ring & 1) == 1), "ring", ring);
        }
    }

    private void verifySlot(int list, int previous, int slot) {
        check(slots.previous(slot) == previous, "previous of slot", slot);
        long due = slots.due(slot, tick);
        if (list == DUE) {
            check(due == tick, "due tick in due list of slot", slot);
            return;
        }
        int shift = (list >>> BUCKETS_LOG2) * RING_SHIFT;
        long distance = (due >> shift) - (tick >> shift);
        check((due >> shift & BUCKET_MASK) == (list & BUCKET_MASK), "bucket of slot", slot);
        check(distance >= 1 && distance <= BUCKET_MASK, "distance of slot", slot);
        check(earliest[list] <= due, "earliest of list", list);
    }

    private void check(boolean holds, String what, int where) {
        if (!holds) {
            throw new IllegalStateException("Wheel at tick " + tick + ": wrong " + what + " " + where);
        }
    }
}
