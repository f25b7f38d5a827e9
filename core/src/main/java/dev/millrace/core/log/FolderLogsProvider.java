package dev.millrace.core.log;

import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * A kind of log that lives in a folder; found by {@link java.util.ServiceLoader}, so that who opens a folder need not
 * know which kind it is.
 */
public interface FolderLogsProvider {
    /** When a batch counts as durable. */
    enum Sync {
        ALWAYS, INTERVAL, OS
    }

    /**
     * How a folder is opened.
     *
     * @param folder
     *            made when it is not there
     * @param sync
     *            when a batch counts as durable
     * @param syncIntervalMillis
     *            at {@code INTERVAL}
     * @param cacheBytes
     *            memory for reading
     * @param segmentBytes
     *            size of a file in a new folder; 0: by the disk
     */
    record Settings(Path folder, Sync sync, long syncIntervalMillis, long cacheBytes, long segmentBytes) {}

    /**
     * Takes the folder.
     *
     * @param onDefect
     *            learns of errors in the log's own threads
     * @throws LogException
     *             {@code LOCKED} when another process holds the folder, {@code CALLER} when it cannot be used
     */
    FolderLogs open(Settings settings, Consumer<Throwable> onDefect);
}
