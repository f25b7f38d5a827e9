package dev.millrace.structures;

import java.util.Arrays;

/**
 * The memory of a wheel: numbered slots of 32 bytes in pages of 64 KiB, so that growing never copies a timer.
 *
 * <p>
 * One slot is four words:
 *
 * <pre>
 * word 0  id
 * word 1  payload
 * word 2  generation (28 bits) | far (1 bit) | due tick modulo 2^35, or the companion's slot if far (35 bits)
 * word 3  unused (8 bits) | previous (28 bits) | next (28 bits)
 * </pre>
 *
 * The due tick is kept modulo 2^35 (397 days in milliseconds) because a pending timer is never due before the wheel's
 * own tick, so that tick supplies the missing bits. A timer further away than that owns a second slot, its companion,
 * whose word 0 is the whole due tick.
 *
 * <p>
 * <b>Links.</b> Slots form doubly linked lists. A link is a slot number, or at the ends of a list the <i>anchor</i> of
 * the list it belongs to, so that a slot can be unlinked without knowing where it is. Two link values mark a slot that
 * is in no list: {@link #FREE} and {@link #COMPANION}, both in the place of {@code previous}.
 *
 * <p>
 * <b>Handles.</b> A handle is generation and slot. Freeing a slot adds one to its generation, so an old handle is
 * mistaken for a new one only if that very slot was reused a multiple of 2^28 times in between.
 *
 * <p>
 * Thread safety: none; owned by one wheel.
 */
final class TimerSlots {
    /** Most slots there can be; the numbers above are anchors and marks. */
    static final int MAX_SLOTS = (1 << 28) - (1 << 13);
    /** Ticks a due tick may lie ahead and still fit its slot. */
    static final long NEAR_TICKS = 1L << 35;

    private static final int NONE = (1 << 28) - 1;
    private static final int FREE = NONE;
    private static final int COMPANION = NONE - 1;

    private static final int WORDS_LOG2 = 2;
    private static final int PAGE_SLOTS_LOG2 = 11;
    private static final int PAGE_SLOTS = 1 << PAGE_SLOTS_LOG2;
    private static final int PAGE_MASK = PAGE_SLOTS - 1;
    private static final int LINK_BITS = 28;
    private static final long LINK_MASK = (1L << LINK_BITS) - 1;
    private static final long PREVIOUS_MASK = LINK_MASK << LINK_BITS;
    private static final int DUE_BITS = 35;
    private static final long DUE_MASK = (1L << DUE_BITS) - 1;
    private static final long FAR = 1L << DUE_BITS;
    private static final int GENERATION_SHIFT = DUE_BITS + 1;

    private long[][] pages = new long[4][];
    private int pageCount;
    private int used;
    private int freeHead = NONE;

    /** The link value that stands for list {@code list}. */
    static int anchor(int list) {
        return MAX_SLOTS + list;
    }

    static boolean isAnchor(int link) {
        return link >= MAX_SLOTS;
    }

    static int listOf(int anchor) {
        return anchor - MAX_SLOTS;
    }

    private long[] page(int slot) {
        return pages[slot >>> PAGE_SLOTS_LOG2];
    }

    private static int at(int slot) {
        return (slot & PAGE_MASK) << WORDS_LOG2;
    }

    /** Takes a slot and fills it; its links are the caller's next step. */
    int allocate(long tick, long dueTick, long id, long payload) {
        int slot = take();
        long[] page = page(slot);
        int at = at(slot);
        page[at] = id;
        page[at + 1] = payload;
        storeDue(slot, tick, dueTick);
        return slot;
    }

    private int take() {
        int slot = freeHead;
        if (slot != NONE) {
            freeHead = next(slot);
            return slot;
        }
        if (used == MAX_SLOTS) {
            throw new IllegalStateException("The wheel holds its limit of " + MAX_SLOTS
                    + " timers; cancel some or spread them over several wheels");
        }
        if (used == pageCount << PAGE_SLOTS_LOG2) {
            if (pageCount == pages.length) {
                pages = Arrays.copyOf(pages, pageCount * 2);
            }
            pages[pageCount++] = new long[PAGE_SLOTS << WORDS_LOG2];
        }
        return used++;
    }

