package dev.millrace.net;

/** What a TLS server asks of its clients, in nsqd's words. */
public enum ClientAuthPolicy {
    /** No certificate is asked for. */
    NONE,
    /** A certificate must be shown; who signed it is not checked. */
    REQUIRE,
    /** A certificate must be shown and be signed by one of the root certificates. */
    REQUIRE_VERIFY;

    /** Reads {@code ""} (none), {@code require} or {@code require-verify}. */
    public static ClientAuthPolicy parse(String text) {
        return switch (text) {
            case "", "none" -> NONE;
            case "require" -> REQUIRE;
            case "require-verify" -> REQUIRE_VERIFY;
            default -> throw new NetException(
                    "TLS client policy '" + text + "' is none: use require, require-verify, or leave it empty");
        };
    }
}
