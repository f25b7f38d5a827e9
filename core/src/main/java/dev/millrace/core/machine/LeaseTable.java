package dev.millrace.core.machine;

import java.util.Arrays;

/**
 * Live leases: which message of which group is with which consumer, until when.
 *
 * <p>
 * A slot is six longs. Slots are reused, last freed first, so the table after a sequence of records is the same whenever
 * and wherever they are applied; records name slots. The generation of a slot rises each time it is freed: a token is
 * (generation, slot), so that a token of an ended lease never fits again (it would need 2^31 reuses of one slot).
 *
 * <pre>
 *   0  seq (48) | attempts (16)                     free: next free slot + 1
 *   1  group (24) | timer queue (8) | chunk ordinal (32)     free: -1; the queue is derived
 *   2  consumer (32) | generation (32)
 *   3  next + 1 (32) | previous + 1 (32)             leases of the same consumer
 *   4  group generation (16) | deadline, elapsed ms (48)
 *   5  next + 1 (32) | previous + 1 (32) of the timer queue, or a handle of the wheel (queue 0); derived
 * </pre>
 *
 * <p>
 * Thread safety: none; see {@link PagedLongs}.
 */
final class LeaseTable {
    static final int WORDS = 6;
    /** The consumer under which leases stand that belong to nobody: only their token or time ends them. */
    static final int NOBODY = 0;
    private static final long FREE = -1L;
    private static final long QUEUE = 0xFFL << 32;
    private static final int DEADLINE_BITS = 48;
    private static final long DEADLINE = (1L << DEADLINE_BITS) - 1;

    private final PagedLongs words = new PagedLongs();
    private int used;
    private int live;
    /** First free slot + 1, 0 when none. */
    private int freeHead;
    /** Per consumer: first lease + 1. */
    private int[] consumerHeads = new int[16];

    /** Whether leases under this number may be taken up again after a restart: the even ones; {@link #NOBODY} as well. */
    static boolean outlivesRestart(int consumer) {
        return (consumer & 1) == 0;
    }

    /** Takes a slot for a delivery. */
    int allocate(long seqAndAttempts, long place, int groupGeneration, int consumer, long deadline) {
        int slot;
        long generation = 0;
        if (freeHead == 0) {
            slot = used++;
        } else {
            slot = freeHead - 1;
            freeHead = (int) words.get((long) slot * WORDS);
            generation = words.get((long) slot * WORDS + 2) & 0xFFFF_FFFFL;
        }
        long at = (long) slot * WORDS;
        words.set(at, seqAndAttempts);
        words.set(at + 1, place);
        words.set(at + 2, (long) consumer << 32 | generation);
        words.set(at + 4, (long) groupGeneration << DEADLINE_BITS | (deadline & DEADLINE));
        words.set(at + 5, -1L);
        link(slot, consumer);
        live++;
        return slot;
    }

    void free(int slot) {
        unlink(slot);
        long at = (long) slot * WORDS;
        long word = words.get(at + 2);
        words.set(at, freeHead);
        words.set(at + 1, FREE);
        words.set(at + 2, (word + 1) & 0x7FFF_FFFFL);
        words.set(at + 3, 0);
        words.set(at + 4, 0);
        freeHead = slot + 1;
        live--;
    }

    int live() {
        return live;
    }

    /** Slots ever used. */
    int used() {
        return used;
    }

    boolean isLive(int slot) {
        return slot >= 0 && slot < used && words.get((long) slot * WORDS + 1) != FREE;
    }

    /** The slot of a live lease, or -1 for a stale token. */
    int resolve(long token) {
        int slot = (int) token;
        if (!isLive(slot)) {
            return -1;
        }
        return (int) words.get((long) slot * WORDS + 2) == (int) (token >>> 32) ? slot : -1;
    }

    long token(int slot) {
        return words.get((long) slot * WORDS + 2) << 32 | slot;
    }

    long seqAndAttempts(int slot) {
        return words.get((long) slot * WORDS);
    }

    long seq(int slot) {
        return words.get((long) slot * WORDS) >>> 16;
    }

    int attempts(int slot) {
        return (int) words.get((long) slot * WORDS) & 0xFFFF;
    }

    /** Group and chunk, as {@link #place} packed them. */
    long place(int slot) {
        return words.get((long) slot * WORDS + 1) & ~QUEUE;
    }

    /** Queue of {@link LeaseTimers} in which it stands. */
    int queue(int slot) {
        return (int) (words.get((long) slot * WORDS + 1) >>> 32) & 0xFF;
    }

