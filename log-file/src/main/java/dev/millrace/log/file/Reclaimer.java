package dev.millrace.log.file;

import dev.millrace.core.log.LogException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Recycles segments that neither bodies nor replay need.
 *
 * <p>
 * Invariant: a file goes only after everything that was written when it was released is durable, cold copies included;
 * so the record that made it superfluous cannot be lost with it. Thread safety: any thread; the work is done in the
 * background.
 */
final class Reclaimer {
    private final LogContext context;
    private final SegmentTable table;
    private final SegmentSupply supply;
    private final SnapshotStore snapshots;
    private final Durability durability;
    private final ColdWriter cold;
    private final DiskReader reader;
    private final Object freeing = new Object();
    /** Copies of the log that are being made; under {@code freeing}. */
    private int holds;

    Reclaimer(LogContext context, LogParts parts, DiskReader reader) {
        this.context = context;
        this.reader = reader;
        table = parts.table();
        supply = parts.supply();
        snapshots = parts.snapshots();
        durability = parts.durability();
        cold = parts.cold();
    }

    /** The engine needs no body of this segment any more. */
    void release(Segment segment) {
        segment.releaseAfter = durability.writtenTo();
        segment.released = true;
        context.threads.work(this::run);
    }

    /** Nothing is freed, and no snapshot deleted, until as many {@link #letGo}. */
    void hold() {
        synchronized (freeing) {
            holds++;
            snapshots.hold(true);
        }
    }

    void letGo() {
        synchronized (freeing) {
            holds--;
            snapshots.hold(holds > 0);
        }
        context.threads.work(this::run);
    }

    /** Frees what can be freed now. */
    void run() {
        synchronized (freeing) {
            if (holds == 0) {
                freeAll();
            }
        }
    }

    private void freeAll() {
        List<Segment> free = new ArrayList<>();
        long keepFrom = snapshots.keepFrom();
        for (Segment segment : table.all(false)) {
            if (segment.released && segment.end <= keepFrom && !table.isLast(segment)) {
                free.add(segment);
            }
        }
        for (Segment segment : table.all(true)) {
            if (segment.released && !cold.isWriting(segment)) {
                free.add(segment);
            }
        }
        if (!free.isEmpty() && context.failure.reason() == null) {
            free(free);
        }
    }

    private void free(List<Segment> segments) {
        try {
            if (!context.bugs.contains(PlantedBug.DELETE_BEFORE_SYNC)) {
                cold.syncForOthers();
                for (Segment segment : segments) {
                    if (segment.releaseAfter > durability.synced()) {
                        durability.sync();
                    }
                }
            }
            for (Segment segment : segments) {
                if (table.remove(segment)) {
                    reader.forget(segment);
                    if (segment.cold) {
                        context.port().delete(segment.path);
                    } else {
                        supply.recycle(segment.path);
                    }
                }
            }
            context.folder.sync();
        } catch (LogException failed) {
            // The owner, or the one who copies, meets the failed sync at its next call; nothing was freed.
            return;
        } catch (IOException failure) {
            throw context.failure.write("recycling segments in", context.folder.path(), failure);
        }
    }
}
