package dev.millrace.core.shard;

import java.util.function.LongSupplier;

/** The two clocks of a shard. Thread-safe. */
public interface ShardClock {
    /** Monotonic time in nanoseconds from an arbitrary start. */
    long nanos();

    /** Wall time in milliseconds since 1970; may jump. */
    long wallMillis();

    /** The machine's own clocks. */
    ShardClock SYSTEM = of(System::nanoTime, System::currentTimeMillis);

    /** Clocks that ask these, which have to be thread-safe. */
    static ShardClock of(LongSupplier nanos, LongSupplier wallMillis) {
        return new ShardClock() {
            @Override
            public long nanos() {
                return nanos.getAsLong();
            }

            @Override
            public long wallMillis() {
                return wallMillis.getAsLong();
            }
        };
    }
}