    /** Gives a slot back, with its companion if it has one; handles to it stop being valid. */
    void free(int slot) {
        long word = page(slot)[at(slot) + 2];
        if ((word & FAR) != 0) {
            release((int) (word & DUE_MASK));
        }
        release(slot);
    }

    private void release(int slot) {
        long[] page = page(slot);
        int at = at(slot);
        page[at + 2] = ((page[at + 2] >>> GENERATION_SHIFT) + 1) << GENERATION_SHIFT;
        page[at + 3] = (long) FREE << LINK_BITS | freeHead;
        freeHead = slot;
    }

    private void storeDue(int slot, long tick, long dueTick) {
        long due;
        if (dueTick - tick < NEAR_TICKS) {
            due = dueTick & DUE_MASK;
        } else {
            int companion = take();
            page(companion)[at(companion)] = dueTick;
            page(companion)[at(companion) + 3] = (long) COMPANION << LINK_BITS;
            due = FAR | companion;
        }
        long[] page = page(slot);
        int at = at(slot) + 2;
        page[at] = page[at] >>> GENERATION_SHIFT << GENERATION_SHIFT | due;
    }

    void changeDue(int slot, long tick, long dueTick) {
        long word = page(slot)[at(slot) + 2];
        if ((word & FAR) != 0) {
            release((int) (word & DUE_MASK));
        }
        storeDue(slot, tick, dueTick);
    }

    /** The due tick of a pending slot, at least {@code tick}, the wheel's own. */
    long due(int slot, long tick) {
        long word = page(slot)[at(slot) + 2];
        if ((word & FAR) != 0) {
            int companion = (int) (word & DUE_MASK);
            return page(companion)[at(companion)];
        }
        return tick + ((word - tick) & DUE_MASK);
    }

    long id(int slot) {
        return page(slot)[at(slot)];
    }

    long payload(int slot) {
        return page(slot)[at(slot) + 1];
    }

    int next(int slot) {
        return (int) (page(slot)[at(slot) + 3] & LINK_MASK);
    }

    int previous(int slot) {
        return (int) (page(slot)[at(slot) + 3] >>> LINK_BITS & LINK_MASK);
    }

    void next(int slot, int link) {
        long[] page = page(slot);
        int at = at(slot) + 3;
        page[at] = (page[at] & ~LINK_MASK) | link;
    }

    void previous(int slot, int link) {
        long[] page = page(slot);
        int at = at(slot) + 3;
        page[at] = (page[at] & ~PREVIOUS_MASK) | ((long) link << LINK_BITS);
    }

    void links(int slot, int previous, int next) {
        page(slot)[at(slot) + 3] = (long) previous << LINK_BITS | next;
    }

    /** The handle of a pending slot; never negative. */
    long handle(int slot) {
        return page(slot)[at(slot) + 2] >>> GENERATION_SHIFT << LINK_BITS | slot;
    }

    static int slotOf(long handle) {
        return (int) (handle & LINK_MASK);
    }

    /** The pending slot a handle names, or -1. */
    int resolve(long handle) {
        int slot = slotOf(handle);
        if (slot >= used || handle < 0) {
            return -1;
        }
        return page(slot)[at(slot) + 2] >>> GENERATION_SHIFT == handle >>> LINK_BITS && isPending(slot) ? slot : -1;
    }

    boolean isPending(int slot) {
        return previous(slot) < COMPANION;
    }

    /** Slots ever taken: every pending one is below this number. */
    int used() {
        return used;
    }

    long memoryBytes() {
        return pageCount * (16L + (PAGE_SLOTS << (WORDS_LOG2 + 3))) + 16L + 8L * pages.length;
    }
}
