package dev.millrace.api;

/** Thrown by a handler: trying again is of no use. The message or task is dead at once, with this text as its error. */
public final class SkipRetry extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public SkipRetry(String message) {
        super(message);
    }

    public SkipRetry(String message, Throwable cause) {
        super(message, cause);
    }
}
