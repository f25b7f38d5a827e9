package dev.millrace.node;

import dev.millrace.core.shard.ShardOptions;

/**
 * Settings of a node.
 *
 * @param shards
 *            how many shards it runs; may grow from start to start, never shrink
 * @param nodeId
 *            keeps the ids of several servers apart: 0..1023 with one shard; shard n uses (nodeId + n) mod 1024
 * @param shard
 *            settings of every shard; its origin is replaced
 */
public record NodeOptions(int shards, int nodeId, ShardOptions shard) {
    /** One shard. */
    public static final NodeOptions DEFAULT = new NodeOptions(1, 0, ShardOptions.DEFAULT);

    public NodeOptions {
        if (shards < 1 || shards > 64) {
            throw new IllegalArgumentException("shards must be 1..64, not " + shards);
        }
        if (nodeId < 0 || nodeId > 1023) {
            throw new IllegalArgumentException("nodeId must be 0..1023, not " + nodeId);
        }
    }

    ShardOptions shard(int number) {
        return new ShardOptions((nodeId + number) % 1024, shard.syncLevel(), shard.syncIntervalMillis(),
                shard.snapshotEveryBytes(), shard.limits());
    }
}
