package dev.millrace.door.nsq.tcp;

import java.util.Map;

/**
 * A connection at one instant, as /stats shows it.
 *
 * @param topic
 *            subscribed topic, or empty
 * @param channel
 *            subscribed channel, or empty
 * @param about
 *            what the client said of itself
 * @param remoteAddress
 *            host:port
 * @param state
 *            0 new, 3 subscribed, 4 closing
 * @param counts
 *            figures since the connection was made
 * @param connectedAtSeconds
 *            wall time, seconds since 1970
 * @param layers
 *            what lies between the client and the protocol
 * @param published
 *            messages published by topic
 */
public record ClientSnapshot(String topic, String channel, About about, String remoteAddress, int state, Counts counts,
        long connectedAtSeconds, Layers layers, Map<String, Long> published) {
    /** From IDENTIFY and AUTH. */
    public record About(String clientId, String hostname, String userAgent, String topologyRegion, String topologyZone,
            boolean authed, String identity, String identityUrl) {}

    /** Figures of a consumer. */
    public record Counts(long ready, long inFlight, long sent, long finished, long requeued) {}

    /** Negotiated layers; texts are empty without TLS. */
    public record Layers(int sampleRate, boolean deflate, boolean snappy, boolean tls, String cipherSuite,
            String tlsVersion) {}
}
