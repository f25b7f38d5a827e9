package dev.millrace.log.file;

import dev.millrace.core.log.BatchBuffer;
import dev.millrace.core.log.BlockReader;
import dev.millrace.core.log.LogException;
import dev.millrace.core.log.LogException.Category;
import dev.millrace.core.log.LogUsage;
import dev.millrace.core.log.RecoveryReport;
import dev.millrace.core.log.ReplayTarget;
import dev.millrace.core.log.ShardLog;
import dev.millrace.core.log.SnapshotWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The log of one shard in a folder. It only puts its parts together; the rules stand in them: {@link HotWriter} writes,
 * {@link Durability} syncs, {@link Recovery} reads back, {@link DiskReader} serves bodies, {@link Reclaimer} frees.
 *
 * <p>
 * Thread safety: as {@link ShardLog} says. {@code writing} keeps a second opening of the same log from beginning while
 * an append of the first is under way.
 */
final class FileLog implements ShardLog {
    private static final int BATCH_BYTES = 64 << 10;

    private final LogContext context;
    private final long epoch;
    private final long trustedEnd;
    private final LogParts parts;
    private final SnapshotStore snapshots;
    private final Durability durability;
    private final DiskReader reader;
    private final ColdWriter cold;
    private final Reclaimer reclaimer;
    private final HotWriter writer;
    private final BatchBuffer batch = new BatchBuffer(BATCH_BYTES);
    private final AtomicBoolean syncPlanned = new AtomicBoolean();
    private final AtomicBoolean snapshotRuns = new AtomicBoolean();
    private final Object writing = new Object();
    private long lastElapsedMillis;
    private long lastWallMillis;
    private boolean recovered;
    private boolean closed;

    FileLog(LogContext context, long epoch, long trustedEnd) {
        this.context = context;
        this.epoch = epoch;
        this.trustedEnd = trustedEnd;
        parts = LogParts.of(context, epoch);
        durability = parts.durability();
        snapshots = parts.snapshots();
        cold = parts.cold();
        reader = new DiskReader(context, parts.table());
        reclaimer = new Reclaimer(context, parts, reader);
        writer = new HotWriter(context, parts, epoch);
    }

    @Override
    public int shard() {
        return context.meta.shard();
    }

    @Override
    public long epoch() {
        return epoch;
    }

    @Override
    public RecoveryReport recover(ReplayTarget target) {
        synchronized (writing) {
            context.failure.check();
            if (recovered) {
                throw new LogException(Category.CALLER, "the log has already been recovered");
            }
            Recovery recovery = new Recovery(context, parts);
            RecoveryReport report = recovery.run(epoch, trustedEnd, target);
            TailCopier.Begun begun = recovery.begun();
            try {
                cold.adopt(context.folder.list().cold());
                writer.begin(begun.segment(), begun.preparedBytes(), begun.end(), begun.crc());
            } catch (IOException failure) {
                throw context.failure.write("opening", begun.segment().path, failure);
            }
            lastElapsedMillis = report.lastElapsedMillis();
            lastWallMillis = report.lastWallMillis();
            recovered = true;
            mark(0);
            parts.space().look();
            return new RecoveryReport(report.snapshotPosition(), writer.tail(), report.batches(), report.bytes(),
                    report.tornBytes(), lastElapsedMillis, lastWallMillis, report.notes());
        }
    }

    /** An empty batch that says what is synced. */
    private void mark(int flags) {
        BatchBuffer empty = new BatchBuffer(BatchBuffer.HEADER_BYTES);
        empty.stamp(lastElapsedMillis, lastWallMillis);
        writer.append(empty, BatchHeader.MARK | flags);
        durability.sync();
    }

    @Override
    public long tail() {
        return writer.tail();
    }

    @Override
    public long durable() {
        return context.syncsEachAppend() ? durability.synced() : durability.writtenTo();
    }

    @Override
    public BatchBuffer batch() {
        return batch;
    }

    @Override
    public long reserve(int maxBytes) {
        synchronized (writing) {
            return writer.reserve(maxBytes);
        }
    }

    @Override
    public long append(boolean sync) {
        synchronized (writing) {
            int length = batch.length();
            int flags = batch.recordCount() == 0 ? BatchHeader.MARK : 0;
            long position = writer.append(batch, flags);
            if (batch.elapsedMillis() >= lastElapsedMillis) {
                lastElapsedMillis = batch.elapsedMillis();
                lastWallMillis = batch.wallMillis();
            }
            if (flags == 0) {
                reader.remember(position, batch.bytes(), length);
            }
            batch.clear();
            syncAsConfigured(sync);
            return position;
        }
    }

    private void syncAsConfigured(boolean wanted) {
        switch (context.options.syncLevel()) {
            case ALWAYS -> {
                if (wanted) {
                    durability.sync();
                }
            }
            case INTERVAL -> {
                if (syncPlanned.compareAndSet(false, true)) {
                    context.threads.workLater(this::syncInBackground, context.options.syncIntervalMillis());
                }
            }
            case OS -> {
                // The system writes when it likes; sealed segments are synced in the background.
            }
        }
    }

