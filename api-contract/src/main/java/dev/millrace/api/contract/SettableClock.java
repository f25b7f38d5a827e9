package dev.millrace.api.contract;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/** The clocks of an engine under test: they go on as the machine's do, but the wall clock can be set. Thread-safe. */
public final class SettableClock {
    private final AtomicLong aheadMillis = new AtomicLong();

    /** Monotonic. */
    public long nanos() {
        return System.nanoTime();
    }

    /** Milliseconds since 1970. */
    public long wallMillis() {
        return System.currentTimeMillis() + aheadMillis.get();
    }

    Instant now() {
        return Instant.ofEpochMilli(wallMillis());
    }

    /** Forward, or back if negative. */
    void set(Duration by) {
        aheadMillis.addAndGet(by.toMillis());
    }
}
