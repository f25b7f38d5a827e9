package dev.millrace.node;

/**
 * Figures of a shard's log.
 *
 * @param folder
 *            where it lies
 * @param segments
 *            files that hold batches, cold ones included
 * @param bytesOnDisk
 *            their size
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
public record LogFigures(String folder, int segments, long bytesOnDisk, long bytesWritten, long syncs, long syncNanos,
        long freeBytes, long neededBytes) {}
