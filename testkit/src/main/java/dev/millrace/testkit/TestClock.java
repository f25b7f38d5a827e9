package dev.millrace.testkit;

import dev.millrace.core.shard.ShardClock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The clocks of an engine under test: they go on as real time does, and jump when they are told to, both or the wall clock
 * alone. Thread-safe.
 */
final class TestClock implements ShardClock {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final long startNanos = System.nanoTime();
    private final Instant start;
    private final AtomicLong jumpedNanos = new AtomicLong();
    private final AtomicLong wallMillis = new AtomicLong();

    TestClock(Instant start) {
        this.start = start;
    }

    /** The wall clock alone; also back. */
    void setWall(Duration by) {
        wallMillis.addAndGet(by.toMillis());
    }

    void jump(Duration by) {
        jumpedNanos.addAndGet(by.toNanos());
    }

    Instant now() {
        return Instant.ofEpochMilli(wallMillis());
    }

    @Override
    public long nanos() {
        return System.nanoTime() + jumpedNanos.get();
    }

    @Override
    public long wallMillis() {
        return start.toEpochMilli() + wallMillis.get() + (nanos() - startNanos) / NANOS_PER_MILLI;
    }
}
