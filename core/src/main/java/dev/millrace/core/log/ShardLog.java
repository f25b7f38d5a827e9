package dev.millrace.core.log;

import java.nio.file.Path;

/**
 * The durable log of one shard, as its owner sees it: a sequence of batches, each at its own position.
 *
 * <p>
 * Life: {@link #recover} once, then {@link #append} in order, until {@link #close}. The log is a prefix: batch n + 1 is
 * never durable without batch n. Opening a log claims its ownership under a new epoch; an append of a stale owner is
 * refused with {@link LogException} of category {@code FENCED}.
 *
 * <p>
 * Failures: when {@code append} or {@code sync} throws, the outcome is <em>unknown</em>: the bytes may be there. The
 * log accepts nothing more; the shard must close it, open it anew and recover, which decides by reading.
 *
 * <p>
 * Thread safety: all methods belong to the owner thread, but for {@link #reader()} (any thread) and
 * {@link SnapshotWriter} (one background thread of its own).
 */
public interface ShardLog extends AutoCloseable {
    int shard();

    /** The epoch under which this opening of the log appends; larger than every earlier one. */
    long epoch();

    /**
     * Reads the newest valid snapshot and every batch after it, in order, then makes the log ready for appends.
     * Everything replayed is durable when this returns.
     *
     * @throws LogException
     *             category {@code DAMAGED} when synced data is broken, naming file, position and cure
     */
    RecoveryReport recover(ReplayTarget target);

    /** The position the next batch will get, unless it does not fit into the current segment any more. */
    long tail();

    /** Everything that starts before this position is durable. */
    long durable();

    /** The reusable buffer for the next batch. */
    BatchBuffer batch();

    /**
     * Fixes where the batch under construction will stand if it ends up with at most {@code maxBytes} bytes (header
     * included), preparing the next segment if it would not fit. Locations of its records may be handed out from here
     * on; a batch that outgrows the reservation is refused by {@link #append}.
     *
     * @return the position of the coming batch
     */
    long reserve(int maxBytes);

    /**
     * Writes the batch at the position that {@link #reserve} gave, and clears it.
     *
     * @param sync
     *            true: durable when this returns, together with all before it
     * @return its position
     */
    long append(boolean sync);

    /** Makes everything appended durable. */
    void sync();

    /** Reads batches; usable from any thread while the log is open. */
    BlockReader reader();

    /** Bytes of a segment: position / segmentBytes is the number of the segment a batch stands in. */
    long segmentBytes();

    /**
     * Starts a snapshot of the state at {@code position} (all batches before it applied, none after). At most one at a
     * time.
     */
    SnapshotWriter startSnapshot(long position, long elapsedMillis, long wallMillis);

    /** Start of the log that recovery would replay now: the position of the newest valid snapshot, or 0. */
    long replayStart();

    /**
     * Says that no body in the segment that holds {@code position} (cold or not) is needed any more. The log deletes
     * or recycles it as soon as neither replay nor a pinned block needs it.
     */
    void release(long position);

    /**
     * Appends a batch of relocated bodies to the cold segments. Durable only after {@link #syncCold()}.
     *
     * @return the position of the cold batch, with {@link Location#COLD} set
     * @throws LogException
     *             of category {@code CALLER} when the disk did not take it: nothing copied since the last
     *             {@link #syncCold()} may be used, and the log goes on
     */
    long appendCold(BatchBuffer bodies);

    /** Where the next cold segment will begin, without the flag: all that are there begin below. */
    long coldEnd();

    /** Makes every cold batch durable. Fails as {@link #appendCold}. */
    void syncCold();

    /** Whether commands that add bodies may be taken; false under the low mark of the disk. */
    boolean hasRoom();

    /** Where the bytes are, for metrics, health and error messages. */
    LogUsage usage();

    /**
     * Copies everything that is durable by now into a new folder, such that a log can be opened on it; blocks until the
     * copy is synced. This log goes on meanwhile, but gives no file back to the disk. Any thread.
     *
     * @return bytes copied
     * @throws LogException
     *             {@code CALLER} when this kind of log does not stand in a folder, when the folder holds something, or when
     *             it cannot be written; this log is none the worse for it
     */
    default long backup(Path folder) {
        throw new LogException(LogException.Category.CALLER,
                "this log does not stand in a folder: use the backup of the database that it stands in");
    }

    /** Appends a closing mark, syncs and releases files and ownership. Idempotent. */
    @Override
    void close();
}
