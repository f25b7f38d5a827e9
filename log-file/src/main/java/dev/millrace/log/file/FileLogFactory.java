package dev.millrace.log.file;

import dev.millrace.core.log.FolderLogs;
import dev.millrace.core.log.LogException;
import dev.millrace.core.log.LogException.Category;
import dev.millrace.core.log.ShardLog;
import dev.millrace.log.file.disk.FilePort;
import dev.millrace.log.file.disk.FilePort.FolderLock;
import dev.millrace.log.file.disk.FilePort.LockedException;
import dev.millrace.log.file.disk.RealFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Opens the file logs of one data folder, which it holds locked until it is closed.
 *
 * <p>
 * Thread safety: any thread.
 */
public final class FileLogFactory implements FolderLogs {
    private static final long MAX_SEGMENT_BYTES = 64 << 20;
    private static final long MIN_SEGMENT_BYTES = 4 << 20;
    private static final long SECOND_FAILURE_NANOS = 60_000_000_000L;

    private final FileLogOptions options;
    private final FilePort port;
    private final LogThreads threads;
    private final Set<PlantedBug> bugs;
    private final LongSupplier newLogId;
    private final FolderLock lock;
    private final Map<Integer, FileLog> open = new HashMap<>();
    private final Map<Integer, Long> failedAt = new HashMap<>();
    private boolean closed;

    /**
     * Locks the folder.
     *
     * @param newLogId
     *            a random number for a log that is made anew
     * @throws LogException
     *             {@code LOCKED} when another process holds the folder, {@code CALLER} when it cannot be used
     */
    public FileLogFactory(FileLogOptions options, FilePort port, LogThreads threads, LongSupplier newLogId) {
        this(options, port, threads, newLogId, Set.of());
    }

    FileLogFactory(FileLogOptions options, FilePort port, LogThreads threads, LongSupplier newLogId,
            Set<PlantedBug> bugs) {
        this.options = options;
        this.port = port;
        this.threads = threads;
        this.newLogId = newLogId;
        this.bugs = bugs;
        FolderLock[] taken = new FolderLock[1];
        threads.shielded(() -> taken[0] = takeLock());
        lock = taken[0];
    }

    /** On the real disk, with its own threads; {@code onDefect} learns of errors in those. */
    public static FileLogFactory onDisk(FileLogOptions options, java.util.function.Consumer<Throwable> onDefect) {
        return new FileLogFactory(options, new RealFiles(), new RealThreads(2, onDefect),
                new java.security.SecureRandom()::nextLong);
    }

    private FolderLock takeLock() {
        Path folder = options.folder();
        try {
            port.createFolders(folder);
            return port.lock(folder.resolve("LOCK"), Long.toString(ProcessHandle.current().pid()));
        } catch (LockedException held) {
            throw new LogException(Category.LOCKED, "the data folder " + folder.toAbsolutePath()
                    + " is in use by process " + held.holder()
                    + "; stop that one, or choose another folder with --data",
                    held);
        } catch (IOException failure) {
            throw new LogException(Category.CALLER, "the data folder " + folder.toAbsolutePath()
                    + " cannot be used: " + failure.getMessage() + "; check its permissions and the disk", failure);
        }
    }

    @Override
    public synchronized ShardLog open(int shard) {
        if (closed) {
            throw new LogException(Category.CALLER, "the data folder " + options.folder() + " has been given up");
        }
        long trustedEnd = endOlder(shard);
        FileLog[] opened = new FileLog[1];
        threads.shielded(() -> opened[0] = openNew(shard, trustedEnd));
        open.put(shard, opened[0]);
        return opened[0];
    }

    /** Ends an earlier opening; how far it had synced if it failed. */
    private long endOlder(int shard) {
        FileLog older = open.remove(shard);
        if (older == null) {
            return Long.MAX_VALUE;
        }
        LogException reason = older.context().failure.reason();
        older.fence();
        older.release();
        if (reason == null || reason.category() != Category.UNKNOWN_OUTCOME) {
            return Long.MAX_VALUE;
        }
        long now = threads.nanoTime();
        Long before = failedAt.put(shard, now);
        if (before != null && now - before < SECOND_FAILURE_NANOS) {
            throw new LogException(Category.DAMAGED, "shard " + shard + " stays down: its log failed twice within a"
                    + " minute, last with: " + reason.getMessage() + ". Mend the disk, then restart", reason);
        }
        return older.isRecovered() ? older.synced() : Long.MAX_VALUE;
    }

