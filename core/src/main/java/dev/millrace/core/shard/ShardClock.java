package dev.millrace.core.shard;

/** The two clocks of a shard. Thread-safe. */
public interface ShardClock {
    /** Monotonic time in nanoseconds from an arbitrary start. */
    long nanos();

    /** Wall time in milliseconds since 1970; may jump. */
    long wallMillis();

    /** The machine's own clocks. */
    ShardClock SYSTEM = new ShardClock() {
        @Override
        public long nanos() {
            return System.nanoTime();
        }

        @Override
        public long wallMillis() {
            return System.currentTimeMillis();
        }
    };
}
