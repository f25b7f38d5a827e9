package dev.millrace.log.file;

import dev.millrace.log.file.disk.FilePort;
import dev.millrace.log.file.disk.FilePort.Access;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;

/** What all parts of one opened log share. */
final class LogContext {
    private static final int UNSYNCED_BULK_BYTES = 1 << 20;

    final FileLogOptions options;
    final ShardFolder folder;
    final LogMeta meta;
    final LogThreads threads;
    final Set<PlantedBug> bugs;
    /** Batches go past the page cache. */
    final boolean direct;
    final LogFailure failure = new LogFailure();
    final LongAdder bytesWritten = new LongAdder();
    final LongAdder appends = new LongAdder();
    final LongAdder syncs = new LongAdder();
    final LongAdder syncNanos = new LongAdder();

    LogContext(FileLogOptions options, ShardFolder folder, LogMeta meta, LogThreads threads, boolean direct) {
        this.options = options;
        this.folder = folder;
        this.meta = meta;
        this.threads = threads;
        this.bugs = folder.bugs();
        this.direct = direct;
    }

    FilePort port() {
        return folder.port();
    }

    /** How the writer opens the segment it appends to. */
    Access appendAccess() {
        return direct ? Access.WRITE_DIRECT_SYNC : Access.WRITE;
    }

    /** How big files are written that are synced once, at their end. */
    Access bulkAccess() {
        return direct ? Access.WRITE_DIRECT : Access.WRITE;
    }

    BatchHeader.Author author(long epoch) {
        return new BatchHeader.Author(meta, alignShift(), epoch);
    }

    byte alignShift() {
        return (byte) (direct ? 12 : 6);
    }

    /**
     * What is written beside the batches is synced after so many bytes: a batch's sync empties the disk's own cache, so it
     * waits for whatever others have put there.
     */
    int unsyncedBulkBytes() {
        return syncsEachAppend() ? UNSYNCED_BULK_BYTES : Integer.MAX_VALUE;
    }

    boolean syncsEachAppend() {
        return options.syncLevel() == SyncLevel.ALWAYS;
    }
}
