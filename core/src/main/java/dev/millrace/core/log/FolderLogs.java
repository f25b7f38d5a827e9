package dev.millrace.core.log;

/** The logs of one data folder, which is held until it is closed. Thread safety: any thread. */
public interface FolderLogs extends LogFactory, AutoCloseable {
    /** Closes the logs and gives the folder up. Idempotent. */
    @Override
    void close();
}
