package dev.millrace.core.log;

/**
 * Figures of a log for metrics and messages.
 *
 * @param folder
 *            where it lives
 * @param segments
 *            files that hold batches, cold ones included
 * @param bytesOnDisk
 *            their size
 * @param bytesWritten
 *            bytes written since the log was opened: batches, cold batches, snapshots
 * @param appends
 *            batches appended since it was opened
 * @param syncs
 *            syncs since it was opened
 * @param syncNanosTotal
 *            time spent in them
 * @param freeBytes
 *            free space of the file system
 * @param neededBytes
 *            free space below which commands that add bodies are refused
 */
public record LogUsage(String folder, int segments, long bytesOnDisk, long bytesWritten, long appends, long syncs,
        long syncNanosTotal, long freeBytes, long neededBytes) {}
