package dev.millrace.structures;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A {@link HierarchicalTimeWheel} whose timers carry an object instead of two words: 4 bytes more per timer (8 with a
 * heap over 32 GiB), and again no allocation per timer once warm.
 *
 * <p>
 * Thread safety: none; one owner at a time.
 */
public final class TimeWheel<T> {
    private static final int PAGE_LOG2 = 11;
    private static final int PAGE_MASK = (1 << PAGE_LOG2) - 1;

    /** Receives the timers that {@link #advance} finds due, under the rules of {@link Expiry}. */
    @FunctionalInterface
    public interface Sink<T> {
        /** Called once per fired timer. */
        void expired(long handle, long dueTick, T value);
    }

    private final HierarchicalTimeWheel wheel;
    /** By the slot in the timer's handle. */
    private @Nullable Object[] @Nullable [] pages = new Object[4][];

    /** The id of the next timer: no two have the same words, so no stale handle is taken for another's. */
    private long nextId;

    /** See {@link HierarchicalTimeWheel#HierarchicalTimeWheel}. */
    public TimeWheel(long startTick) {
        wheel = new HierarchicalTimeWheel(startTick);
    }

    /** Adds a timer; see {@link HierarchicalTimeWheel#add}. */
    public long add(long dueTick, T value) {
        long handle = wheel.add(dueTick, nextId++, 0);
        int slot = HierarchicalTimeWheel.slotOf(handle);
        int page = slot >>> PAGE_LOG2;
        if (page >= pages.length) {
            pages = Arrays.copyOf(pages, Math.max(page + 1, pages.length * 2));
        }
        @Nullable Object[] values = pages[page];
        if (values == null) {
            values = new Object[PAGE_MASK + 1];
            pages[page] = values;
        }
        values[slot & PAGE_MASK] = value;
        return handle;
    }

    @SuppressWarnings({"unchecked", "NullAway"}) // a pending timer's slot holds the T that add put there
    private T take(long handle, boolean keep) {
        int slot = HierarchicalTimeWheel.slotOf(handle);
        @Nullable Object[] values = requireNonNull(pages[slot >>> PAGE_LOG2]);
        T value = (T) values[slot & PAGE_MASK];
        if (!keep) {
            values[slot & PAGE_MASK] = null;
        }
        return value;
    }

    /** Takes a timer out and returns its value; null if it had already fired or been cancelled. */
    public @Nullable T cancel(long handle) {
        return wheel.cancel(handle) ? take(handle, false) : null;
    }

    /** Moves a pending timer to another tick under the same handle; false if it is no longer pending. */
    public boolean reschedule(long handle, long newDueTick) {
        return wheel.reschedule(handle, newDueTick);
    }

    /** The value of a pending timer; null if it is not pending. */
    public @Nullable T value(long handle) {
        return wheel.isPending(handle) ? take(handle, true) : null;
    }

    /** Fires what is due, with bounded work; see {@link HierarchicalTimeWheel#advance}. */
    public int advance(long nowTick, int limit, Sink<? super T> sink) {
        return wheel.advance(nowTick, limit,
                (handle, dueTick, id, payload) -> sink.expired(handle, dueTick, take(handle, false)));
    }

    /** See {@link HierarchicalTimeWheel#caughtUp}. */
    public boolean caughtUp() {
        return wheel.caughtUp();
    }

    /** See {@link HierarchicalTimeWheel#nextDueTick}. */
    public long nextDueTick() {
        return wheel.nextDueTick();
    }

    /** See {@link HierarchicalTimeWheel#nextUsefulTick}. */
    public long nextUsefulTick() {
        return wheel.nextUsefulTick();
    }

    /** The tick reached. */
    public long tick() {
        return wheel.tick();
    }

    /** Timers pending. */
    public int size() {
        return wheel.size();
    }

    /** Shows every pending timer, in the order of {@link HierarchicalTimeWheel#forEach}. */
    public void forEach(Sink<? super T> visitor) {
        wheel.forEach((handle, dueTick, id, payload) -> visitor.expired(handle, dueTick, take(handle, true)));
    }
}
