package dev.millrace.log.file;

import java.io.IOException;

/**
 * Watches the free space, so that a full disk is met while preparing a segment and never inside a batch.
 *
 * <p>
 * Under the low mark {@link #hasRoom} says no, from the high mark on yes again. Both are raised by what the log still
 * means to prepare. Thread safety: any thread; looks at the disk only in the background.
 */
final class Space {
    private static final long LOOK_NANOS = 250_000_000;

    private final LogContext context;
    private final SegmentSupply supply;
    private volatile boolean room = true;
    private volatile boolean starved;
    private volatile long freeBytes;
    private volatile long neededBytes;
    private volatile long unprepared;
    private volatile long lastLook;
    private volatile boolean looking;

    Space(LogContext context, SegmentSupply supply) {
        this.context = context;
        this.supply = supply;
        lastLook = context.threads.nanoTime() - LOOK_NANOS;
    }

    /** For each command that adds bodies: cheap. */
    boolean hasRoom() {
        if (!looking && context.threads.nanoTime() - lastLook >= LOOK_NANOS) {
            looking = true;
            context.threads.work(this::look);
        }
        return room;
    }

    long freeBytes() {
        return freeBytes;
    }

    long neededBytes() {
        return neededBytes;
    }

    /** The current segment has so many bytes left to prepare. */
    void unprepared(long bytes) {
        unprepared = bytes;
    }

    /** Preparing a file failed, or worked again. */
    void starved(boolean now) {
        starved = now;
        if (now) {
            room = false;
        }
    }

    /** Compares free space with the marks. */
    void look() {
        try {
            if (context.failure.reason() == null) {
                decide(context.port().usableBytes(context.folder.path()));
            }
        } catch (IOException lost) {
            starved(true);
        } finally {
            lastLook = context.threads.nanoTime();
            looking = false;
        }
    }

    private void decide(long free) throws IOException {
        long segment = context.meta.segmentBytes();
        FileLogOptions options = context.options;
        long low = options.freeMarks().lowBytes() > 0 ? options.freeMarks().lowBytes() : 2 * segment;
        long high = options.freeMarks().highBytes() > 0 ? options.freeMarks().highBytes() : 3 * segment;
        long missing = Math.max(0, SegmentSupply.WANTED - supply.count()) * segment + unprepared;
        freeBytes = free;
        neededBytes = low + missing;
        if (free < low + missing) {
            room = false;
        } else if (free >= high + missing) {
            if (starved) {
                supply.topUp();
                starved = false;
            }
            room = true;
        }
    }
}
