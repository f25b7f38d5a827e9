package dev.millrace.core.shard;

import dev.millrace.core.log.ShardLog;
import dev.millrace.core.machine.Machine;
import dev.millrace.core.machine.MovePlan;
import dev.millrace.core.machine.PlantedBugs;
import java.util.Arrays;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Moves what is still needed out of segments that are mostly dead, so that the disk follows the live set.
 *
 * <p>
 * Order: records are copied into cold segments, the copies synced, then MOVE records written by the owner; the old
 * segment is released like any other, once the state that no longer needs it is durable. A crash before the MOVE record
 * leaves a copy nobody points at.
 *
 * <p>
 * Thread safety: owner thread only; while a {@link CopyPass} runs in the background the owner leaves the plan alone.
 */
final class Mover {
    private static final int SLICE = 1_000;

    private enum Phase {
        /** Nothing to move. */
        IDLE,
        /** The owner collects items. */
        COLLECT,
        /** The background copies. */
        COPY,
        /** The owner writes MOVE records. */
        APPLY
    }

    private final Machine machine;
    private final ShardLog log;
    private final Executor background;
    private final PlantedBugs bugs;
    private Phase phase = Phase.IDLE;
    private @Nullable MovePlan plan;
    private long[] segments = new long[0];
    private @Nullable CopyPass copying;
    private @Nullable RuntimeException problem;

    Mover(Machine machine, ShardLog log, Executor background, PlantedBugs bugs) {
        this.bugs = bugs;
        this.machine = machine;
        this.log = log;
        this.background = background;
    }

    boolean isIdle() {
        return phase == Phase.IDLE;
    }

    /** Whether the pass under way may still read from this segment. */
    boolean reads(long segmentPosition) {
        return phase != Phase.IDLE && Arrays.stream(segments).anyMatch(position -> position == segmentPosition);
    }

    /** Why the last pass failed, or null. */
    @Nullable
    RuntimeException problem() {
        return problem;
    }

    /** Starts a pass over these segments. */
    void start(long[] segmentPositions) {
        segments = segmentPositions.clone();
        plan = new MovePlan(machine, segmentPositions, log.segmentBytes());
        problem = null;
        phase = Phase.COLLECT;
    }

    /** One slice, of at most so many records; returns whether there is more to do at once. */
    boolean work(int records) {
        MovePlan current = plan;
        if (current == null) {
            return false;
        }
        return switch (phase) {
            case IDLE -> false;
            case COLLECT -> collect(current);
            case COPY -> awaitCopy();
            case APPLY -> apply(current, Math.min(SLICE, records));
        };
    }

    private boolean collect(MovePlan current) {
        if (current.collect(SLICE)) {
            phase = Phase.COPY;
            CopyPass started = new CopyPass(current, log, background, bugs);
            copying = started;
            started.start();
        }
        return true;
    }

    private boolean awaitCopy() {
        CopyPass current = copying;
        if (current != null && current.problem() != null) {
            problem = current.problem();
            phase = Phase.IDLE;
            plan = null;
            copying = null;
        } else if (current != null && current.isDone()) {
            phase = Phase.APPLY;
            copying = null;
        }
        return phase == Phase.APPLY;
    }

    private boolean apply(MovePlan current, int slice) {
        if (current.apply(slice)) {
            phase = Phase.IDLE;
            plan = null;
        }
        return phase == Phase.APPLY;
    }
}
