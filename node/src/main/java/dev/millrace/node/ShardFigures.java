package dev.millrace.node;

import java.util.Map;

/**
 * Figures of a shard for its operator; counters start at 0 when the shard is opened.
 *
 * @param shard
 *            its number
 * @param traffic
 *            what went through it
 * @param loop
 *            how its thread does
 * @param publishToDurable
 *            from a publish's hand-over until its answer may leave
 * @param dueToDelivered
 *            from the due instant of deferred and retried messages until they left for a consumer that waited
 * @param append
 *            writing a batch, at sync level always with its sync
 * @param log
 *            of its log
 * @param faults
 *            what went wrong and was got over
 */
public record ShardFigures(int shard, Traffic traffic, Loop loop, LatencyHistogram publishToDurable,
        LatencyHistogram dueToDelivered, LatencyHistogram append, LogFigures log, Faults faults) {
    /**
     * What went wrong and was got over.
     *
     * @param failedCommands
     *            commands that failed by a defect and were refused
     * @param failedSnapshots
     *            snapshots that failed; each is tried again
     * @param clockJumps
     *            jumps of the wall clock by more than a second
     */
    public record Faults(long failedCommands, long failedSnapshots, long clockJumps) {}

    /**
     * What went through.
     *
     * @param publishes
     *            publish commands
     * @param publishedBytes
     *            bytes of the bodies in them
     * @param delivered
     *            messages handed out
     * @param appends
     *            batches written
     * @param retriesAtOnce
     *            retries that found no room to wait and were given back at once
     * @param attemptsLeftOut
     *            failed attempts of which nothing was kept for want of room
     * @param mail
     *            what follows from tasks that are over
     */
    public record Traffic(long publishes, long publishedBytes, long delivered, long appends, long retriesAtOnce,
            long attemptsLeftOut, Mail mail) {}

    /**
     * Mails: next steps of chains, tasks that gather, ends of batches.
     *
     * @param waiting
     *            are not tasks yet
     * @param carried
     *            became tasks
     * @param refused
     *            attempts that were refused; each is made again
     */
    public record Mail(long waiting, long carried, long refused) {}

    /**
     * The owner thread.
     *
     * @param cycles
     *            turns of its loop
     * @param slowCycles
     *            turns that took longer than 5 ms, syncs included
     * @param longestCycleNanos
     *            the longest turn
     * @param inboxBytes
     *            bytes of bodies that wait to be taken
     * @param failedMoves
     *            attempts to move live bodies out of mostly dead segments that failed; each is tried again
     * @param slowSlices
     *            by the name of a part of the loop: how often it took longer than 5 ms, without syncs
     */
    public record Loop(long cycles, long slowCycles, long longestCycleNanos, long inboxBytes, long failedMoves,
            Map<String, Long> slowSlices) {}
}
