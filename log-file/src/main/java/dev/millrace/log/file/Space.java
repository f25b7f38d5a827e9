package dev.millrace.log.file;

import java.io.IOException;

/**
 * Watches the free space, so that a full disk is met while preparing a segment and never inside a batch.
 *
 * <p>
 * Under the low mark {@link #hasRoom} says no, from the high mark on yes again. Both are raised by what the log still
 * means to prepare. It looks whenever a file has been taken or extended, so that a fast writer cannot outrun it, and
 * while it is asked, since others may fill the disk or free it. Thread safety: any thread.
 */
final class Space {
    private static final long LOOK_NANOS = 250_000_000;

    private final LogContext context;
    private final SegmentSupply supply;
    /** Background work after the disk was full. */
    private final Runnable refill;
    private volatile boolean room = true;
    private volatile boolean starved;
    private volatile long freeBytes;
    private volatile long neededBytes;
    private volatile long lastLook;
    private volatile boolean looking;

    Space(LogContext context, SegmentSupply supply) {
        this.context = context;
        this.supply = supply;
        refill = () -> {
            try {
                supply.topUp();
            } catch (IOException full) {
                starved();
            }
        };
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

    /** Preparing a file failed. */
    void starved() {
        starved = true;
        room = false;
    }

    /** Compares free space with the marks. */
    void look() {
        try {
            if (context.failure.reason() == null) {
                decide(context.port().usableBytes(context.folder.path()));
            }
        } catch (IOException lost) {
            starved();
        } finally {
            lastLook = context.threads.nanoTime();
            looking = false;
        }
    }

    private void decide(long free) {
        long segment = context.meta.segmentBytes();
        FileLogOptions options = context.options;
        long low = options.freeMarks().lowBytes() > 0 ? options.freeMarks().lowBytes() : 2 * segment;
        long high = options.freeMarks().highBytes() > 0 ? options.freeMarks().highBytes() : 3 * segment;
        long missing = Math.max(0, SegmentSupply.WANTED - supply.count()) * segment;
        freeBytes = free;
        neededBytes = low + missing;
        if (free < low + missing) {
            room = false;
        } else if (free >= high + missing) {
            room = true;
            if (starved) {
                starved = false;
                context.threads.work(refill);
            }
        }
    }
}
