package dev.millrace.api;

import dev.millrace.api.internal.Checks;

/**
 * How an embedded engine is opened.
 *
 * @param sync
 *            when a publish counts as durable
 * @param publishLimits
 *            what publishes may hold in memory
 * @param cacheBytes
 *            memory outside the heap for reading bodies, half of it for the newest ones; at least 128 KiB
 * @param segmentBytes
 *            size of the log's files in a new folder, a power of two from 64 KiB to 1 GiB; 0 chooses by the disk
 */
public record OpenOptions(Sync sync, PublishLimits publishLimits, long cacheBytes, long segmentBytes) {
    private static final OpenOptions DEFAULTS = new OpenOptions(Sync.ALWAYS, PublishLimits.defaults(), 64L << 20, 0);

    public OpenOptions {
        Checks.atLeast("cacheBytes", cacheBytes, 128 << 10);
        Checks.atLeast("segmentBytes", segmentBytes, 0);
    }

    /** Synced before a publish is answered, 64 MiB of cache. */
    public static OpenOptions defaults() {
        return DEFAULTS;
    }

    public OpenOptions sync(Sync sync) {
        return new OpenOptions(sync, publishLimits, cacheBytes, segmentBytes);
    }

    public OpenOptions publishLimits(PublishLimits limits) {
        return new OpenOptions(sync, limits, cacheBytes, segmentBytes);
    }

    public OpenOptions cacheBytes(long bytes) {
        return new OpenOptions(sync, publishLimits, bytes, segmentBytes);
    }

    public OpenOptions segmentBytes(long bytes) {
        return new OpenOptions(sync, publishLimits, cacheBytes, bytes);
    }
}
