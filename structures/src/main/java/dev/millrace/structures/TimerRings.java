package dev.millrace.structures;

import java.util.Arrays;

/**
 * A part of a {@link HierarchicalTimeWheel}: the rings and lists of up to {@link TimerSlots#MAX_SLOTS} timers. Parts keep
 * the links between timers short, and with them the timers; all parts of a wheel have the same tick.
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
 * Thread safety: none; owned by one wheel.
 */
final class TimerRings {
    private static final int RINGS = 9;
    private static final int RING_SHIFT = 7;
    private static final int BUCKETS_LOG2 = 8;
    private static final int BUCKET_MASK = (1 << BUCKETS_LOG2) - 1;
    private static final int RING_WORDS_LOG2 = BUCKETS_LOG2 - 6;
    /** The list of what is due now, after those of the buckets. */
    private static final int DUE = RINGS << BUCKETS_LOG2;

    final TimerSlots slots = new TimerSlots();
    private final int[] heads = new int[DUE + 1];
    private final int[] tails = new int[DUE + 1];
    private final long[] occupied = new long[RINGS << RING_WORDS_LOG2];
    /** Lower bound of the due ticks in a bucket; exact until its earliest timer is cancelled or moved. */
    private final long[] earliest = new long[DUE];
    /** Bit r is set when ring r holds anything. */
    private int occupiedRings;
    private long tick;

    TimerRings(long tick) {
        this.tick = tick;
        for (int list = 0; list <= DUE; list++) {
            heads[list] = TimerSlots.anchor(list);
            tails[list] = TimerSlots.anchor(list);
        }
    }

    int add(long due, long id, long payload) {
        int slot = slots.allocate(id, payload);
        place(slot, due);
        return slot;
    }

    void remove(int slot) {
        unlink(slot);
        slots.free(slot);
    }

    void reschedule(int slot, long due) {
        unlink(slot);
        place(slot, due);
    }

    long due(int slot) {
        return slots.due(slot, tick);
    }

    /** Moves on to a tick before which nothing is due and nothing has to be moved. */
    void tick(long reached) {
        tick = reached;
    }

    /** Makes what is due at the tick just reached the due list, which must be empty. */
    void makeDue() {
        int bucket = (int) tick & BUCKET_MASK;
        if (isEmpty(bucket)) {
            return;
        }
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

    boolean hasDue() {
        return !isEmpty(DUE);
    }

    int firstDue() {
        return heads[DUE];
    }

    /** The first tick of the occupied bucket that begins first; {@code Long.MAX_VALUE} if there is none. */
    long nextBucketTick() {
        long best = Long.MAX_VALUE;
        for (int rings = occupiedRings; rings != 0; rings &= rings - 1) {
            best = Math.min(best, firstTick(firstBucket(Integer.numberOfTrailingZeros(rings))));
        }
        return best;
    }

    /** A lower bound of the earliest due tick; {@code Long.MAX_VALUE} if there is no timer. */
    long earliest() {
        long next = hasDue() ? tick : Long.MAX_VALUE;
        for (int rings = occupiedRings; rings != 0; rings &= rings - 1) {
            next = Math.min(next, earliest[firstBucket(Integer.numberOfTrailingZeros(rings))]);
        }
        return next;
    }

    /** The next tick at which there is something to fire or to move ahead; {@code Long.MAX_VALUE} if there is no timer. */
    long nextUsefulTick() {
        long next = hasDue() ? tick : Long.MAX_VALUE;
        for (int rings = occupiedRings; rings != 0; rings &= rings - 1) {
            int ring = Integer.numberOfTrailingZeros(rings);
            long first = firstTick(firstBucket(ring));
            next = Math.min(next, ring == 0 ? first : Math.max(tick, first - (1L << (ring * RING_SHIFT))));
        }
        return next;
    }

    /**
     * Moves timers of the buckets above ring 0 that begin at a tick to lower rings, at most {@code limit} of them, the
     * highest ring first; returns what is left of the limit.
     */
    int moveDown(long first, int limit) {
        int left = limit;
        for (int ring = RINGS - 1; ring > 0 && left > 0; ring--) {
            if ((occupiedRings >>> ring & 1) != 0) {
                int bucket = firstBucket(ring);
                if (firstTick(bucket) == first) {
                    left = empty(bucket, left);
                }
            }
        }
        return left;
    }

    /** The first timer that {@link #moveAhead} would move, or an anchor. */
    int firstAhead() {
        for (int rings = occupiedRings & -2; rings != 0; rings &= rings - 1) {
            int ring = Integer.numberOfTrailingZeros(rings);
            int next = (currentBucket(ring) + 1) & BUCKET_MASK;
            int first = heads[ring << BUCKETS_LOG2 | next];
            if (!TimerSlots.isAnchor(first)) {
                return first;
            }
        }
        return TimerSlots.anchor(DUE);
    }

    /** Moves timers of the buckets that come next in their rings, at most {@code limit}; returns what is left of it. */
    int moveAhead(int limit) {
        int left = limit;
        for (int rings = occupiedRings & -2; rings != 0 && left > 0; rings &= rings - 1) {
            int ring = Integer.numberOfTrailingZeros(rings);
            int next = (currentBucket(ring) + 1) & BUCKET_MASK;
            left = empty(ring << BUCKETS_LOG2 | next, left);
        }
        return left;
    }

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
        slots.enter(slot, tick, due, tail, anchor);
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
        long links = slots.links(slot);
        int next = TimerSlots.nextOf(links);
        int previous = TimerSlots.previousOf(links);
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

    private boolean isEmpty(int list) {
        return TimerSlots.isAnchor(heads[list]);
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

    long memoryBytes() {
        return slots.memoryBytes() + 8L * (DUE + 1) + 8L * occupied.length + 8L * earliest.length + 4 * 16 + 48;
    }

    /** Checks the invariants of the class comment and returns how many timers there are. */
    int verify() {
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
        for (int ring = 0; ring < RINGS; ring++) {
            boolean any = Arrays.stream(occupied, ring << RING_WORDS_LOG2, (ring + 1) << RING_WORDS_LOG2)
                    .anyMatch(word -> word != 0);
            check(any == ((occupiedRings >>> ring & 1) == 1), "ring", ring);
        }
        return found;
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
