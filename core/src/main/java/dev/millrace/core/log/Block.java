package dev.millrace.core.log;

import java.nio.ByteBuffer;

/** A batch in memory. While it is pinned its bytes stay; after {@link #unpin} they must not be touched. */
public interface Block {
    long position();

    /**
     * Header and records of the batch, big-endian, from index 0; shared by all readers, so only absolute reads (or a
     * duplicate) may be used.
     */
    ByteBuffer bytes();

    /** Ends one pin; each pin is ended exactly once. */
    void unpin();
}
