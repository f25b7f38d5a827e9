package dev.millrace.core.shard;

import java.util.concurrent.CompletableFuture;

/**
 * The platform thread that owns a shard: cycles while there is work, sleeps until something arrives or falls due.
 *
 * <p>
 * An error that leaves the machine's state in doubt stops the shard; {@link OutOfMemoryError} and the like end the
 * process, because nothing can be promised after them.
 */
public final class ShardThread implements Runnable {
    /** How long a stop in good order goes on with what had been handed over before. */
    private static final long DRAIN_NANOS = 5_000_000_000L;

    private final Shard shard;
    private final Thread thread;
    private final CompletableFuture<Shard> ended = new CompletableFuture<>();
    private volatile boolean stopping;
    private volatile boolean hurried;

    public ShardThread(Shard shard) {
        this.shard = shard;
        thread = Thread.ofPlatform().name("shard-" + shard.number()).unstarted(this);
    }

    public ShardThread start() {
        thread.start();
        return this;
    }

    /** Completes when the shard has stopped, by itself or because it was asked to. */
    public CompletableFuture<Shard> ended() {
        return ended;
    }

    /** Asks for a stop in good order. */
    public CompletableFuture<Shard> stop() {
        stopping = true;
        shard.inbox().wake();
        return ended;
    }

    /** The same without a snapshot and without what waits still: the cycle under way is the last one. */
    public CompletableFuture<Shard> hurry() {
        hurried = true;
        shard.hurry();
        return stop();
    }

    @Override
    public void run() {
        try {
            while (!stopping) {
                if (!shard.doWork() && shard.inbox().isEmpty()) {
                    long idle = shard.idleNanos();
                    if (idle > 0) {
                        shard.inbox().sleep(idle);
                    }
                }
            }
            long deadline = System.nanoTime() + DRAIN_NANOS;
            while (!hurried && (shard.doWork() || !shard.inbox().isEmpty()) && System.nanoTime() < deadline) {
                Thread.onSpinWait();
            }
            shard.stop();
        } catch (RuntimeException e) {
            shard.fail(e);
        } catch (Error e) {
            FatalError.end("shard-" + shard.number(), e);
        }
        ended.complete(shard);
    }
}
