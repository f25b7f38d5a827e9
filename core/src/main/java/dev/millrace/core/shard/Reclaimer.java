package dev.millrace.core.shard;

import dev.millrace.core.log.Location;
import dev.millrace.core.log.ShardLog;
import dev.millrace.core.machine.SegmentUse;
import java.util.BitSet;

/**
 * Gives log segments back that hold no body anybody needs.
 *
 * <p>
 * A segment is released only when the state in which it is empty is durable: otherwise a crash could bring back messages
 * whose bodies are gone. Thread safety: owner thread only.
 */
final class Reclaimer {
    private static final long EVERY_NANOS = 200_000_000;

    private final SegmentUse use;
    private final ShardLog log;
    private final BitSet released = new BitSet();
    private final BitSet releasedCold = new BitSet();
    private long lastNanos;
    /** Segments below are released. */
    private long firstHot;
    private long firstCold;

    Reclaimer(SegmentUse use, ShardLog log) {
        this.use = use;
        this.log = log;
    }

    /** Looks for empty segments now and then; the batch under construction must be empty. */
    void work(long nowNanos) {
        if (nowNanos - lastNanos < EVERY_NANOS) {
            return;
        }
        lastNanos = nowNanos;
        firstHot = release(released, firstHot, log.tail() / log.segmentBytes(), 0);
        firstCold = release(releasedCold, firstCold, use.endSegment(true) - 1, Location.COLD);
    }

    private long release(BitSet done, long from, long end, long flag) {
        long first = from;
        for (long segment = from; segment < end; segment++) {
            long position = segment * log.segmentBytes() | flag;
            if (!done.get((int) segment) && use.liveBytes(position) == 0) {
                if (log.durable() < log.tail()) {
                    log.sync();
                }
                log.release(position);
                done.set((int) segment);
            }
            if (segment == first && done.get((int) segment)) {
                first++;
            }
        }
        return first;
    }
}
