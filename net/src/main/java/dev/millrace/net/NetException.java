package dev.millrace.net;

import org.jspecify.annotations.Nullable;

/** An address, a certificate or a listener that cannot be used; the message says what and the cure. */
public final class NetException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public NetException(String message) {
        this(message, null);
    }

    public NetException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
