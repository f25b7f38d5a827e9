package dev.millrace.net.http;

import org.jspecify.annotations.Nullable;

/** A request that ends in an error status. Thrown by handlers and by the server itself; an {@link ErrorWriter} words it. */
public final class HttpFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The request cannot be understood. */
    public static final String BAD_REQUEST = "BAD_REQUEST";
    /** No route has this path. */
    public static final String NO_ROUTE = "NO_ROUTE";
    /** The path exists, this method of it does not. */
    public static final String METHOD_NOT_ALLOWED = "METHOD_NOT_ALLOWED";
    /** The body is larger than the handler takes. */
    public static final String BODY_TOO_LARGE = "BODY_TOO_LARGE";
    /** The body did not come in time. */
    public static final String TOO_SLOW = "TOO_SLOW";
    /** The handler failed; the cause says how. */
    public static final String INTERNAL = "INTERNAL";

    private final int status;
    private final String code;

    public HttpFailure(int status, String code, String detail) {
        this(status, code, detail, null);
    }

    public HttpFailure(int status, String code, String detail, @Nullable Throwable cause) {
        super(detail, cause);
        this.status = status;
        this.code = code;
    }

    /** HTTP status. */
    public int status() {
        return status;
    }

    /** One of this class's constants, or a code of the handler's own. */
    public String code() {
        return code;
    }
}
