package dev.millrace.log.file;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A bounded amount of direct memory, cut into power-of-two pieces (a buddy allocator: Knuth, The Art of Computer
 * Programming, volume 1, section 2.5). It grows in slabs of up to 4 MiB when needed and is never given back.
 *
 * <p>
 * Thread safety: none; the cache that owns it has a lock.
 */
final class BlockMemory {
    /** Smallest piece. */
    static final int UNIT_BYTES = 4096;

    private static final int MAX_SLAB_BYTES = 4 << 20;

    /** A piece of memory; {@code bytes} has the size asked for. */
    record Piece(ByteBuffer bytes, int slab, int offset, int order) {
        int sizeBytes() {
            return UNIT_BYTES << order;
        }
    }

    private final int slabBytes;
    private final int maxSlabs;
    private final int maxOrder;
    private final List<ByteBuffer> slabs = new ArrayList<>();
    /** Free pieces of each order, as slab number in the upper and offset in the lower half. */
    private final List<ArrayDeque<Long>> free = new ArrayList<>();

    BlockMemory(long limitBytes) {
        slabBytes = (int) Math.min(MAX_SLAB_BYTES, Long.highestOneBit(Math.max(UNIT_BYTES, limitBytes)));
        maxSlabs = (int) (limitBytes / slabBytes);
        maxOrder = Integer.numberOfTrailingZeros(slabBytes / UNIT_BYTES);
        for (int order = 0; order <= maxOrder; order++) {
            free.add(new ArrayDeque<>());
        }
    }

    /** Whether a piece of this size can ever be had. */
    boolean fits(int bytes) {
        return maxSlabs > 0 && bytes <= slabBytes;
    }

    /** A piece of at least {@code bytes}, or null when none is free now. */
    @Nullable
    Piece take(int bytes) {
        int order = order(bytes);
        int found = order;
        while (found <= maxOrder && free.get(found).isEmpty()) {
            found++;
        }
        if (found > maxOrder) {
            if (slabs.size() == maxSlabs) {
                return null;
            }
            found = maxOrder;
            free.get(found).add((long) slabs.size() << 32);
            slabs.add(ByteBuffer.allocateDirect(slabBytes));
        }
        long at = free.get(found).removeFirst();
        while (found > order) {
            found--;
            free.get(found).addFirst(at + (UNIT_BYTES << found));
        }
        int slab = (int) (at >>> 32);
        int offset = (int) at;
        return new Piece(slabs.get(slab).slice(offset, bytes), slab, offset, order);
    }

    /** Takes a piece back and joins it with its free neighbours. */
    void give(Piece piece) {
        int order = piece.order;
        int offset = piece.offset;
        while (order < maxOrder) {
            int buddy = offset ^ (UNIT_BYTES << order);
            if (!free.get(order).remove(((long) piece.slab << 32) | buddy)) {
                break;
            }
            offset = Math.min(offset, buddy);
            order++;
        }
        free.get(order).addFirst(((long) piece.slab << 32) | offset);
    }

    private static int order(int bytes) {
        int units = (bytes + UNIT_BYTES - 1) / UNIT_BYTES;
        return units <= 1 ? 0 : 32 - Integer.numberOfLeadingZeros(units - 1);
    }
}
