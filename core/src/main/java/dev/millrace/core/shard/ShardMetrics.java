package dev.millrace.core.shard;

import dev.millrace.core.log.LogUsage;
import org.jspecify.annotations.Nullable;

/**
 * Counters of a shard since it was opened.
 *
 * <p>
 * Thread safety: written by the owner without synchronization, read by others for display; a reader may see a value some
 * cycles old.
 */
public final class ShardMetrics {
    private static final long SLOW_NANOS = 5_000_000;

    /** Publish commands. */
    public long publishes;
    /** Bytes of the bodies in them. */
    public long publishedBytes;
    /** Messages handed out. */
    public long delivered;
    /** Batches appended. */
    public long appends;
    /** Cycles run. */
    public long cycles;
    /** Cycles longer than 5 ms, syncs included. */
    public long slowCycles;
    /** Nanoseconds of the longest. */
    public long longestCycleNanos;
    /** Commands and calls that failed by a defect and were refused; each was logged. */
    public long failedCommands;
    /** Attempts to move live bodies out of mostly dead segments that failed; each is tried again. */
    public long failedMoves;

    /** Snapshots that failed; each is tried again after ten seconds, and until then a start has more to replay. */
    public long failedSnapshots;

    /** Mails that have become messages, or of which nothing comes. */
    public long mailCarried;
    /** Attempts to make a mail a message that were refused; each is made again. */
    public long mailRefused;

    /** Jumps of the wall clock by more than a second, in either direction. */
    public long clockJumps;

    private final Latencies publishToDurable = new Latencies();
    private final Latencies dueToDelivered = new Latencies();
    private final Latencies append = new Latencies();
    private final Slices slices;
    private volatile @Nullable LogUsage noRoom;

    ShardMetrics(ShardListener listener) {
        slices = new Slices(listener, append);
    }

    /** From the hand-over of a submission with publishes until its answer left. */
    public Latencies publishToDurable() {
        return publishToDurable;
    }

    /** From the due instant of deferred messages and retries until they left for a consumer that waited. */
    public Latencies dueToDelivered() {
        return dueToDelivered;
    }

    /** Writing a batch, at level always with its sync. */
    public Latencies append() {
        return append;
    }

    /** Which parts of a cycle took long. */
    public Slices slices() {
        return slices;
    }

    /** The log's figures when a command that adds bodies was last refused for want of disk, or null. */
    public @Nullable LogUsage noRoom() {
        return noRoom;
    }

    void refusedForRoom(LogUsage usage) {
        noRoom = usage;
    }

    void cycle(long nanos) {
        cycles++;
        if (nanos > SLOW_NANOS) {
            slowCycles++;
        }
        longestCycleNanos = Math.max(longestCycleNanos, nanos);
    }
}
