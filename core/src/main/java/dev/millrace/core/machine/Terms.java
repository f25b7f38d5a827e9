package dev.millrace.core.machine;

import dev.millrace.core.message.Envelope;
import java.nio.ByteBuffer;

/**
 * What a tracked message says of its own retries and of the time after it. Few differ, so a message keeps a number.
 *
 * @param maxAttempts
 *            then it is dead; 0: as the group says
 * @param minBackoffMillis
 *            -1: as the group says
 * @param maxBackoffMillis
 *            the longest wait between two attempts
 * @param retentionMillis
 *            how long it is kept after it is over, unless it is dead
 */
record Terms(int maxAttempts, long minBackoffMillis, long maxBackoffMillis, long retentionMillis)
        implements
        Comparable<Terms> {
    static final Terms NONE = new Terms(0, -1, -1, 0);

    static Terms of(ByteBuffer buffer, int envelope) {
        boolean backoff = Envelope.has(buffer, envelope, Envelope.MIN_BACKOFF);
        return new Terms(Envelope.maxAttempts(buffer, envelope),
                backoff ? Envelope.word(buffer, envelope, Envelope.MIN_BACKOFF) : -1,
                backoff ? Envelope.word(buffer, envelope, Envelope.MAX_BACKOFF) : -1,
                Envelope.word(buffer, envelope, Envelope.RETENTION));
    }

    /** Whether the envelope says anything of the kind. */
    static boolean areIn(ByteBuffer buffer, int envelope) {
        return Envelope.maxAttempts(buffer, envelope) != 0 || Envelope.has(buffer, envelope, Envelope.MIN_BACKOFF)
                || Envelope.has(buffer, envelope, Envelope.RETENTION);
    }

    @Override
    public int compareTo(Terms other) {
        int order = Integer.compare(maxAttempts, other.maxAttempts);
        order = order != 0 ? order : Long.compare(minBackoffMillis, other.minBackoffMillis);
        order = order != 0 ? order : Long.compare(maxBackoffMillis, other.maxBackoffMillis);
        return order != 0 ? order : Long.compare(retentionMillis, other.retentionMillis);
    }
}
