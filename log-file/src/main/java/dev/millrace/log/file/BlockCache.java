package dev.millrace.log.file;

import dev.millrace.core.log.Block;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Batches in memory by position, within a fixed number of bytes. The oldest unpinned one goes first, unless it was read
 * since the hand last passed (second chance, the clock algorithm of Corbató, 1968).
 *
 * <p>
 * Thread safety: any thread. Looking up and pinning takes no lock: buckets are lists linked through volatile fields,
 * changed only under the lock. A look-up that races with an eviction finds the block gone or fails to pin it.
 */
final class BlockCache {
    private final AtomicReferenceArray<@Nullable CachedBlock> buckets;
    private final BlockMemory memory;
    private final ArrayDeque<CachedBlock> clock = new ArrayDeque<>();
    private final Runnable onUnpinned;

    /** {@code onUnpinned} runs whenever a block loses its last pin. */
    BlockCache(long limitBytes, Runnable onUnpinned) {
        this.onUnpinned = onUnpinned;
        memory = new BlockMemory(limitBytes);
        int wanted = Math.clamp(limitBytes / BlockMemory.UNIT_BYTES, 16, 1 << 16);
        buckets = new AtomicReferenceArray<>(Integer.highestOneBit(wanted));
    }

    /** The block, pinned once more, or null. */
    @Nullable
    CachedBlock pin(long position) {
        for (CachedBlock block = buckets.get(bucket(position)); block != null; block = block.next) {
            if (block.position() == position && block.pin()) {
                return block;
            }
        }
        return null;
    }

    /** Whether blocks of this size are cached at all. */
    boolean caches(int length) {
        return memory.fits(length);
    }

    /**
     * Copies a batch into the cache.
     *
     * @return the block with one pin, which the caller must end; null when everything is pinned
     */
    synchronized @Nullable CachedBlock put(long position, ByteBuffer source, int from, int length) {
        BlockMemory.Piece piece = memory.take(length);
        while (piece == null && evictOne()) {
            piece = memory.take(length);
        }
        if (piece == null) {
            return null;
        }
        piece.bytes().put(0, source, from, length);
        CachedBlock block = new CachedBlock(this, position, piece.bytes(), piece);
        int bucket = bucket(position);
        block.next = buckets.get(bucket);
        buckets.set(bucket, block);
        clock.add(block);
        return block;
    }

    private boolean evictOne() {
        for (int tries = 2 * clock.size(); tries > 0; tries--) {
            CachedBlock block = clock.removeFirst();
            if (block.used && !block.isPinned()) {
                block.used = false;
                clock.addLast(block);
            } else if (block.evict()) {
                drop(block);
                return true;
            } else {
                clock.addLast(block);
            }
        }
        return false;
    }

    private void drop(CachedBlock block) {
        int bucket = bucket(block.position());
        CachedBlock at = buckets.get(bucket);
        if (at == block) {
            buckets.set(bucket, block.next);
        } else {
            while (at != null && at.next != block) {
                at = at.next;
            }
            if (at != null) {
                at.next = block.next;
            }
        }
        if (block.piece != null) {
            memory.give(block.piece);
        }
    }

    void unpinned(Block block) {
        onUnpinned.run();
    }

    private int bucket(long position) {
        return (int) ((position * 0x9E3779B97F4A7C15L) >>> 40) & (buckets.length() - 1);
    }
}
