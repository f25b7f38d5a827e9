package dev.millrace.api.spi;

/**
 * What is to become of a leased message. {@link Extend}, {@link Progress}, {@link Result} and {@link Log} leave the lease
 * as it is; all others end it. Those of one token are carried out in the order of their calls.
 */
public sealed interface Settlement {
    /** Done. */
    record Ack() implements Settlement {}

    /**
     * Deliver again.
     *
     * @param delayMillis
     *            not before so long
     * @param error
     *            what went wrong, or empty
     */
    record Retry(long delayMillis, String error) implements Settlement {}

    /**
     * The attempt failed: the retry policy that the engine keeps decides when it is delivered again, or that it is dead.
     *
     * @param error
     *            what went wrong, or empty
     */
    record Fail(String error) implements Settlement {}

    /**
     * Deliver again without counting this attempt, where the engine can; else as {@link Retry}.
     *
     * @param delayMillis
     *            not before so long
     * @param error
     *            why, or empty
     */
    record Snooze(long delayMillis, String error) implements Settlement {}

    /**
     * The lease ends so much later than now.
     *
     * @param leaseMillis
     *            at least 1
     */
    record Extend(long leaseMillis) implements Settlement {}

    /**
     * Give up.
     *
     * @param error
     *            what went wrong, or empty
     */
    record Bury(String error) implements Settlement {}

    /**
     * How far its handler is. Only of tasks, as those that follow; of each the last one counts.
     *
     * @param percent
     *            0 to 100
     * @param text
     *            in words, or empty
     */
    record Progress(int percent, String text) implements Settlement {}

    /**
     * What its handler leaves.
     *
     * @param bytes
     *            at most {@link #MAX_RESULT_BYTES}; not copied
     */
    @SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
    record Result(byte[] bytes) implements Settlement {}

    /**
     * The last lines that its handler wrote.
     *
     * @param lines
     *            at most {@link #MAX_LOG_BYTES} of UTF-8, each ended by a line feed
     */
    record Log(String lines) implements Settlement {}

    /** Of a result. */
    int MAX_RESULT_BYTES = 64 << 10;
    /** Of a log. */
    int MAX_LOG_BYTES = 16 << 10;
}
