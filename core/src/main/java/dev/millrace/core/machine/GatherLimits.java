package dev.millrace.core.machine;

/**
 * When the messages of one group key that have gathered are delivered together.
 *
 * @param maxSize
 *            as soon as there are so many, 1..{@value #MOST}
 * @param maxDelayMillis
 *            so long after the first has come, whatever else comes; 0: no such limit
 * @param graceMillis
 *            so long after the last has come, 0 or more
 */
public record GatherLimits(int maxSize, long maxDelayMillis, long graceMillis) {
    /** More than so many messages are never gathered. */
    public static final int MOST = 1_000;
    /** What holds for a group that says nothing else. */
    public static final GatherLimits DEFAULT = new GatherLimits(1_000, 600_000, 60_000);

    public GatherLimits {
        if (maxSize < 1 || maxSize > MOST || maxDelayMillis < 0 || maxDelayMillis > Machine.MAX_DELAY_MILLIS
                || graceMillis < 0 || graceMillis > Machine.MAX_DELAY_MILLIS) {
            throw new IllegalArgumentException("a group gathers 1 to " + MOST
                    + " messages, with a delay and a grace period of 0 ms to 100 years");
        }
    }
}
