package dev.millrace.core.shard;

import dev.millrace.core.log.ReplayTarget;
import dev.millrace.core.log.ShardLog;
import dev.millrace.core.log.SnapshotReader;
import dev.millrace.core.log.SnapshotWriter;
import dev.millrace.core.machine.ImageWriter;
import dev.millrace.core.machine.Machine;
import dev.millrace.core.machine.Replayer;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes snapshots of the machine in the background and loads them at recovery.
 *
 * <p>
 * Thread safety: owner thread only; the tasks it gives to its executor touch frozen data, and {@code problem}.
 */
final class Snapshots {
    /** Slots of the wheel looked at in one slice. */
    private static final int SLICE_SLOTS = 4_096;
    private static final long TIDYING_NANOS = 10_000_000_000L;

    private final Machine machine;
    private final ShardLog log;
    private final long everyBytes;
    private final Executor background;
    private @Nullable ImageWriter image;
    private @Nullable SnapshotWriter file;
    private long lastPosition;
    private boolean brought;
    /** So many more are wanted to give released segments back. */
    private int tidying;
    private long startedNanos;
    private volatile @Nullable RuntimeException problem;
    private final Consumer<RuntimeException> onFailure;

    /** {@code onFailure} hears of each that failed, on the owner thread; the next is tried after ten seconds. */
    Snapshots(Machine machine, ShardLog log, long everyBytes, Executor background, long nanos,
            Consumer<RuntimeException> onFailure) {
        this.onFailure = onFailure;
        this.machine = machine;
        this.log = log;
        this.everyBytes = everyBytes;
        this.background = background;
        startedNanos = nanos;
    }

    ReplayTarget replayTarget() {
        Replayer replayer = new Replayer(machine);
        return new ReplayTarget() {
            @Override
            public void snapshot(SnapshotReader snapshot) {
                lastPosition = snapshot.position();
                replayer.snapshot(snapshot);
            }

            @Override
            public void batch(long position, int recordCount, long elapsedMillis, long wallMillis, ByteBuffer records) {
                replayer.batch(position, records);
            }
        };
    }

    /** Segments were released: replay keeps them until both kept snapshots are newer. */
    void tidy() {
        tidying = 2;
    }

    /** Whether so much was written since the last one that the next should start, or segments wait for it. */
    boolean isDue(long nanos) {
        return image == null && (log.tail() - lastPosition >= everyBytes
                || (tidying > 0 && nanos - startedNanos >= TIDYING_NANOS));
    }

    /** Whether one would move the start of replay at all. */
    boolean isWorthwhile() {
        return log.tail() > lastPosition;
    }

    /** Starts one at the instant {@code nanos}; the batch under construction must be empty. */
    void start(long elapsedMillis, long wallMillis, long nanos) {
        startedNanos = nanos;
        tidying = Math.max(0, tidying - 1);
        lastPosition = log.tail();
        problem = null;
        SnapshotWriter writer = log.startSnapshot(lastPosition, elapsedMillis, wallMillis);
        file = writer;
        image = new ImageWriter(machine, writer);
        brought = false;
    }

    /** Brings the next slice of a snapshot under way; returns whether it wants to go on at once. */
    boolean work() {
        ImageWriter current = image;
        if (current == null) {
            return false;
        }
        RuntimeException failed = problem;
        if (current.isCommitted() || failed != null) {
            finish();
            if (!current.isCommitted() && failed != null) {
                // It is tried again, and what wants it to give segments back still does.
                tidying = Math.max(1, tidying);
                onFailure.accept(failed);
            }
            return false;
        }
        if (!brought) {
            brought = current.bringWaiting(SLICE_SLOTS);
            background.execute(() -> run(current));
            return !brought;
        }
        return false;
    }

    private void run(ImageWriter current) {
        try {
            if (problem == null) {
                current.run();
            }
        } catch (RuntimeException e) {
            problem = e;
        }
    }

    private void finish() {
        SnapshotWriter writer = file;
        if (writer != null) {
            writer.close();
        }
        image = null;
        file = null;
    }

    long lastPosition() {
        return lastPosition;
    }

    /**
     * So that the next start has nothing to replay: ends the one under way and takes a last one, as long as
     * {@code goOn} says so. Only while the shard stops.
     */
    void last(long elapsedMillis, long wallMillis, BooleanSupplier goOn) {
        if (log.tail() == lastPosition && image == null) {
            return;
        }
        end(goOn);
        if (image == null && goOn.getAsBoolean()) {
            start(elapsedMillis, wallMillis, startedNanos);
            end(goOn);
        }
    }

    private void end(BooleanSupplier goOn) {
        while (image != null && goOn.getAsBoolean()) {
            if (!work()) {
                awaitBackground();
            }
        }
    }

    /** Waits, briefly, for what the executor was given; only while the shard stops. */
    private void awaitBackground() {
        java.util.concurrent.CountDownLatch reached = new java.util.concurrent.CountDownLatch(1);
        background.execute(reached::countDown);
        try {
            if (!reached.await(1, java.util.concurrent.TimeUnit.SECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