    private void syncInBackground() {
        syncPlanned.set(false);
        if (context.failure.reason() == null) {
            try {
                durability.sync();
            } catch (LogException failed) {
                // The owner meets it at its next call.
                return;
            }
        }
    }

    @Override
    public void sync() {
        durability.sync();
    }

    @Override
    public BlockReader reader() {
        return reader;
    }

    @Override
    public long segmentBytes() {
        return context.meta.segmentBytes();
    }

    @Override
    public SnapshotWriter startSnapshot(long position, long elapsedMillis, long wallMillis) {
        context.failure.check();
        if (position != writer.tail()) {
            throw new LogException(Category.CALLER,
                    "a snapshot must be started at the log's tail " + writer.tail() + ", not at " + position);
        }
        if (!snapshotRuns.compareAndSet(false, true)) {
            throw new LogException(Category.CALLER, "a snapshot of this shard is already being written");
        }
        SnapshotBlock first = new SnapshotBlock(false, position, elapsedMillis, wallMillis, 0, 0, writer.previousCrc(),
                0);
        return new FileSnapshotWriter(context, first, new FileSnapshotWriter.Commit() {
            @Override
            public void syncLog() {
                if (durability.synced() < position) {
                    durability.sync();
                }
            }

            @Override
            public void publish(Path temporary) throws IOException {
                snapshots.publish(temporary, position);
            }

            @Override
            public void ended(boolean valid) {
                snapshotRuns.set(false);
                if (valid) {
                    context.threads.work(reclaimer::run);
                }
            }
        });
    }

    @Override
    public long replayStart() {
        return snapshots.newest();
    }

    @Override
    public void release(long position) {
        Segment segment = parts.table().at(position);
        if (segment != null) {
            reclaimer.release(segment);
        }
    }

    @Override
    public long appendCold(BatchBuffer bodies) {
        return cold.append(bodies);
    }

    @Override
    public long coldEnd() {
        return cold.end();
    }

    @Override
    public void syncCold() {
        cold.sync();
    }

    @Override
    public boolean hasRoom() {
        return parts.space().hasRoom();
    }

    @Override
    public LogUsage usage() {
        return new LogUsage(context.folder.path().toString(),
                parts.table().files(parts.supply().count() * context.meta.segmentBytes()),
                context.bytesWritten.sum(),
                context.appends.sum(), context.syncs.sum(), context.syncNanos.sum(), parts.space().freeBytes(),
                parts.space().neededBytes());
    }

    @Override
    public long backup(Path folder) {
        context.failure.check();
        long[] copied = {0};
        reclaimer.hold();
        try {
            context.threads.shielded(() -> copied[0] = copyTo(folder));
        } finally {
            reclaimer.letGo();
        }
        return copied[0];
    }

    private long copyTo(Path folder) {
        // In this order: the copy leads on from the snapshot, and cold bodies are there before records point at them.
        long snapshot = snapshots.newest();
        cold.syncForOthers();
        durability.sync();
        try {
            return new FolderCopy(context, parts.table(), folder).run(durability.synced(), snapshot);
        } catch (IOException failure) {
            throw new LogException(Category.CALLER, "the log of shard " + shard() + " cannot be copied to " + folder
                    + ": " + failure.getMessage(), failure);
        }
    }

    /** Ends this opening because another one begins; waits for an append under way, hot or cold. */
    void fence() {
        synchronized (writing) {
            context.failure.fence(epoch);
        }
        cold.close();
    }

    /** The failure that ended it, and how far its syncs had come. */
    LogContext context() {
        return context;
    }

    /** Everything before this was synced; what came after is forgotten when the log failed. */
    long synced() {
        return durability.synced();
    }

    boolean isRecovered() {
        return recovered;
    }

    /** A log that has failed says so once more: what was not synced has an unknown outcome. */
    @Override
    public void close() {
        LogException reason = context.failure.reason();
        if (release() && reason != null && reason.category() == Category.UNKNOWN_OUTCOME) {
            throw reason;
        }
    }

    /** Closes without a word about an earlier failure; false when it was closed already. */
    boolean release() {
        synchronized (writing) {
            if (closed) {
                return false;
            }
            closed = true;
            context.threads.shielded(this::shutDown);
            return true;
        }
    }

    private void shutDown() {
        try {
            if (recovered && context.failure.reason() == null) {
                cold.syncForOthers();
                durability.sync();
                mark(BatchHeader.CLEAN_STOP);
            }
        } finally {
            parts.supply().close();
            cold.close();
            durability.close();
            closeReader();
            context.failure.fence(epoch);
        }
    }

    private void closeReader() {
        try {
            reader.close();
        } catch (IOException failure) {
            throw context.failure.write("closing", context.folder.path(), failure);
        }
    }
}
