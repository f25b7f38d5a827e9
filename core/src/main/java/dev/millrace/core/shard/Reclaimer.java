package dev.millrace.core.shard;

import dev.millrace.core.log.Location;
import dev.millrace.core.log.ShardLog;
import dev.millrace.core.machine.SegmentUse;
import java.util.Arrays;
import java.util.BitSet;

/**
 * Gives log segments back that hold no body anybody needs, and finds those that are worth moving.
 *
 * <p>
 * A segment is released only when the state in which it is empty is durable: otherwise a crash could bring back messages
 * whose bodies are gone. Thread safety: owner thread only.
 */
final class Reclaimer {
    private static final long EVERY_NANOS = 200_000_000;
    /** Segments moved in one pass. */
    private static final int SEGMENTS_PER_PASS = 16;

    private final SegmentUse use;
    private final ShardLog log;
    private final Mover mover;
    private final Outstanding outstanding;
    private final BitSet released = new BitSet();
    private final BitSet releasedCold = new BitSet();
    private long lastNanos;
    /** Segments below are released. */
    private long firstHot;
    private long firstCold;
    private long releases;

    Reclaimer(SegmentUse use, ShardLog log, Mover mover, Outstanding outstanding) {
        this.use = use;
        this.log = log;
        this.mover = mover;
        this.outstanding = outstanding;
    }

    /** Looks for empty and half-dead segments now and then; the batch under construction must be empty. */
    void work(long nowNanos) {
        if (nowNanos - lastNanos < EVERY_NANOS) {
            return;
        }
        lastNanos = nowNanos;
        outstanding.prune();
        long endHot = log.tail() / log.segmentBytes();
        long endCold = use.endSegment(true) - 1;
        firstHot = release(released, firstHot, endHot, 0);
        firstCold = release(releasedCold, firstCold, endCold, Location.COLD);
        if (mover.isIdle() && mover.problem() == null) {
            long[] worth = worthMoving(firstHot, endHot, 0);
            if (worth.length == 0) {
                worth = worthMoving(firstCold, endCold, Location.COLD);
            }
            if (worth.length > 0) {
                mover.start(worth);
            }
        }
    }

    /** Segments released since the shard was opened. */
    long releases() {
        return releases;
    }

    private long[] worthMoving(long from, long end, long flag) {
        long[] found = new long[SEGMENTS_PER_PASS];
        int size = 0;
        for (long segment = from; segment < end && size < SEGMENTS_PER_PASS; segment++) {
            long position = segment * log.segmentBytes() | flag;
            long live = use.liveBytes(position);
            if (live > 0 && live <= log.segmentBytes() / 2) {
                found[size++] = position;
            }
        }
        return Arrays.copyOf(found, size);
    }

    private long release(BitSet done, long from, long end, long flag) {
        long first = from;
        for (long segment = from; segment < end; segment++) {
            long position = segment * log.segmentBytes() | flag;
            if (!done.get((int) segment) && use.liveBytes(position) == 0 && !mover.reads(position)
                    && !outstanding.needs(position, log.segmentBytes())) {
                if (log.durable() < log.tail()) {
                    log.sync();
                }
                log.release(position);
                releases++;
                done.set((int) segment);
            }
            if (segment == first && done.get((int) segment)) {
                first++;
            }
        }
        return first;
    }
}
