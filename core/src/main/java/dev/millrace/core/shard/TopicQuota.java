package dev.millrace.core.shard;

/**
 * How much one topic keeps for its slowest group, and what happens then. 0: no limit.
 *
 * @param messages
 *            not taken by the slowest group, scheduled ones included
 * @param bytes
 *            in the log, of what has joined and is not done everywhere
 * @param ageMillis
 *            of the oldest that the slowest group has not taken
 * @param dropOldest
 *            what no group has taken is dropped, oldest first, and counted; else publishes are refused
 */
public record TopicQuota(long messages, long bytes, long ageMillis, boolean dropOldest) {
    /** No limits. */
    public static final TopicQuota NONE = new TopicQuota(0, 0, 0, false);

    public TopicQuota {
        if (messages < 0 || bytes < 0 || ageMillis < 0) {
            throw new IllegalArgumentException("a quota cannot be negative: " + messages + " messages, " + bytes
                    + " bytes, " + ageMillis + " ms");
        }
    }

    boolean isNone() {
        return messages == 0 && bytes == 0 && ageMillis == 0;
    }
}
