package dev.millrace.core.shard;

import dev.millrace.core.log.BatchBuffer;
import dev.millrace.core.log.Block;
import dev.millrace.core.log.BlockReader;
import dev.millrace.core.log.Location;
import dev.millrace.core.log.LogException;
import dev.millrace.core.log.ShardLog;
import dev.millrace.core.machine.MovePlan;
import dev.millrace.core.machine.PlantedBugs;
import dev.millrace.core.machine.PlantedBugs.Bug;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Copies what a plan names into cold segments and syncs the copies. It goes from one block to the next: while a block is
 * being read, which may have to wait for memory that slow consumers hold, the background is free for other work.
 *
 * <p>
 * Thread safety: one step at a time runs in the background; {@link #isDone} and {@link #problem} may be asked by any
 * thread and are the hand-over of the plan to the owner.
 */
final class CopyPass implements BlockReader.Sink {
    private static final int COLD_BATCH_BYTES = 256 << 10;

    private final MovePlan plan;
    private final ShardLog log;
    private final Executor background;
    private final PlantedBugs bugs;
    private final BatchBuffer batch = new BatchBuffer(COLD_BATCH_BYTES);
    private final int[] offsets;
    private int item;
    /** The first item that stands in the batch. */
    private int first;
    /** The block read last, pinned while records are taken from it. */
    private @Nullable Block block;
    private volatile boolean done;
    private volatile @Nullable RuntimeException problem;

    CopyPass(MovePlan plan, ShardLog log, Executor background, PlantedBugs bugs) {
        this.bugs = bugs;
        this.plan = plan;
        this.log = log;
        this.background = background;
        offsets = new int[plan.size()];
    }

    void start() {
        background.execute(this::step);
    }

    /** Whether all copies are durable. */
    boolean isDone() {
        return done;
    }

    /** Why it ended before, or null. */
    @Nullable
    RuntimeException problem() {
        return problem;
    }

    /** As far as the block at hand reaches. */
    private void step() {
        try {
            while (item < plan.size()) {
                long position = Location.batchPosition(plan.location(item));
                Block current = block;
                if (current == null || current.position() != position) {
                    letGo();
                    log.reader().load(position, this);
                    return;
                }
                copy(current.bytes());
            }
            letGo();
            if (!bugs.has(Bug.COPIES_NOT_SYNCED)) {
                log.syncCold();
            }
            done = true;
        } catch (RuntimeException e) {
            letGo();
            problem = e;
        }
    }

    @Override
    public void loaded(Block read) {
        block = read;
        try {
            background.execute(this::step);
        } catch (RejectedExecutionException stopping) {
            letGo();
            problem = stopping;
        }
    }

    @Override
    public void failed(LogException reason) {
        problem = reason;
    }

    private void letGo() {
        Block current = block;
        if (current != null) {
            block = null;
            current.unpin();
        }
    }

    private void copy(ByteBuffer bytes) {
        offsets[item] = copyRecord(bytes, Location.offset(plan.location(item)));
        item++;
        if (batch.length() >= COLD_BATCH_BYTES || item == plan.size()) {
            long position = log.appendCold(batch);
            for (int moved = first; moved < item; moved++) {
                plan.moved(moved, Location.of(position, offsets[moved]));
            }
            first = item;
            batch.clear();
        }
    }

    private int copyRecord(ByteBuffer bytes, int offset) {
        int length = MovePlan.recordBytes(bytes, offset);
        int gap = -batch.length() & (Location.OFFSET_UNIT - 1);
        ByteBuffer target = batch.ensure(gap + length);
        for (int i = 0; i < gap; i++) {
            target.put((byte) 0);
        }
        int start = target.position();
        target.put(start, bytes, offset, length);
        target.position(start + length);
        batch.countRecord();
        return start;
    }
}
