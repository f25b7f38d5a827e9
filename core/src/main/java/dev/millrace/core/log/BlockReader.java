package dev.millrace.core.log;

import org.jspecify.annotations.Nullable;

/** Reads whole batches by position, from memory where they are recent, else from disk. Thread-safe. */
public interface BlockReader {
    /** The batch if it is in memory, pinned; else null. Never blocks on I/O. */
    @Nullable
    Block pinIfCached(long batchPosition);

    /**
     * Reads a batch and hands it to {@code sink}, pinned, on one of the log's reader threads (or at once on the calling
     * thread when it is in memory). Several requests for one batch are served by one read.
     */
    void load(long batchPosition, Sink sink);

    /** Receives the outcome of a read. Must not block. */
    interface Sink {
        /** The caller must {@link Block#unpin} the block. */
        void loaded(Block block);

        /** The batch cannot be read: damaged, or gone. */
        void failed(LogException reason);
    }
}
