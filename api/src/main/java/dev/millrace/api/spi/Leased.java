package dev.millrace.api.spi;

import dev.millrace.api.MessageId;
import java.time.Instant;

/** A message as an engine hands it out under a lease. An engine may extend it to keep more. */
public class Leased {
    private final MessageId id;
    private final int attempt;
    private final Instant bornAt;
    private final byte[] body;
    private final long token;
    private final Settler settler;

    /**
     * A message.
     *
     * @param attempt
     *            from 1
     * @param body
     *            not copied
     * @param token
     *            of the lease, for {@code settler}
     */
    public Leased(MessageId id, int attempt, Instant bornAt, byte[] body, long token, Settler settler) {
        this.id = id;
        this.attempt = attempt;
        this.bornAt = bornAt;
        this.body = body;
        this.token = token;
        this.settler = settler;
    }

    public final MessageId id() {
        return id;
    }

    public final int attempt() {
        return attempt;
    }

    public final Instant bornAt() {
        return bornAt;
    }

    /** Not a copy. */
    public final byte[] body() {
        return body;
    }

    public final long token() {
        return token;
    }

    public final Settler settler() {
        return settler;
    }
}
