package dev.millrace.node;

/**
 * Figures of a shard for its operator; counters start at 0 when the shard is opened.
 *
 * @param shard
 *            its number
 * @param publishes
 *            publish commands
 * @param publishedBytes
 *            bytes of the bodies in them
 * @param delivered
 *            messages handed out
 * @param appends
 *            batches written
 * @param cycles
 *            turns of its loop
 * @param slowCycles
 *            turns that took longer than 5 ms, syncs included
 * @param longestCycleNanos
 *            the longest turn
 * @param inboxBytes
 *            bytes of bodies that wait to be taken
 * @param publishToDurable
 *            from a publish's hand-over until its answer may leave
 * @param dueToDelivered
 *            how late deferred and retried messages were handed out
 * @param log
 *            of its log
 */
public record ShardFigures(int shard, long publishes, long publishedBytes, long delivered, long appends, long cycles,
        long slowCycles, long longestCycleNanos, long inboxBytes, LatencyHistogram publishToDurable,
        LatencyHistogram dueToDelivered, LogFigures log) {}
