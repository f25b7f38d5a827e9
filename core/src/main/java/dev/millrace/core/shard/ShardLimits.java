package dev.millrace.core.shard;

/**
 * How much of each kind a shard takes; beyond it new work of that kind is refused by its name.
 *
 * @param topics
 *            topics
 * @param groups
 *            groups of one topic
 * @param waiting
 *            deferred messages and retries together; a retry that finds no room is delivered again at once rather than
 *            lost
 * @param leases
 *            messages in flight; beyond it nothing more is handed out
 */
public record ShardLimits(int topics, int groups, int waiting, int leases) {
    /** For a heap of some hundred MiB. */
    public static final ShardLimits DEFAULT = new ShardLimits(100_000, 10_000, 50_000_000, 10_000_000);

    public ShardLimits {
        if (topics < 1 || groups < 1 || waiting < 0 || leases < 1) {
            throw new IllegalArgumentException("limits must be positive: " + topics + " topics, " + groups
                    + " groups, " + waiting + " waiting, " + leases + " leases");
        }
    }
}