    void queue(int slot, int queue) {
        long at = (long) slot * WORDS + 1;
        words.set(at, (words.get(at) & ~QUEUE) | (long) queue << 32);
    }

    void nextTimer(int slot, int next) {
        long at = (long) slot * WORDS + 5;
        words.set(at, (words.get(at) & 0xFFFF_FFFFL) | (long) next << 32);
    }

    void previousTimer(int slot, int previous) {
        long at = (long) slot * WORDS + 5;
        words.set(at, (words.get(at) & 0xFFFF_FFFF_0000_0000L) | previous);
    }

    int consumer(int slot) {
        return (int) (words.get((long) slot * WORDS + 2) >>> 32);
    }

    long deadline(int slot) {
        return words.get((long) slot * WORDS + 4) & DEADLINE;
    }

    void deadline(int slot, long elapsedMillis) {
        long at = (long) slot * WORDS + 4;
        words.set(at, (words.get(at) & ~DEADLINE) | (elapsedMillis & DEADLINE));
    }

    long timer(int slot) {
        return words.get((long) slot * WORDS + 5);
    }

    void timer(int slot, long handle) {
        words.set((long) slot * WORDS + 5, handle);
    }

    /** Whether the delivery was made in this generation of its group; there are 65,536 before one comes again. */
    boolean isOf(int slot, int groupGeneration) {
        return (int) (words.get((long) slot * WORDS + 4) >>> DEADLINE_BITS) == (groupGeneration & 0xFFFF);
    }

    static long place(int group, int ordinal) {
        return (long) group << 40 | ordinal;
    }

    static int groupOf(long place) {
        return (int) (place >>> 40);
    }

    static int ordinalOf(long place) {
        return (int) place;
    }

    /** First lease of a consumer, or -1. */
    int firstOf(int consumer) {
        return consumer < consumerHeads.length ? consumerHeads[consumer] - 1 : -1;
    }

    /** Next lease of the same consumer, or -1. */
    int nextOf(int slot) {
        return (int) (words.get((long) slot * WORDS + 3) >>> 32) - 1;
    }

    /** Highest consumer number that may have leases, + 1. */
    int consumers() {
        return consumerHeads.length;
    }

    private void link(int slot, int consumer) {
        if (consumer >= consumerHeads.length) {
            consumerHeads = Arrays.copyOf(consumerHeads, Math.max(consumer + 1, consumerHeads.length * 2));
        }
        int head = consumerHeads[consumer];
        words.set((long) slot * WORDS + 3, (long) head << 32);
        if (head != 0) {
            long at = (long) (head - 1) * WORDS + 3;
            words.set(at, (words.get(at) & 0xFFFF_FFFF_0000_0000L) | (slot + 1));
        }
        consumerHeads[consumer] = slot + 1;
    }

    private void unlink(int slot) {
        long links = words.get((long) slot * WORDS + 3);
        int next = (int) (links >>> 32);
        int previous = (int) links;
        if (previous == 0) {
            consumerHeads[consumer(slot)] = next;
        } else {
            long at = (long) (previous - 1) * WORDS + 3;
            words.set(at, (words.get(at) & 0xFFFF_FFFFL) | ((long) next << 32));
        }
        if (next != 0) {
            long at = (long) (next - 1) * WORDS + 3;
            words.set(at, (words.get(at) & 0xFFFF_FFFF_0000_0000L) | previous);
        }
    }

    /** Loads one slot as it was saved; slots come in order. The timer is not saved. */
    void restore(int slot, long[] saved) {
        long at = (long) slot * WORDS;
        for (int word = 0; word < WORDS - 1; word++) {
            words.set(at + word, saved[word]);
        }
        words.set(at + 5, -1L);
        used = slot + 1;
        if (saved[1] != FREE) {
            live++;
            if ((int) saved[3] == 0) {
                int consumer = (int) (saved[2] >>> 32);
                if (consumer >= consumerHeads.length) {
                    consumerHeads = Arrays.copyOf(consumerHeads, Math.max(consumer + 1, consumerHeads.length * 2));
                }
                consumerHeads[consumer] = slot + 1;
            }
        }
    }

    void restoreFreeHead(int head) {
        freeHead = head;
    }

    Frozen freeze() {
        return new Frozen(words.freeze(), used, freeHead);
    }

    /** The table as it was at one moment. */
    record Frozen(PagedLongs.Frozen words, int used, int freeHead) {
        long word(int slot, int word) {
            long value = words.get((long) slot * WORDS + word);
            return word == 1 && value != FREE ? value & ~QUEUE : value;
        }
    }
}
