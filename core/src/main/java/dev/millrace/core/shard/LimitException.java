package dev.millrace.core.shard;

/** A configured limit is reached; the message names it. */
public final class LimitException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public LimitException(String message) {
        super(message);
    }
}
