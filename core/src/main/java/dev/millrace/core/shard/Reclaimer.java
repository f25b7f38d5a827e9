package dev.millrace.core.shard;

import dev.millrace.core.log.Location;
import dev.millrace.core.log.LogException;
import dev.millrace.core.log.ShardLog;
import dev.millrace.core.machine.SegmentUse;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.BitSet;
import java.util.TreeMap;
import java.util.function.Consumer;

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
    private static final long FIRST_REST_NANOS = 1_000_000_000L;
    private static final long MAX_REST_NANOS = 60_000_000_000L;
    private static final long LEFT_ALONE_NANOS = 600_000_000_000L;
    private static final long[] NOTHING = {};

    private final SegmentUse use;
    private final ShardLog log;
    private final Mover mover;
    private final Outstanding outstanding;
    private final BitSet released = new BitSet();
    private final BitSet releasedCold = new BitSet();
    /** Cold segments below were there at the start; nothing is written to them, and the state may not know them any more. */
    private final long coldBefore;
    private long lastNanos;
    /** Segments below are released. */
    private long firstHot;
    private long firstCold;
    private long releases;
    private final Consumer<RuntimeException> failed;
    /** Segments of the pass under way, or of the last one. */
    private long[] pass = NOTHING;
    /** Segments of a pass that failed, to be tried one by one. */
    private final ArrayDeque<Long> suspects = new ArrayDeque<>();
    /** Segments that cannot be read, and until when they are not tried again. */
    private final TreeMap<Long, Long> leftAlone = new TreeMap<>();
    private int failuresInARow;
    private long restUntilNanos;

    /** {@code failed} hears of every pass that failed. The clock may begin anywhere, also below 0. */
    Reclaimer(SegmentUse use, ShardLog log, Mover mover, Outstanding outstanding, Consumer<RuntimeException> failed,
            long nowNanos) {
        lastNanos = nowNanos;
        restUntilNanos = nowNanos;
        this.failed = failed;
        this.use = use;
        this.log = log;
        this.mover = mover;
        this.outstanding = outstanding;
        coldBefore = log.coldEnd() / log.segmentBytes();
    }

    /** Looks for empty and half-dead segments now and then; the batch under construction must be empty. */
    void work(long nowNanos) {
        if (nowNanos - lastNanos < EVERY_NANOS) {
            return;
        }
        lastNanos = nowNanos;
        outstanding.prune();
        long endHot = log.tail() / log.segmentBytes();
        long endCold = Math.max(coldBefore, use.endSegment(true) - 1);
        firstHot = release(released, firstHot, endHot, 0);
        firstCold = release(releasedCold, firstCold, endCold, Location.COLD);
        if (mover.isIdle()) {
            hearOfLastPass(nowNanos);
            if (nowNanos >= restUntilNanos) {
                startPass(nowNanos, endHot, endCold);
            }
        }
    }

    private void startPass(long nowNanos, long endHot, long endCold) {
        long[] worth = nextSuspect();
        if (worth.length == 0) {
            worth = worthMoving(nowNanos, firstHot, endHot, 0);
        }
        if (worth.length == 0) {
            worth = worthMoving(nowNanos, firstCold, endCold, Location.COLD);
        }
        if (worth.length > 0) {
            pass = worth;
            mover.start(worth);
        }
    }

    // ---- passes that fail ----

    /**
     * After a failed pass there is a rest, twice as long each time; then its segments are tried one by one, so that one
     * that cannot be read holds up no other. That one is left alone for a while.
     */
    private void hearOfLastPass(long nowNanos) {
        RuntimeException problem = mover.problem();
        if (problem == null) {
            failuresInARow = pass.length > 0 ? 0 : failuresInARow;
        } else if (pass.length > 0) {
            restUntilNanos = nowNanos + Math.min(MAX_REST_NANOS, FIRST_REST_NANOS << Math.min(failuresInARow, 16));
            failuresInARow++;
            if (pass.length == 1 && isUnreadable(problem)) {
                leftAlone.put(pass[0], nowNanos + LEFT_ALONE_NANOS);
            } else {
                Arrays.stream(pass).forEach(suspects::add);
            }
            failed.accept(problem);
        }
        pass = NOTHING;
    }

    private static boolean isUnreadable(RuntimeException problem) {
        return problem instanceof LogException log && log.category() == LogException.Category.DAMAGED;
    }

    private long[] nextSuspect() {
        while (!suspects.isEmpty()) {
            long position = suspects.remove();
            if (isWorthMoving(position)) {
                return new long[]{position};
            }
        }
        return NOTHING;
    }

    private boolean isLeftAlone(long position, long nowNanos) {
        Long until = leftAlone.get(position);
        if (until != null && nowNanos >= until) {
            leftAlone.remove(position);
        }
        return until != null && nowNanos < until;
    }

    private boolean isWorthMoving(long position) {
        long live = use.liveBytes(position);
        return live > 0 && live <= log.segmentBytes() / 2;
    }

    /** Segments released since the shard was opened. */
    long releases() {
        return releases;
    }

    private long[] worthMoving(long nowNanos, long from, long end, long flag) {
        long[] found = new long[SEGMENTS_PER_PASS];
        int size = 0;
        for (long segment = from; segment < end && size < SEGMENTS_PER_PASS; segment++) {
            long position = segment * log.segmentBytes() | flag;
            if (isWorthMoving(position) && !isLeftAlone(position, nowNanos)) {
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
                leftAlone.remove(position);
            }
            if (segment == first && done.get((int) segment)) {
                first++;
            }
        }
        return first;
    }
}
