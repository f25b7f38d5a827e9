package dev.millrace.structures;

import java.util.Arrays;

/**
 * Timers by the ten million: pairs of words that come back when their tick has come.
 *
 * <p>
 * A tick is whatever the caller says; nothing here reads a clock. A timer is never early, fires in the first
 * {@link #advance} that reaches its tick, and may lie any distance ahead. Adding and cancelling take constant time and,
 * once the pages exist, no memory. A timer costs 24 bytes, or 32 if it or one of the 2047 it shares a page with was due
 * more than 2^22 ticks ahead (70 minutes of milliseconds), and memory once taken is kept for the next ones.
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
 * <h2>Handles</h2> A handle names a slot and has 35 bits to tell the timer in it from those that had the slot before: a
 * count of five bits and a hash of the two words. So a stale handle is refused, unless the slot was reused a multiple of
 * 32 times since and its timer has the same two words (or, once in 2^30, others of the same hash). Whoever keeps handles
 * for that long and does not look at them again gives every timer another id.
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

    private static final int PART_SHIFT = 18;
    private static final int PART_MASK = (1 << PART_SHIFT) - 1;
    private static final int SLOT_BITS = 28;
    private static final int MAX_PARTS = 1 << (SLOT_BITS - PART_SHIFT);
    /** Timers of each part that are fetched from memory, and then fired or moved, at a time. */
    private static final int BATCH = 16;

    private TimerRings[] parts = new TimerRings[1];
    private int partCount;
    /** The numbers of those parts that have something to do; only used inside a call. */
    private int[] busy = new int[1];
    /** Beside them, the slot that {@link #touch} has come to. */
    private int[] cursors = new int[1];
    /** Keeps the reads of {@link #touch} from being left out as useless. */
    @SuppressWarnings("UnusedVariable") // see above
    private long touched;
    /** The first part that may have room. */
    private int open;
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
        addPart();
    }

    private void addPart() {
        if (partCount == MAX_PARTS) {
            throw new IllegalStateException("The wheel holds its limit of " + (long) MAX_PARTS * TimerSlots.MAX_SLOTS
                    + " timers; cancel some or spread them over several wheels");
        }
        if (partCount == parts.length) {
            parts = Arrays.copyOf(parts, partCount * 2);
            busy = Arrays.copyOf(busy, partCount * 2);
            cursors = Arrays.copyOf(cursors, partCount * 2);
        }
        parts[partCount++] = new TimerRings(tick);
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
     *             at about 264 million timers
     */
    public long add(long dueTick, long id, long payload) {
        long due = clamp(dueTick);
        while (parts[open].slots.isFull()) {
            if (open + 1 == partCount) {
                addPart();
            }
            open++;
        }
        int slot = parts[open].add(due, id, payload);
        size++;
        return handle(open, slot);
    }

    private long handle(int part, int slot) {
        return parts[part].slots.ticket(slot) << SLOT_BITS | (long) part << PART_SHIFT | slot;
    }

    /** The slot number in a handle, unique among pending timers. */
    static int slotOf(long handle) {
        return (int) handle & ((1 << SLOT_BITS) - 1);
    }

    private long clamp(long dueTick) {
        if (dueTick > MAX_TICK) {
            throw new IllegalArgumentException("dueTick is " + dueTick + ", but must be at most " + MAX_TICK);
        }
        return Math.max(dueTick, tick + 1);
    }

    private TimerRings part(long handle) {
        return parts[slotOf(handle) >>> PART_SHIFT];
    }

    private static int slotInPart(long handle) {
        return (int) handle & PART_MASK;
    }

    /** Takes a timer out; false if it had already fired or been cancelled. */
    public boolean cancel(long handle) {
        if (!isPending(handle)) {
            return false;
        }
        remove(slotOf(handle) >>> PART_SHIFT, slotInPart(handle));
        return true;
    }

    private void remove(int part, int slot) {
        parts[part].remove(slot);
        open = Math.min(open, part);
        size--;
    }

    /** Moves a pending timer to another tick under the same handle; false if it is no longer pending. */
    public boolean reschedule(long handle, long newDueTick) {
        long due = clamp(newDueTick);
        if (!isPending(handle)) {
            return false;
        }
        part(handle).reschedule(slotInPart(handle), due);
        return true;
    }

    /** Whether the timer has neither fired nor been cancelled. */
    public boolean isPending(long handle) {
        return handle >= 0 && slotOf(handle) >>> PART_SHIFT < partCount
                && part(handle).slots.isPending(slotInPart(handle), handle >>> SLOT_BITS);
    }

    /** The tick a pending timer is due at. */
    public long dueTick(long handle) {
        requirePending(handle);
        return part(handle).due(slotInPart(handle));
    }

    /** The first word of a pending timer. */
    public long id(long handle) {
        requirePending(handle);
        return part(handle).slots.id(slotInPart(handle));
    }

    /** The second word of a pending timer. */
    public long payload(long handle) {
        requirePending(handle);
        return part(handle).slots.payload(slotInPart(handle));
    }

    private void requirePending(long handle) {
        if (!isPending(handle)) {
            throw new IllegalArgumentException(
                    "Timer " + handle + " has fired or was cancelled; ask isPending before reading it");
        }
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
            caughtUp = tick >= nowTick && !hasDue();
            return limit - (caughtUp ? moveAhead(left) : left);
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
        while (true) {
            left = fire(left, sink);
            if (left == 0 || tick >= nowTick) {
                return left;
            }
            long next = Long.MAX_VALUE;
            for (int part = 0; part < partCount; part++) {
                next = Math.min(next, parts[part].nextBucketTick());
            }
            if (next > nowTick) {
                reach(nowTick);
                return left;
            }
            reach(next - 1);
            for (int part = 0; part < partCount; part++) {
                left = parts[part].moveDown(next, left);
            }
            if (left == 0) {
                return 0;
            }
            reach(next);
            for (int part = 0; part < partCount; part++) {
                parts[part].makeDue();
            }
        }
    }

    private void reach(long reached) {
        tick = reached;
        for (int part = 0; part < partCount; part++) {
            parts[part].tick(reached);
        }
    }

    /** Takes timers from all parts with something due in turn. */
    private int fire(int limit, Expiry sink) {
        int count = 0;
        for (int part = 0; part < partCount; part++) {
            if (parts[part].hasDue()) {
                busy[count++] = part;
            }
        }
        int left = limit;
        for (int turn = 0; count > 0 && left > 0; turn++) {
            if (turn % BATCH == 0) {
                for (int at = 0; at < count; at++) {
                    cursors[at] = parts[busy[at]].firstDue();
                }
                touch(count, left);
            }
            int still = 0;
            for (int at = 0; at < count; at++) {
                int part = busy[at];
                if (left > 0 && parts[part].hasDue()) {
                    left--;
                    fireFirst(part, sink);
                    busy[still++] = part;
                }
            }
            count = still;
        }
        return left;
    }

    /**
     * Reads the next timers of some lists, one of each in turn: a list is only as fast as memory answers, one timer after
     * the other, but while one list's timer is awaited, the others' are on their way too.
     */
    private void touch(int count, int limit) {
        long sum = 0;
        for (int step = Math.min(BATCH, limit / count); step > 0; step--) {
            for (int at = 0; at < count; at++) {
                int slot = cursors[at];
                if (!TimerSlots.isAnchor(slot)) {
                    TimerSlots slots = parts[busy[at]].slots;
                    sum += slots.id(slot);
                    cursors[at] = slots.next(slot);
                }
            }
        }
        touched += sum;
    }

    private void fireFirst(int part, Expiry sink) {
        TimerRings rings = parts[part];
        int slot = rings.firstDue();
        long handle = handle(part, slot);
        long id = rings.slots.id(slot);
        long payload = rings.slots.payload(slot);
        remove(part, slot);
        sink.expired(handle, tick, id, payload);
    }

    private int moveAhead(int limit) {
        int left = limit;
        int count = partCount;
        for (int part = 0; part < partCount; part++) {
            busy[part] = part;
        }
        while (count > 0 && left > 0) {
            int still = 0;
            for (int at = 0; at < count; at++) {
                int part = busy[at];
                int first = parts[part].firstAhead();
                if (!TimerSlots.isAnchor(first)) {
                    cursors[still] = first;
                    busy[still++] = part;
                }
            }
            count = still;
            if (count > 0) {
                touch(count, left);
            }
            for (int at = 0; at < count && left > 0; at++) {
                int most = Math.min(left, BATCH);
                left -= most - parts[busy[at]].moveAhead(most);
            }
        }
        return left;
    }

    private boolean hasDue() {
        for (int part = 0; part < partCount; part++) {
            if (parts[part].hasDue()) {
                return true;
            }
        }
        return false;
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
        long next = Long.MAX_VALUE;
        for (int part = 0; part < partCount; part++) {
            next = Math.min(next, parts[part].earliest());
        }
        return next;
    }

    /**
     * The next tick at which {@link #advance} has something to fire or to move ahead, {@code Long.MAX_VALUE} if the wheel
     * is empty. Whoever sleeps until then and not until {@link #nextDueTick} wakes once more per 128 ticks in which
     * something is due, and does not find a bucket to be moved when its first timer is.
     */
    public long nextUsefulTick() {
        long next = Long.MAX_VALUE;
        for (int part = 0; part < partCount; part++) {
            next = Math.min(next, parts[part].nextUsefulTick());
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
        for (int part = 0; part < partCount; part++) {
            TimerSlots slots = parts[part].slots;
            for (int slot = 0, end = slots.used(); slot < end; slot++) {
                if (slots.isPending(slot)) {
                    remove(part, slot);
                }
            }
        }
    }

    /**
     * Visits every pending timer, in the order of their slots: the same in every run with the same calls, but neither
     * by time nor the same in a wheel that was rebuilt from what was visited.
     */
    public void forEach(Visitor visitor) {
        for (int part = 0; part < partCount; part++) {
            visit(part, 0, parts[part].slots.used(), visitor);
        }
    }

    private void visit(int part, int from, int to, Visitor visitor) {
        TimerRings rings = parts[part];
        for (int slot = from; slot < to; slot++) {
            if (rings.slots.isPending(slot)) {
                visitor.timer(handle(part, slot), rings.due(slot), rings.slots.id(slot), rings.slots.payload(slot));
            }
        }
    }

    /** Heap bytes held: pages, rings and this object. */
    public long memoryBytes() {
        long bytes = 64 + 8L * parts.length;
        for (int part = 0; part < partCount; part++) {
            bytes += parts[part].memoryBytes();
        }
        return bytes;
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
        int part = fromSlot >>> PART_SHIFT;
        int from = fromSlot & PART_MASK;
        int left = slotCount;
        for (; part < partCount; part++, from = 0) {
            int used = parts[part].slots.used();
            int to = (int) Math.min(used, (long) from + left);
            visit(part, from, to, visitor);
            left -= Math.max(0, to - from);
            if (to < used) {
                return part << PART_SHIFT | to;
            }
        }
        return -1;
    }

    /** Checks the invariants of the rings; for tests, takes time in proportion to the timers. */
    void verify() {
        int found = 0;
        for (int part = 0; part < partCount; part++) {
            found += parts[part].verify();
        }
        if (found != size) {
            throw new IllegalStateException("Wheel at tick " + tick + ": found " + found + " timers, size is " + size);
        }
    }
}
