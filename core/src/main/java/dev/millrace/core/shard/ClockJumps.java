package dev.millrace.core.shard;

/**
 * Notices that the wall clock jumped: it went on by more than a second more or less than the monotonic one. Elapsed time
 * does not follow a jump; an operator should hear of it all the same. Owner thread only.
 */
final class ClockJumps {
    private static final long JUMP_MILLIS = 1_000;
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final Faults faults;
    private boolean started;
    private long lastNanos;
    private long lastWallMillis;

    ClockJumps(Faults faults) {
        this.faults = faults;
    }

    /** Both clocks, as they are now. */
    void look(long nanos, long wallMillis) {
        long jumped = wallMillis - lastWallMillis - (nanos - lastNanos) / NANOS_PER_MILLI;
        if (started && Math.abs(jumped) > JUMP_MILLIS) {
            faults.clockJumped(jumped);
        }
        started = true;
        lastNanos = nanos;
        lastWallMillis = wallMillis;
    }
}
