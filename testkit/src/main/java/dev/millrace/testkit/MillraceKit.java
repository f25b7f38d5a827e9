package dev.millrace.testkit;

import dev.millrace.api.Millrace;
import dev.millrace.api.PublishLimits;
import dev.millrace.api.internal.Engines;
import dev.millrace.api.spi.Engine;
import dev.millrace.api.task.Worker;
import dev.millrace.log.file.FileLogFactory;
import dev.millrace.log.file.FileLogOptions;
import dev.millrace.log.file.RealThreads;
import dev.millrace.node.embedded.EmbeddedEngines;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A {@link Millrace} for tests: the real engine and the real log, on files in memory, with a clock that the test moves.
 *
 * <pre>
 *   try (MillraceKit kit = MillraceKit.start()) {
 *       kit.millrace().queue("mails").enqueue(Task.of("remind", "17").delay(Duration.ofDays(3)));
 *       kit.advance(Duration.ofDays(3));
 *       kit.runDue(kit.millrace().worker().queue("mails").handle("remind", handler));
 *       kit.queue("mails").enqueued("remind", 1).done(1);
 *   }
 * </pre>
 *
 * <p>
 * Thread safety: as {@link Millrace}; {@link #restart} by one thread while no other uses it.
 */
public final class MillraceKit implements AutoCloseable {
    private static final Path FOLDER = Path.of("memory");
    private static final int SEGMENT_BYTES = 1 << 20;

    private final MemoryFiles files = new MemoryFiles();
    private final AtomicLong logIds = new AtomicLong();
    private final TestClock clock;
    private final EnqueuedTypes enqueued = new EnqueuedTypes();
    private Engine engine;
    private Millrace millrace;

    private MillraceKit(Instant start) {
        clock = new TestClock(start);
        engine = open();
        millrace = Engines.over(engine, PublishLimits.defaults());
    }

    /** Starts an empty engine; its time is now. */
    public static MillraceKit start() {
        return new MillraceKit(Instant.now());
    }

    /** The same, at another time, not before 2020. */
    public static MillraceKit startAt(Instant time) {
        return new MillraceKit(time);
    }

    private Engine open() {
        FileLogOptions options = FileLogOptions.of(FOLDER)
                .withSegmentBytes(SEGMENT_BYTES)
                .withMemory(new FileLogOptions.Memory(SEGMENT_BYTES, SEGMENT_BYTES));
        return EmbeddedEngines.open(
                onDefect -> new FileLogFactory(options, files, new RealThreads(1, onDefect), logIds::incrementAndGet),
                clock, enqueued::watching);
    }

    /** The API; another one after {@link #restart}. */
    public Millrace millrace() {
        return millrace;
    }

    // ---- time ----

    /** The engine's time: it goes on as real time does, and jumps by {@link #advance} and {@link #setWallClock}. */
    public Instant now() {
        return clock.now();
    }

    /**
     * Jumps forward, and returns when the engine has seen it: what is due by then is ready, or with a worker. Leases live
     * through it: to the engine it is a standstill of its process, which is not counted against them.
     */
    public void advance(Duration by) {
        if (by.isNegative()) {
            throw new IllegalArgumentException("time does not go back: " + by);
        }
        clock.jump(by);
        awaitNoticed();
    }

    /**
     * Sets the wall clock forward, or back if negative, as an operator or NTP does, and returns when the engine has seen it.
     * What has an instant ({@code at}) follows it; delays, backoffs and leases do not.
     */
    public void setWallClock(Duration by) {
        clock.setWall(by);
        awaitNoticed();
    }

    /** One cycle notices the new time, what it did is seen by the next. */
    private void awaitNoticed() {
        for (int cycle = 0; cycle < 2; cycle++) {
            millrace.topics();
        }
        EmbeddedEngines.awaitFollowing(engine);
    }

    /** Ends the engine as its process ends, and starts it again on the same data. */
    public void restart() {
        millrace.close();
        engine = open();
        millrace = Engines.over(engine, PublishLimits.defaults());
    }

    // ---- tasks ----

    /**
     * Runs every task of the worker's queues that is ready now, one after the other on this thread, and those that become
     * ready by it, steps of chains and ends of batches included; as a worker of one handler would. No other worker may be at work on these queues.
     *
     * @param worker
     *            set up, not started
     * @return attempts that were made
     */
    public int runDue(Worker.Builder worker) {
        int all = 0;
        int round;
        do {
            EmbeddedEngines.awaitFollowing(engine);
            round = Engines.runDue(worker);
            all += round;
        } while (round > 0);
        return all;
    }

    /** What is known of a queue, to be asserted; what follows tasks that are over has been enqueued by then. */
    public QueueAssert queue(String name) {
        EmbeddedEngines.awaitFollowing(engine);
        return new QueueAssert(name, millrace, enqueued);
    }

    @Override
    public void close() {
        millrace.close();
    }
}
