package dev.millrace.core.machine;

import dev.millrace.structures.Expiry;
import dev.millrace.structures.HierarchicalTimeWheel;
import java.util.ArrayList;

/**
 * Entries that are due at an instant of the wall clock, which may jump.
 *
 * <p>
 * An entry leaves at the first {@link #advance} whose clock shows its instant, or has shown it since the entry came: a
 * clock that is set forward makes it due at once, one that is set back afterwards does not take it back.
 *
 * <h2>How it works</h2> A wheel does not turn back. What comes for an instant that the wheel has passed, while the clock
 * shows less because it was set back, goes into another wheel that starts at what the clock shows; an entry stays where
 * it is. That wheel is gone once it is empty. So there is one wheel, and one more for each step back of the clock that
 * such entries have not outlived. At the {@link #MAX_WHEELS}th such step at once an entry waits for the next millisecond
 * that the last wheel has not passed: late, but not early.
 *
 * <p>
 * Example: at 9:00 the clock is set to 10:00, all that was due by then leaves, and it is set back to 9:01. What comes for
 * 9:30 goes into a second wheel from 9:01 on; what waits for 11:00 stays in the first.
 *
 * <p>
 * Thread safety: none.
 */
final class WallWheel {
    private static final int MAX_WHEELS = 64;

    /** The first takes all that it can; each that follows has not come as far, and has a higher number. */
    private final ArrayList<Turn> turns = new ArrayList<>();
    private int lastNumber;
    private long nowMillis;
    private boolean caughtUp = true;

    /** A wheel, and a number that no other of this object has. */
    private record Turn(int number, HierarchicalTimeWheel wheel) {}

    /** What is due by {@code nowMillis} leaves with the first {@link #advance}. */
    WallWheel(long nowMillis) {
        this.nowMillis = nowMillis;
        begin(nowMillis - 1);
    }

    private void begin(long tick) {
        turns.add(new Turn(++lastNumber, new HierarchicalTimeWheel(Math.max(0, tick))));
    }

    private HierarchicalTimeWheel lowest() {
        return turns.getLast().wheel;
    }

    void add(long dueMillis, long id, long payload) {
        for (Turn turn : turns) {
            if (turn.wheel.tick() < dueMillis) {
                turn.wheel.add(dueMillis, id, payload);
                return;
            }
        }
        if (lowest().tick() > nowMillis) {
            if (lowest().size() == 0) {
                turns.removeLast();
            }
            if (turns.size() < MAX_WHEELS) {
                begin(Math.min(nowMillis, dueMillis) - 1);
            }
        }
        lowest().add(dueMillis, id, payload);
    }

    /**
     * As {@link HierarchicalTimeWheel#advance}, by the wall clock.
     *
     * @param wallMillis
     *            what the clock shows, which may be less than before
     */
    void advance(long wallMillis, int limit, Expiry sink) {
        nowMillis = wallMillis;
        int left = limit;
        caughtUp = true;
        for (int at = turns.size() - 1; at >= 0; at--) {
            HierarchicalTimeWheel wheel = turns.get(at).wheel;
            if (left > 0) {
                left -= wheel.advance(wallMillis, left, sink);
                caughtUp &= wheel.caughtUp();
            } else {
                // What one that has come further has not let go yet is due at its tick.
                caughtUp &= wheel.nextDueTick() > Math.max(wallMillis, wheel.tick());
            }
        }
        for (int at = turns.size() - 1; at > 0; at--) {
            if (turns.get(at).wheel.size() == 0) {
                turns.remove(at);
            }
        }
    }

    /** What the clock shows before the next {@link #advance}; entries that come until then count on it. */
    void clock(long wallMillis) {
        nowMillis = wallMillis;
    }

    boolean caughtUp() {
        return caughtUp;
    }

    /** The instant of the first entry, Long.MAX_VALUE when there is none. */
    long nextDueMillis() {
        long next = Long.MAX_VALUE;
        for (Turn turn : turns) {
            next = Math.min(next, turn.wheel.nextDueTick());
        }
        return next;
    }

    int size() {
        int size = 0;
        for (Turn turn : turns) {
            size += turn.wheel.size();
        }
        return size;
    }

    void forEach(HierarchicalTimeWheel.Visitor visitor) {
        for (Turn turn : turns) {
            turn.wheel.forEach(visitor);
        }
    }

    /** Takes the entry with this handle and these words out; false when it has left. */
    boolean cancel(long handle, long id, long payload) {
        for (Turn turn : turns) {
            HierarchicalTimeWheel wheel = turn.wheel;
            if (wheel.isPending(handle) && wheel.id(handle) == id && wheel.payload(handle) == payload) {
                return wheel.cancel(handle);
            }
        }
        return false;
    }

    /**
     * As {@link HierarchicalTimeWheel#scan}: every entry that is there from the start of such a walk to its end is visited
     * exactly once.
     *
     * @param from
     *            0 at first, then what the last call returned
     */
    long scan(long from, int slots, HierarchicalTimeWheel.Visitor visitor) {
        int number = (int) (from >>> Integer.SIZE);
        for (Turn turn : turns) {
            if (turn.number >= number) {
                int slot = turn.wheel.scan(turn.number == number ? (int) from : 0, slots, visitor);
                return slot >= 0 ? (long) turn.number << Integer.SIZE | slot : (long) (turn.number + 1) << Integer.SIZE;
            }
        }
        return -1;
    }
}
