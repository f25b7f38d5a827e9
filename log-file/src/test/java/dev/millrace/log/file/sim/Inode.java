package dev.millrace.log.file.sim;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Random;

/**
 * The content of a simulated file, twice: as programs see it, and as it is on the disk. In between are dirty sectors,
 * which a power cut keeps or loses one by one, and forgotten ones: shown to programs, but dropped by a sync that failed,
 * so that no later sync will write them (Linux marks such pages clean).
 */
final class Inode {
    static final int SECTOR = 512;

    private byte[] seen = new byte[0];
    private byte[] stored = new byte[0];
    private int seenSize;
    private int storedSize;
    /** What is stored from here on has been given back, which is not durable yet. */
    private int cutTo = Integer.MAX_VALUE;
    private final BitSet dirty = new BitSet();

    int size() {
        return seenSize;
    }

    void write(byte[] bytes, int length, int offset) {
        int end = offset + length;
        if (end > seen.length) {
            int capacity = Math.max(end, Math.max(4096, seen.length + seen.length / 2));
            seen = Arrays.copyOf(seen, capacity);
            stored = Arrays.copyOf(stored, capacity);
        }
        System.arraycopy(bytes, 0, seen, offset, length);
        seenSize = Math.max(seenSize, end);
        if (length > 0) {
            dirty.set(offset / SECTOR, (end - 1) / SECTOR + 1);
        }
    }

    void truncate(int bytes) {
        if (bytes < seenSize) {
            Arrays.fill(seen, bytes, seen.length, (byte) 0);
            int firstGone = (bytes + SECTOR - 1) / SECTOR;
            dirty.clear(firstGone, Math.max(firstGone, dirty.length()));
            if (bytes % SECTOR > 0) {
                dirty.set(bytes / SECTOR);
            }
            seenSize = bytes;
            cutTo = Math.min(cutTo, bytes);
        }
    }

    private void storeCut() {
        if (cutTo < stored.length) {
            Arrays.fill(stored, cutTo, stored.length, (byte) 0);
        }
        storedSize = Math.min(storedSize, cutTo);
        cutTo = Integer.MAX_VALUE;
    }

    int read(byte[] into, int offset) {
        int length = Math.min(into.length, seenSize - offset);
        if (length <= 0) {
            return -1;
        }
        System.arraycopy(seen, offset, into, 0, length);
        return length;
    }

    /** A successful sync. */
    void store() {
        storeCut();
        for (int sector = dirty.nextSetBit(0); sector >= 0; sector = dirty.nextSetBit(sector + 1)) {
            store(sector);
        }
        dirty.clear();
        storedSize = seenSize;
    }

    /** Stores the sectors of one write that is durable on return. */
    void store(int offset, int length) {
        storeCut();
        if (length > 0) {
            int last = (offset + length - 1) / SECTOR;
            for (int sector = offset / SECTOR; sector <= last; sector++) {
                store(sector);
                dirty.clear(sector);
            }
        }
        storedSize = Math.max(storedSize, Math.min(seenSize, offset + length));
    }

    /** A sync that failed: some sectors got there, the others are forgotten. */
    void storeSome(Random random) {
        for (int sector = dirty.nextSetBit(0); sector >= 0; sector = dirty.nextSetBit(sector + 1)) {
            if (random.nextInt(4) == 0) {
                store(sector);
            }
        }
        dirty.clear();
    }

    private void store(int sector) {
        int from = sector * SECTOR;
        int length = Math.min(SECTOR, seen.length - from);
        System.arraycopy(seen, from, stored, from, length);
    }

    /** What is left after a power cut: every dirty sector is there or not, in any combination. */
    void losePower(Random random) {
        int style = random.nextInt(3);
        if (cutTo < storedSize && random.nextBoolean()) {
            storeCut();
        }
        cutTo = Integer.MAX_VALUE;
        for (int sector = dirty.nextSetBit(0); sector >= 0; sector = dirty.nextSetBit(sector + 1)) {
            if (style == 1 || (style == 2 && random.nextBoolean())) {
                store(sector);
            }
        }
        dirty.clear();
        if (storedSize < seenSize && random.nextBoolean()) {
            storedSize = seenSize;
        }
        if (storedSize < stored.length) {
            Arrays.fill(stored, storedSize, stored.length, (byte) 0);
        }
        seen = stored.clone();
        seenSize = storedSize;
    }

    /** Damages what is stored. */
    void flip(long bit) {
        int at = (int) (bit / 8);
        byte mask = (byte) (1 << bit % 8);
        seen[at] ^= mask;
        stored[at] ^= mask;
    }
}
