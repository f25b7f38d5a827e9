package dev.millrace.core.shard;

import java.util.concurrent.Executor;

/**
 * What a shard needs from outside.
 *
 * @param clock
 *            its clocks
 * @param listener
 *            hears of topics and groups
 * @param background
 *            runs the shard's background tasks one after the other, in the order given (snapshots); inline in a
 *            simulation
 * @param mail
 *            to the other shards of its node
 */
public record Surroundings(ShardClock clock, ShardListener listener, Executor background, MailRoute mail) {
    /** Of a shard by itself. */
    public Surroundings(ShardClock clock, ShardListener listener, Executor background) {
        this(clock, listener, background, MailRoute.ALONE);
    }
}
