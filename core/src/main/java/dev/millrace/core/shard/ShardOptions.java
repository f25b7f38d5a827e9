package dev.millrace.core.shard;

/**
 * Settings of a shard.
 *
 * @param origin
 *            low 10 bits of its message ids, 0..1023
 * @param syncLevel
 *            when answers may leave
 * @param syncIntervalMillis
 *            how often to sync at level INTERVAL
 * @param snapshotEveryBytes
 *            log bytes after which a snapshot starts
 * @param limits
 *            how much it takes
 */
public record ShardOptions(int origin, SyncLevel syncLevel, long syncIntervalMillis, long snapshotEveryBytes,
        ShardLimits limits) {
    /** Synced before the answer, a snapshot every 256 MiB. */
    public static final ShardOptions DEFAULT = new ShardOptions(0, SyncLevel.ALWAYS, 1_000, 256L << 20,
            ShardLimits.DEFAULT);

    public ShardOptions {
        if (origin < 0 || origin > 1023) {
            throw new IllegalArgumentException("origin must be 0..1023, not " + origin);
        }
        if (syncIntervalMillis < 1 || snapshotEveryBytes < 1) {
            throw new IllegalArgumentException("intervals must be positive");
        }
    }
}
