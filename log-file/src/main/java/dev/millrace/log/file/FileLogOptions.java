package dev.millrace.log.file;

import dev.millrace.core.log.LogException;
import java.nio.file.Path;

/**
 * How a file log is opened.
 *
 * @param folder
 *            the data folder; made when it is not there
 * @param syncLevel
 *            when a batch counts as durable
 * @param writeMode
 *            how it gets to the disk
 * @param segmentBytes
 *            size of a segment in a new folder, a power of two from 64 KiB to 1 GiB; 0 chooses 64 MiB, or less on a
 *            file system under 1 GiB. An existing folder keeps its own.
 * @param memory
 *            for reading
 * @param freeMarks
 *            when bodies are refused because the disk is nearly full
 * @param syncIntervalMillis
 *            at level {@code INTERVAL}
 * @param featureLevel
 *            of the records that this program writes; a folder of a higher level is refused
 */
public record FileLogOptions(Path folder, SyncLevel syncLevel, WriteMode writeMode, long segmentBytes, Memory memory,
        FreeMarks freeMarks, long syncIntervalMillis, int featureLevel) {

    /** Of the records that this program writes: 5 since instants of the wall clock stay as they are. */
    private static final int FEATURE_LEVEL = 5;
    private static final long MIN_SEGMENT_BYTES = 64 << 10;
    private static final long MAX_SEGMENT_BYTES = 1 << 30;

    /**
     * Memory outside the heap, taken when needed.
     *
     * @param recentBytes
     *            for the batches written last
     * @param readBytes
     *            for batches read from disk, at least 64 KiB
     */
    public record Memory(long recentBytes, long readBytes) {
        public Memory {
            if (recentBytes < 0) {
                throw wrong("recentBytes", recentBytes, "0 or more");
            }
            if (readBytes < MIN_SEGMENT_BYTES) {
                throw wrong("readBytes", readBytes, "at least 65536");
            }
        }
    }

    /**
     * Free space of the file system.
     *
     * @param lowBytes
     *            below it bodies are refused; 0 chooses two segments
     * @param highBytes
     *            from it on they are taken again; 0 chooses three segments
     */
    public record FreeMarks(long lowBytes, long highBytes) {
        public FreeMarks {
            if (lowBytes < 0 || highBytes < lowBytes) {
                throw wrong("lowBytes", lowBytes, "between 0 and highBytes, now " + highBytes);
            }
        }
    }

    public FileLogOptions {
        if (segmentBytes != 0 && (segmentBytes < MIN_SEGMENT_BYTES || segmentBytes > MAX_SEGMENT_BYTES
                || Long.bitCount(segmentBytes) != 1)) {
            throw wrong("segmentBytes", segmentBytes, "0 or a power of two from 65536 to 1073741824");
        }
        if (syncIntervalMillis < 1) {
            throw wrong("syncIntervalMillis", syncIntervalMillis, "at least 1");
        }
    }

    /** The defaults: durable before the answer, 32 MiB for recent batches and as much for old ones. */
    public static FileLogOptions of(Path folder) {
        return new FileLogOptions(folder, SyncLevel.ALWAYS, WriteMode.AUTO, 0, new Memory(32 << 20, 32 << 20),
                new FreeMarks(0, 0), 100, FEATURE_LEVEL);
    }

    public FileLogOptions withSyncLevel(SyncLevel level) {
        return new FileLogOptions(folder, level, writeMode, segmentBytes, memory, freeMarks, syncIntervalMillis,
                featureLevel);
    }

    public FileLogOptions withWriteMode(WriteMode mode) {
        return new FileLogOptions(folder, syncLevel, mode, segmentBytes, memory, freeMarks, syncIntervalMillis,
                featureLevel);
    }

    public FileLogOptions withSegmentBytes(long bytes) {
        return new FileLogOptions(folder, syncLevel, writeMode, bytes, memory, freeMarks, syncIntervalMillis,
                featureLevel);
    }

    public FileLogOptions withMemory(Memory bytes) {
        return new FileLogOptions(folder, syncLevel, writeMode, segmentBytes, bytes, freeMarks, syncIntervalMillis,
                featureLevel);
    }

    public FileLogOptions withFreeMarks(FreeMarks marks) {
        return new FileLogOptions(folder, syncLevel, writeMode, segmentBytes, memory, marks, syncIntervalMillis,
                featureLevel);
    }

    public FileLogOptions withSyncIntervalMillis(long millis) {
        return new FileLogOptions(folder, syncLevel, writeMode, segmentBytes, memory, freeMarks, millis, featureLevel);
    }

    public FileLogOptions withFeatureLevel(int level) {
        return new FileLogOptions(folder, syncLevel, writeMode, segmentBytes, memory, freeMarks, syncIntervalMillis,
                level);
    }

    private static LogException wrong(String name, long value, String allowed) {
        return new LogException(LogException.Category.CALLER, name + " is " + value + "; it must be " + allowed);
    }
}
