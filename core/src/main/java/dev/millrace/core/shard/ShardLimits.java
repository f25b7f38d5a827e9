package dev.millrace.core.shard;

import dev.millrace.core.machine.Ceilings;

/**
 * How much of each kind a shard takes; beyond it new work of that kind is refused by its name.
 *
 * @param topics
 *            topics
 * @param groups
 *            groups of one topic
 * @param leases
 *            messages in flight; beyond it nothing more is handed out
 * @param ceilings
 *            entries of its machine
 * @param quota
 *            of each topic
 * @param ephemeralMessages
 *            that wait in one ephemeral group, or in an ephemeral topic without one; of more the oldest are dropped,
 *            within a second. 0: no limit
 */
public record ShardLimits(int topics, int groups, int leases, Ceilings ceilings, TopicQuota quota,
        long ephemeralMessages) {
    /** As nsqd's mem-queue-size. */
    public static final long EPHEMERAL_MESSAGES = 10_000;
    /** For a heap of some hundred MiB. */
    public static final ShardLimits DEFAULT = new ShardLimits(100_000, 10_000, 10_000_000,
            new Ceilings(50_000_000, 50_000_000, 2_000_000, 10_000_000), TopicQuota.NONE);

    /** With {@link #EPHEMERAL_MESSAGES}. */
    public ShardLimits(int topics, int groups, int leases, Ceilings ceilings, TopicQuota quota) {
        this(topics, groups, leases, ceilings, quota, EPHEMERAL_MESSAGES);
    }

    public ShardLimits {
        if (topics < 1 || groups < 1 || leases < 1 || ceilings.deferred() < 0 || ceilings.retrying() < 0
                || ceilings.notes() < 0 || ceilings.tracked() < 0
                || ephemeralMessages < 0) {
            throw new IllegalArgumentException("limits must be positive: " + topics + " topics, " + groups
                    + " groups, " + leases + " leases, " + ceilings + ", " + ephemeralMessages + " ephemeral messages");
        }
    }
}
