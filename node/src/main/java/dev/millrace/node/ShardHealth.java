package dev.millrace.node;

/**
 * How a shard is.
 *
 * @param shard
 *            its number
 * @param serving
 *            takes commands
 * @param message
 *            empty, or what is wrong and what to do
 */
public record ShardHealth(int shard, boolean serving, String message) {}
