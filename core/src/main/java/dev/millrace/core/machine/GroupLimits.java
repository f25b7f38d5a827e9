package dev.millrace.core.machine;

/**
 * How a group of a tracked topic hands out: limits per limit key, and how fast waiting makes up for priority.
 *
 * @param concurrency
 *            most messages of one limit key that are leased at once; 0: no limit
 * @param rate
 *            most messages of one limit key that are leased in a period; 0: no limit
 * @param periodMillis
 *            of the rate, 1 or more
 * @param ageingMillis
 *            a message that has waited so long counts as one priority higher, twice as long as two; 0: strict priority
 */
public record GroupLimits(int concurrency, int rate, long periodMillis, long ageingMillis) {
    public static final GroupLimits NONE = new GroupLimits(0, 0, 1_000, 0);

    /** Longest period and ageing, so that instants in microseconds stay within 63 bits. */
    public static final long MAX_MILLIS = 86_400_000L * 366;

    public GroupLimits {
        if (concurrency < 0 || rate < 0 || periodMillis < 1 || periodMillis > MAX_MILLIS || ageingMillis < 0
                || ageingMillis > MAX_MILLIS) {
            throw new IllegalArgumentException("limits are 0 (none) or more, a period 1 ms to 366 days");
        }
    }

    /** Microseconds between two messages at exactly the rate. */
    long intervalMicros() {
        return Math.max(1, periodMillis * 1_000 / rate);
    }

    boolean isNone() {
        return concurrency == 0 && rate == 0;
    }
}
