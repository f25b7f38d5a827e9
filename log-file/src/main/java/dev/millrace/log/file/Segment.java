package dev.millrace.log.file;

import java.nio.file.Path;

/** A file of batches that the log keeps. The fields that change are guarded by what {@link SegmentTable} says. */
final class Segment {
    final long number;
    final boolean cold;
    final Path path;
    final long start;
    /** Batches in it end before this position; the writer moves it on. */
    volatile long end;
    /** Bytes that the file of a hot segment has, written or prepared. */
    volatile long fileBytes;
    /** The engine needs none of its bodies. */
    volatile boolean released;
    /** It may be deleted when the log is synced up to here. */
    volatile long releaseAfter;

    Segment(long number, boolean cold, Path path, long start, long end) {
        this.number = number;
        this.cold = cold;
        this.path = path;
        this.start = start;
        this.end = end;
    }

    /** What the file takes of the disk; a cold one is as long as what was written into it. */
    long bytesOnDisk() {
        return cold ? bytesUsed() : fileBytes;
    }

    /** Up to the end of its batches. */
    long bytesUsed() {
        return end - start;
    }
}
