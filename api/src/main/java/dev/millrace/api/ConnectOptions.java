package dev.millrace.api;

import dev.millrace.api.internal.Checks;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How a server is connected to.
 *
 * @param publishLimits
 *            what publishes may hold in memory
 * @param timeout
 *            how long a call waits for the server's answer; after it the outcome is unknown
 * @param token
 *            sent as the bearer token, if there is one
 * @param tls
 *            how the connection is protected
 */
public record ConnectOptions(PublishLimits publishLimits, Duration timeout, Optional<String> token, Tls tls) {
    private static final ConnectOptions DEFAULTS = new ConnectOptions(PublishLimits.defaults(), Duration.ofSeconds(30),
            Optional.empty(), new Tls.Off());

    /** How a connection is protected. */
    public sealed interface Tls {
        /** Not at all: for a server on the same machine. */
        record Off() implements Tls {}

        /** The server's certificate is checked against the JDK's authorities. */
        record Trusted() implements Tls {}

        /**
         * The server's certificate is checked against these authorities.
         *
         * @param authorities
         *            a PEM file
         */
        record TrustedBy(Path authorities) implements Tls {}
    }

    public ConnectOptions {
        Checks.positive("timeout", timeout);
    }

    /** No TLS, no token, answers awaited for 30 s. */
    public static ConnectOptions defaults() {
        return DEFAULTS;
    }

    public ConnectOptions publishLimits(PublishLimits limits) {
        return new ConnectOptions(limits, timeout, token, tls);
    }

    public ConnectOptions timeout(Duration timeout) {
        return new ConnectOptions(publishLimits, timeout, token, tls);
    }

    public ConnectOptions token(String token) {
        return new ConnectOptions(publishLimits, timeout, Optional.of(token), tls);
    }

    public ConnectOptions tls(Tls tls) {
        return new ConnectOptions(publishLimits, timeout, token, tls);
    }

    /** Without the token. */
    @Override
    public String toString() {
        return "ConnectOptions[publishLimits=" + publishLimits + ", timeout=" + timeout + ", token="
                + (token.isPresent() ? "set" : "none") + ", tls=" + tls + "]";
    }
}
