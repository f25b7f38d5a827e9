package dev.millrace.core.log;

/** Opens the logs of a set of shards. */
public interface LogFactory {
    /**
     * Opens the log of one shard under a new epoch; the caller recovers it next.
     *
     * @throws LogException
     *             {@code LOCKED} when another process holds it, {@code CALLER} for an unusable folder or version
     */
    ShardLog open(int shard);
}
