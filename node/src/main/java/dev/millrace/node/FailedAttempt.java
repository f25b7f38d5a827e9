package dev.millrace.node;

/**
 * One attempt that failed.
 *
 * @param number
 *            of the attempt, from 1; held at 65,535
 * @param atMillis
 *            wall time at which it ended
 * @param reason
 *            how it ended: {@code given back}, {@code the lease ended by time}, ...
 * @param error
 *            what the worker said (up to 400 bytes of it), or empty
 */
public record FailedAttempt(int number, long atMillis, String reason, String error) {}