    private FileLog openNew(int shard, long trustedEnd) {
        ShardFolder folder = new ShardFolder(port, options.folder().resolve("shard-" + shard), bugs);
        try {
            port.createFolders(folder.path());
            LogMeta meta = meta(folder, shard);
            // Names that an earlier run gave may be seen without being durable.
            folder.sync();
            boolean direct = options.syncLevel() == SyncLevel.ALWAYS && switch (options.writeMode()) {
                case BUFFERED -> false;
                case AUTO -> port.takesDirect(folder.path());
                case DIRECT -> requireDirect(folder.path());
            };
            LogContext context = new LogContext(options, folder, meta, threads, direct);
            return new FileLog(context, lastEpoch(folder, meta) + 1, trustedEnd);
        } catch (IOException failure) {
            throw new LogException(Category.CALLER, "the folder " + folder.path() + " cannot be used: "
                    + failure.getMessage() + "; check its permissions and the disk", failure);
        }
    }

    private boolean requireDirect(Path folder) throws IOException {
        if (!port.takesDirect(folder)) {
            throw new LogException(Category.CALLER, "the file system of " + folder
                    + " does not take direct writes; use write mode auto or buffered");
        }
        return true;
    }

    private LogMeta meta(ShardFolder folder, int shard) throws IOException {
        LogMeta found = readMeta(folder);
        if (found == null) {
            ShardFolder.Listing listing = folder.list();
            if (!listing.segments().isEmpty() || !listing.snapshots().isEmpty()) {
                throw new LogException(Category.DAMAGED, folder.meta() + " is missing, but the folder is not empty;"
                        + " put it back from a backup of the same folder");
            }
            LogMeta made = new LogMeta(newLogId.getAsLong(), shard, segmentBytes(folder.path()),
                    options.featureLevel());
            folder.replace(folder.meta(), made.encode());
            return made;
        }
        if (found.shard() != shard) {
            throw new LogException(Category.CALLER,
                    folder.meta() + " belongs to shard " + found.shard() + ", not to shard " + shard);
        }
        if (found.featureLevel() > options.featureLevel()) {
            throw new LogException(Category.CALLER, folder.path() + " was written at feature level "
                    + found.featureLevel() + ", this program knows up to " + options.featureLevel()
                    + "; start the newer program. Nothing was changed");
        }
        if (found.featureLevel() < options.featureLevel()) {
            found = new LogMeta(found.logId(), shard, found.segmentBytes(), options.featureLevel());
            folder.replace(folder.meta(), found.encode());
        }
        return found;
    }

    private static @Nullable LogMeta readMeta(ShardFolder folder) throws IOException {
        if (!folder.port().list(folder.path()).contains("meta")) {
            return null;
        }
        return LogMeta.decode(folder.head(folder.meta(), LogMeta.BYTES), folder.meta());
    }

    private long segmentBytes(Path folder) throws IOException {
        if (options.segmentBytes() > 0) {
            return options.segmentBytes();
        }
        long sixteenth = Long.highestOneBit(Math.max(1, port.totalBytes(folder) / 16));
        return Math.clamp(sixteenth, MIN_SEGMENT_BYTES, MAX_SEGMENT_BYTES);
    }

    private static long lastEpoch(ShardFolder folder, LogMeta meta) throws IOException {
        long last = 0;
        for (long number : folder.list().segments()) {
            SegmentHeader header = SegmentHeader.decode(
                    folder.head(folder.segment(number, false), SegmentHeader.BYTES), meta,
                    number * meta.segmentBytes(), false);
            last = header == null ? last : Math.max(last, header.epoch());
        }
        return last;
    }

    /** Closes the logs, ends the threads and gives the folder up. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            closeLogs();
        } finally {
            threads.close();
            try {
                lock.close();
            } catch (IOException ignored) {
                // The lock ends with the process at the latest.
            }
        }
    }

    private void closeLogs() {
        LogException first = null;
        for (FileLog log : open.values()) {
            try {
                log.close();
            } catch (LogException failure) {
                first = first == null ? failure : first;
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
