package dev.millrace.node;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * A message that a group gave up.
 *
 * @param cursor
 *            its place in the group's list of dead letters
 * @param id
 *            message id
 * @param attempts
 *            deliveries made
 * @param bornAtNanos
 *            wall time of the publish, nanoseconds since 1970
 * @param firstFailureMillis
 *            wall time of its first failed attempt, 0 when not known
 * @param diedAtMillis
 *            wall time of its death
 * @param reason
 *            why: {@code attempts exhausted}, {@code buried}, ...
 * @param error
 *            what the last worker said, or empty
 * @param history
 *            its last failed attempts, oldest first, the last one included: at most six. Those of which nothing was
 *            kept are missing
 * @param body
 *            the message's bytes, read-only
 */
public record DeadLetter(long cursor, long id, int attempts, long bornAtNanos, long firstFailureMillis,
        long diedAtMillis, String reason, String error, List<FailedAttempt> history,
        ByteBuffer body) {}
