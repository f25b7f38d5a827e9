package dev.millrace.core.log;

/**
 * Figures of a log for metrics and messages.
 *
 * @param folder
 *            where it lives
 * @param files
 *            those that hold batches
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
public record LogUsage(String folder, Files files, long bytesWritten, long appends, long syncs, long syncNanosTotal,
        long freeBytes, long neededBytes) {
    /**
     * Files that hold batches.
     *
     * @param segments
     *            how many, cold ones included
     * @param bytesOnDisk
     *            what they take of the disk, with what is prepared in them and with files prepared for coming segments;
     *            snapshots and what was set aside do not count
     * @param bytesUsed
     *            up to the end of the batches in each
     */
    public record Files(int segments, long bytesOnDisk, long bytesUsed) {}
}
