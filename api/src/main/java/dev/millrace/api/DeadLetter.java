package dev.millrace.api;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

/**
 * A message that a group gave up.
 *
 * @param id
 *            of the message
 * @param attempts
 *            deliveries made
 * @param bornAt
 *            when it was published
 * @param diedAt
 *            when it was given up
 * @param reason
 *            why: {@code attempts exhausted}, {@code buried}, ...
 * @param error
 *            what the last handler said, or empty
 * @param history
 *            its last failed attempts, oldest first, at most six; those of which nothing was kept are missing
 * @param body
 *            read-only
 */
public record DeadLetter(MessageId id, int attempts, Instant bornAt, Instant diedAt, String reason, String error,
        List<FailedAttempt> history, ByteBuffer body) {
    public DeadLetter {
        history = List.copyOf(history);
        body = body.asReadOnlyBuffer();
    }

    /** A view with a position of its own. */
    @Override
    public ByteBuffer body() {
        return body.asReadOnlyBuffer();
    }

    /** The body read as UTF-8. */
    public String text() {
        return StandardCharsets.UTF_8.decode(body()).toString();
    }
}
