package dev.millrace.api;

import java.time.Instant;

/**
 * One attempt that failed.
 *
 * @param number
 *            of the attempt, from 1
 * @param at
 *            when it ended
 * @param reason
 *            how it ended: {@code given back}, {@code the lease ended by time}, ...
 * @param error
 *            what the handler said, up to 400 bytes of it, or empty
 */
public record FailedAttempt(int number, Instant at, String reason, String error) {}
