package dev.millrace.node;

import dev.millrace.core.log.LogException;
import dev.millrace.core.log.LogFactory;
import dev.millrace.core.log.LogUsage;
import dev.millrace.core.log.RecoveryReport;
import dev.millrace.core.machine.PlantedBugs;
import dev.millrace.core.shard.FatalError;
import dev.millrace.core.shard.Session;
import dev.millrace.core.shard.SessionKind;
import dev.millrace.core.shard.SessionListener;
import dev.millrace.core.shard.Shard;
import dev.millrace.core.shard.ShardClock;
import dev.millrace.core.shard.ShardException;
import dev.millrace.core.shard.ShardOptions;
import dev.millrace.core.shard.ShardThread;
import dev.millrace.core.shard.Surroundings;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The place of one shard in its node: the shard that serves now, and what happens when it fails.
 *
 * <p>
 * Thread safety: all methods may be called from any thread; {@code shard}, {@code thread} and {@code trouble} change
 * under the monitor only.
 */
final class ShardSlot {
    private static final Logger LOG = LoggerFactory.getLogger(ShardSlot.class);
    private static final long SECOND_FAILURE_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final int number;
    private final ShardOptions options;
    private final LogFactory logs;
    private final ShardClock clock;
    private final PlantedBugs bugs;
    private final Directory directory;
    private final ExecutorService background;
    private volatile @Nullable Shard shard;
    private volatile @Nullable ShardThread thread;
    private volatile String trouble = "not opened yet";
    private boolean closing;
    private boolean failedBefore;
    private long failedAtNanos;

    ShardSlot(int number, ShardOptions options, LogFactory logs, ShardClock clock, PlantedBugs bugs,
            Directory directory) {
        this.bugs = bugs;
        this.number = number;
        this.options = options;
        this.logs = logs;
        this.clock = clock;
        this.directory = directory;
        background = Executors.newSingleThreadExecutor(
                Thread.ofPlatform()
                        .daemon()
                        .name("shard-" + number + "-snapshot")
                        .uncaughtExceptionHandler(ShardSlot::defect)
                        .factory());
    }

    /** Its tasks catch exceptions themselves; after an error nothing can be promised. */
    private static void defect(Thread thread, Throwable failure) {
        if (failure instanceof Error) {
            FatalError.end(thread.getName(), failure);
        }
        LOG.error("a task of thread {} failed", thread.getName(), failure);
    }

    synchronized void open() {
        Shard opened = new Shard(number, options, logs,
                new Surroundings(clock, directory.of(number), background, directory.mail()), bugs);
        shard = opened;
        RecoveryReport report = opened.recovery();
        LOG.info("shard {} recovered: snapshot at {}, {} batches ({} bytes) replayed, {} torn bytes cut", number,
                report.snapshotPosition(), report.batches(), report.bytes(), report.tornBytes());
        for (String note : report.notes()) {
            LOG.warn("shard {}: {}", number, note);
        }
        ShardThread started = new ShardThread(opened).start();
        thread = started;
        trouble = "";
        CompletableFuture<Void> watched = started.ended().thenAcceptAsync(this::ended);
        LOG.debug("watching shard {}: {}", number, watched);
    }

    private synchronized void ended(Shard dead) {
        Throwable failure = dead.failure();
        if (failure == null || closing) {
            trouble = closing ? "stopped" : trouble;
            background.shutdown();
            return;
        }
        long now = clock.nanos();
        boolean again = failedBefore && now - failedAtNanos < SECOND_FAILURE_NANOS;
        failedBefore = true;
        failedAtNanos = now;
        trouble = "shard " + number + " failed: " + failure.getMessage();
        LOG.error("shard {} failed", number, failure);
        if (again || isFinal(failure)) {
            LOG.error("shard {} stays down; mend the cause and restart the server", number);
            return;
        }
        try {
            open();
            LOG.warn("shard {} serves again", number);
        } catch (RuntimeException e) {
            trouble = "shard " + number + " could not be opened again: " + e.getMessage();
            LOG.error("shard {} stays down; mend the cause and restart the server", number, e);
        }
    }

    private static boolean isFinal(Throwable failure) {
        return failure instanceof LogException log && (log.category() == LogException.Category.DAMAGED
                || log.category() == LogException.Category.FENCED);
    }

    /** Stops after the cycle under way, without a snapshot; does not wait for {@link #stop}. */
    CompletableFuture<?> hurry() {
        ShardThread running = thread;
        return running == null ? CompletableFuture.completedFuture(null) : running.hurry();
    }

    synchronized CompletableFuture<?> stop() {
        closing = true;
        ShardThread running = thread;
        return running == null ? CompletableFuture.completedFuture(null) : running.stop();
    }

    int number() {
        return number;
    }

    RecoveryReport recovery() {
        return serving().recovery();
    }

    Session openSession(SessionListener listener, SessionKind kind) {
        return serving().openSession(listener, kind);
    }

    <T> CompletableFuture<T> call(Function<Shard, T> work) {
        Shard current = shard;
        if (current == null) {
            return CompletableFuture.failedFuture(new ShardException(trouble, null));
        }
        return current.call(work);
    }

    private Shard serving() {
        Shard current = shard;
        if (current == null) {
            throw new BrokerException(BrokerException.Category.UNAVAILABLE, trouble);
        }
        return current;
    }

    ShardHealth health() {
        Shard current = shard;
        boolean serving = current != null && !current.stopped() && trouble.isEmpty();
        return new ShardHealth(number, serving, serving ? "" : trouble);
    }

    /** Why it refused what adds messages. */
    String noRoom() {
        Shard current = shard;
        LogUsage usage = current == null ? null : current.metrics().noRoom();
        return usage == null ? "the disk is nearly full"
                : "the disk is nearly full: " + usage.folder() + " has " + usage.freeBytes() + " bytes free and needs "
                        + usage.neededBytes();
    }

    @Nullable
    Shard current() {
        return shard;
    }
}
