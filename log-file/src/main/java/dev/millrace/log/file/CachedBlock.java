package dev.millrace.log.file;

import dev.millrace.core.log.Block;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A batch in memory, with its pins. Pinned or not, it can be evicted only by whoever brings the pins from 0 to -1. */
final class CachedBlock implements Block {
    private static final int EVICTED = -1;

    final BlockMemory.@Nullable Piece piece;
    private final BlockCache owner;
    private final long position;
    private final ByteBuffer bytes;
    private final AtomicInteger pins = new AtomicInteger(1);
    /** Set by each reader, cleared by the eviction hand. */
    volatile boolean used;
    /** When first read, the position from which to read ahead, else -1. */
    volatile long readAheadFrom = -1;
    /** Next in its bucket of the cache's table. */
    volatile @Nullable CachedBlock next;

    /** Born with one pin, so that it cannot be evicted before its maker is done. */
    CachedBlock(BlockCache owner, long position, ByteBuffer bytes, BlockMemory.@Nullable Piece piece) {
        this.owner = owner;
        this.position = position;
        this.bytes = bytes;
        this.piece = piece;
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public ByteBuffer bytes() {
        return bytes;
    }

    /** One more pin; false when it has been evicted. */
    boolean pin() {
        int now = pins.get();
        while (now >= 0) {
            if (pins.compareAndSet(now, now + 1)) {
                if (!used) {
                    used = true;
                }
                return true;
            }
            now = pins.get();
        }
        return false;
    }

    @Override
    public void unpin() {
        int left = pins.decrementAndGet();
        if (left < 0) {
            throw new IllegalStateException("the block at " + position + " was unpinned once too often");
        }
        if (left == 0) {
            owner.unpinned(this);
        }
    }

    boolean isPinned() {
        return pins.get() > 0;
    }

    boolean evict() {
        return pins.compareAndSet(0, EVICTED);
    }
}
