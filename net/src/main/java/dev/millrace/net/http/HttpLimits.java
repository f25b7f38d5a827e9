package dev.millrace.net.http;

import java.time.Duration;

/**
 * Bounds of an HTTP server.
 *
 * @param maxConnections
 *            beyond it a connection gets status 503 and is closed
 * @param maxRequestLineBytes
 *            beyond it status 414
 * @param maxHeaderBytes
 *            all headers of a request together; beyond it status 431
 * @param headTimeout
 *            from the first byte (or the connection's start) to the end of the headers
 * @param idleTimeout
 *            between a response and the next request
 * @param stallTimeout
 *            how long a client may send or take nothing in the middle of a body
 */
public record HttpLimits(int maxConnections, int maxRequestLineBytes, int maxHeaderBytes, Duration headTimeout,
        Duration idleTimeout, Duration stallTimeout) {
    /** 10,000 connections, 8 KiB line, 16 KiB headers, 10 s, 75 s, 30 s. */
    public static final HttpLimits DEFAULT = new HttpLimits(10_000, 8 << 10, 16 << 10, Duration.ofSeconds(10),
            Duration.ofSeconds(75), Duration.ofSeconds(30));
}
