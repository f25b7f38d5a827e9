package dev.millrace.core.shard;

import dev.millrace.core.log.BatchBuffer;
import dev.millrace.core.log.Block;
import dev.millrace.core.log.BlockReader;
import dev.millrace.core.log.Location;
import dev.millrace.core.log.LogException;
import dev.millrace.core.log.ShardLog;
import dev.millrace.core.machine.Machine;
import dev.millrace.core.machine.MovePlan;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
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
 * Thread safety: owner thread only, but for {@link #copy}, which runs in the background while the owner leaves the plan
 * alone.
 */
final class Mover {
    private static final int SLICE = 1_000;
    private static final int COLD_BATCH_BYTES = 256 << 10;

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
    private Phase phase = Phase.IDLE;
    private @Nullable MovePlan plan;
    private long[] segments = new long[0];
    private volatile boolean copied;
    private volatile @Nullable RuntimeException problem;

    Mover(Machine machine, ShardLog log, Executor background) {
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
        copied = false;
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
            background.execute(() -> copy(current));
        }
        return true;
    }

    private boolean awaitCopy() {
        if (problem != null) {
            phase = Phase.IDLE;
            plan = null;
        } else if (copied) {
            phase = Phase.APPLY;
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

    // ---- background ----

    private void copy(MovePlan current) {
        try {
            BatchBuffer batch = new BatchBuffer(COLD_BATCH_BYTES);
            int first = 0;
            int[] offsets = new int[current.size()];
            Reading reading = new Reading();
            for (int item = 0; item < current.size(); item++) {
                offsets[item] = copyRecord(current.location(item), reading, batch);
                if (batch.length() >= COLD_BATCH_BYTES || item == current.size() - 1) {
                    long position = log.appendCold(batch);
                    for (int moved = first; moved <= item; moved++) {
                        current.moved(moved, Location.of(position, offsets[moved]));
                    }
                    first = item + 1;
                    batch.clear();
                }
            }
            reading.end();
            log.syncCold();
            copied = true;
        } catch (RuntimeException e) {
            problem = e;
        }
    }

    private int copyRecord(long location, Reading reading, BatchBuffer batch) {
        ByteBuffer block = reading.block(log.reader(), Location.batchPosition(location));
        int offset = Location.offset(location);
        int length = MovePlan.recordBytes(block, offset);
        int gap = -batch.length() & (Location.OFFSET_UNIT - 1);
        ByteBuffer bytes = batch.ensure(gap + length);
        for (int i = 0; i < gap; i++) {
            bytes.put((byte) 0);
        }
        int start = bytes.position();
        bytes.put(start, block, offset, length);
        bytes.position(start + length);
        batch.countRecord();
        return start;
    }

    /** The block read last, kept while records are taken from it. */
    private static final class Reading {
        private @Nullable Block block;
        private @Nullable LogException failure;

        ByteBuffer block(BlockReader reader, long position) {
            Block current = block;
            if (current != null && current.position() == position) {
                return current.bytes();
            }
            end();
            CountDownLatch done = new CountDownLatch(1);
            reader.load(position, new BlockReader.Sink() {
                @Override
                public void loaded(Block loaded) {
                    block = loaded;
                    done.countDown();
                }

                @Override
                public void failed(LogException reason) {
                    failure = reason;
                    done.countDown();
                }
            });
            return await(done);
        }

        private ByteBuffer await(CountDownLatch done) {
            try {
                done.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("relocation was interrupted", e);
            }
            LogException reason = failure;
            Block loaded = block;
            if (reason != null || loaded == null) {
                throw reason != null ? reason : new IllegalStateException("nothing was read");
            }
            return loaded.bytes();
        }

        void end() {
            Block current = block;
            if (current != null) {
                current.unpin();
                block = null;
            }
        }
    }
}
