package dev.millrace.structures;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The memory of a {@link TimerRings}: numbered slots of 24 bytes in pages of 48 KiB, so that growing never copies a
 * timer.
 *
 * <p>
 * One slot is three words:
 *
 * <pre>
 * word 0  id
 * word 1  payload
 * word 2  generation (5 bits) | far (1 bit) | due tick modulo 2^22 (22 bits) | previous (18 bits) | next (18 bits)
 * </pre>
 *
 * The due tick is kept modulo 2^22 (70 minutes in milliseconds) because a pending timer is never due before the wheel's
 * own tick, so that tick supplies the missing bits. The first timer of a page that is due later than that adds a fourth
 * word to all slots of the page, which is the whole due tick of those marked far.
 *
 * <p>
 * <b>Links.</b> Slots form doubly linked lists. A link is a slot number, or at the ends of a list the <i>anchor</i> of
 * the list it belongs to, so that a slot can be unlinked without knowing where it is. {@link #FREE} in the place of
 * {@code previous} marks a slot that is in no list.
 *
 * <p>
 * <b>Tickets.</b> What a handle says beside the slot: its generation, to which freeing a slot adds one, and 30 bits that
 * are a hash of the timer's two words. An old handle is mistaken for a new one only if the slot was reused a multiple of
 * 32 times in between and its timer has the same two words or, once in 2^30, others with the same hash.
 *
 * <p>
 * Thread safety: none; owned by one wheel.
 */
final class TimerSlots {
    private static final int LINK_BITS = 18;
    /** Most slots there can be; the numbers above are anchors and marks. */
    static final int MAX_SLOTS = (1 << LINK_BITS) - (1 << 12);
    private static final int DUE_BITS = 22;
    /** Ticks a due tick may lie ahead and still fit its slot. */
    static final long NEAR_TICKS = 1L << DUE_BITS;

    private static final int NONE = (1 << LINK_BITS) - 1;
    private static final int FREE = NONE;

    private static final int WORDS = 3;
    private static final int PAGE_SLOTS_LOG2 = 11;
    private static final int PAGE_SLOTS = 1 << PAGE_SLOTS_LOG2;
    private static final int PAGE_MASK = PAGE_SLOTS - 1;
    private static final long LINK_MASK = (1L << LINK_BITS) - 1;
    private static final long PREVIOUS_MASK = LINK_MASK << LINK_BITS;
    private static final int DUE_SHIFT = 2 * LINK_BITS;
    private static final long DUE_MASK = (1L << DUE_BITS) - 1;
    private static final long FAR = 1L << (DUE_SHIFT + DUE_BITS);
    private static final int GENERATION_SHIFT = DUE_SHIFT + DUE_BITS + 1;
    private static final int GENERATION_BITS = Long.SIZE - GENERATION_SHIFT;
    private static final int HASH_BITS = 30;
    /** Bits of a ticket. */
    static final int TICKET_BITS = GENERATION_BITS + HASH_BITS;

    private long[][] pages = new long[1][];
    /** The whole due ticks of a page's far timers. */
    private long[] @Nullable [] farPages = new long[1][];
    private int pageCount;
    private int farPageCount;
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
        return (slot & PAGE_MASK) * WORDS;
    }

    boolean isFull() {
        return freeHead == NONE && used == MAX_SLOTS;
    }

    /** Takes a slot of those that are left and fills it but for the due tick and the links. */
    int allocate(long id, long payload) {
        int slot = freeHead;
        if (slot == NONE) {
            slot = extend();
        } else {
            freeHead = next(slot);
        }
        long[] page = page(slot);
        int at = at(slot);
        page[at] = id;
        page[at + 1] = payload;
        return slot;
    }

    private int extend() {
        if (used == pageCount << PAGE_SLOTS_LOG2) {
            if (pageCount == pages.length) {
                pages = Arrays.copyOf(pages, pageCount * 2);
                farPages = Arrays.copyOf(farPages, pageCount * 2);
            }
            pages[pageCount++] = new long[PAGE_SLOTS * WORDS];
        }
        return used++;
    }

    /** Gives a slot back; handles to it stop being valid. */
    void free(int slot) {
        long[] page = page(slot);
        int at = at(slot) + 2;
        page[at] = ((page[at] >>> GENERATION_SHIFT) + 1) << GENERATION_SHIFT | (long) FREE << LINK_BITS | freeHead;
        freeHead = slot;
    }

    /** Sets the due tick, which is after {@code tick}, and the links. */
    void enter(int slot, long tick, long dueTick, int previous, int next) {
        long due;
        if (dueTick - tick < NEAR_TICKS) {
            due = (dueTick & DUE_MASK) << DUE_SHIFT;
        } else {
            due = FAR;
            farPage(slot)[slot & PAGE_MASK] = dueTick;
        }
        long[] page = page(slot);
        int at = at(slot) + 2;
        page[at] = page[at] >>> GENERATION_SHIFT << GENERATION_SHIFT | due | (long) previous << LINK_BITS | next;
    }

    private long[] farPage(int slot) {
        int number = slot >>> PAGE_SLOTS_LOG2;
        long[] page = farPages[number];
        if (page == null) {
            page = new long[PAGE_SLOTS];
            farPages[number] = page;
            farPageCount++;
        }
        return page;
    }

    /** The due tick of a pending slot, at least {@code tick}, the wheel's own. */
    long due(int slot, long tick) {
        long word = page(slot)[at(slot) + 2];
        if ((word & FAR) != 0) {
            return farPage(slot)[slot & PAGE_MASK];
        }
        return tick + (((word >>> DUE_SHIFT) - tick) & DUE_MASK);
    }

    long id(int slot) {
        return page(slot)[at(slot)];
    }

    long payload(int slot) {
        return page(slot)[at(slot) + 1];
    }

    /** Both links of a slot, read at once. */
    long links(int slot) {
        return page(slot)[at(slot) + 2];
    }

    static int nextOf(long links) {
        return (int) (links & LINK_MASK);
    }

    static int previousOf(long links) {
        return (int) (links >>> LINK_BITS & LINK_MASK);
    }

    int next(int slot) {
        return nextOf(links(slot));
    }

    int previous(int slot) {
        return previousOf(links(slot));
    }

    void next(int slot, int link) {
        long[] page = page(slot);
        int at = at(slot) + 2;
        page[at] = (page[at] & ~LINK_MASK) | link;
    }

    void previous(int slot, int link) {
        long[] page = page(slot);
        int at = at(slot) + 2;
        page[at] = (page[at] & ~PREVIOUS_MASK) | ((long) link << LINK_BITS);
    }

    /** What the handle of a pending slot says beside the slot. */
    long ticket(int slot) {
        long[] page = page(slot);
        int at = at(slot);
        long hash = page[at] * 0x9E3779B97F4A7C15L + page[at + 1] * 0xD6E8FEB86659FD93L;
        return hash >>> (Long.SIZE - HASH_BITS) << GENERATION_BITS | page[at + 2] >>> GENERATION_SHIFT;
    }

    /** Whether a slot is pending and its handle says this. */
    boolean isPending(int slot, long ticket) {
        return slot < used && isPending(slot) && ticket(slot) == ticket;
    }

    boolean isPending(int slot) {
        return previous(slot) != FREE;
    }

    /** Slots ever taken: every pending one is below this number. */
    int used() {
        return used;
    }

    long memoryBytes() {
        return pageCount * (16L + PAGE_SLOTS * WORDS * 8L) + farPageCount * (16L + PAGE_SLOTS * 8L) + 32L
                + 8L * pages.length;
    }
}
