package dev.millrace.api.spi;

/** What is to become of a leased message. All but {@link Extend} end the lease. */
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
}
