package dev.millrace.node;

/**
 * Figures of a shard's log.
 *
 * @param folder
 *            where it lies
 * @param files
 *            those that hold batches
 * @param bytesWritten
 *            written since it was opened, copies and snapshots included
 * @param syncs
 *            since it was opened
 * @param syncNanos
 *            time spent in them
 * @param freeBytes
 *            free on the file system
 * @param neededBytes
 *            free bytes below which nothing that adds messages is taken
 */
public record LogFigures(String folder, Files files, long bytesWritten, long syncs, long syncNanos, long freeBytes,
        long neededBytes) {
    /**
     * Files that hold batches.
     *
     * @param segments
     *            how many, cold ones included
     * @param bytesOnDisk
     *            what they take of the disk, with what is prepared for coming batches
     * @param bytesUsed
     *            of that, up to the end of the batches in each
     */
    public record Files(int segments, long bytesOnDisk, long bytesUsed) {}
}
