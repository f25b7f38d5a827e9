package dev.millrace.testkit;

import dev.millrace.core.shard.ShardClock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The clock of an engine under test: it goes on as real time does, and jumps when it is told to. Thread-safe.
 */
final class TestClock implements ShardClock {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final long startNanos = System.nanoTime();
    private final Instant start;
    private final AtomicLong jumpedNanos = new AtomicLong();

    TestClock(Instant start) {
        this.start = start;
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
        return start.toEpochMilli() + (nanos() - startNanos) / NANOS_PER_MILLI;
    }
}
