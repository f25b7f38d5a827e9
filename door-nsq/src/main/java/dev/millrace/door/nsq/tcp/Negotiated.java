package dev.millrace.door.nsq.tcp;

import dev.millrace.door.nsq.json.JsonException;
import dev.millrace.door.nsq.json.JsonObject;
import dev.millrace.door.nsq.json.JsonText;
import dev.millrace.door.nsq.options.NsqdOptions;
import dev.millrace.door.nsq.wire.ProtocolException;

/**
 * What a client said of itself and asked for by IDENTIFY, and what it got. Times in milliseconds, 0 for off.
 *
 * <p>
 * Thread safety: the connection's event loop.
 */
final class Negotiated {
    private static final int DEFAULT_HEARTBEAT_MILLIS = 30_000;
    private static final int DEFAULT_BUFFER_BYTES = 16 * 1024;
    private static final int DEFAULT_DEFLATE_LEVEL = 6;

    private final NsqdOptions.Negotiable bounds;
    private String clientId;
    private String hostname;
    private String userAgent = "";
    private String topologyRegion = "";
    private String topologyZone = "";
    private long heartbeatMillis = DEFAULT_HEARTBEAT_MILLIS;
    private long bufferBytes = DEFAULT_BUFFER_BYTES;
    private long bufferTimeoutMillis;
    private long msgTimeoutMillis;
    private int sampleRate;
    private boolean features;
    private boolean tls;
    private boolean snappy;
    private boolean deflate;
    private int deflateLevel = DEFAULT_DEFLATE_LEVEL;

    Negotiated(NsqdOptions.Negotiable bounds, String remoteHost) {
        this.bounds = bounds;
        this.clientId = remoteHost;
        this.hostname = remoteHost;
        this.bufferTimeoutMillis = bounds.outputTimeout().defaultMillis();
        this.msgTimeoutMillis = bounds.msgTimeoutMillis();
    }

    /** Takes an IDENTIFY body over, in nsqd's order, up to the first wrong field. */
    void apply(byte[] json, Hub hub) {
        JsonObject wish;
        try {
            wish = JsonObject.parse(json);
            readAll(wish);
        } catch (JsonException e) {
            throw new ProtocolException("E_BAD_BODY", "IDENTIFY failed to decode JSON body");
        }
        clientId = wish.text("client_id");
        hostname = wish.text("hostname");
        userAgent = wish.text("user_agent");
        topologyRegion = wish.text("topology_region");
        topologyZone = wish.text("topology_zone");
        heartbeat(wish.number("heartbeat_interval"));
        bufferTimeout(wish.number("output_buffer_timeout"));
        bufferSize(wish.number("output_buffer_size"));
        long rate = wish.number("sample_rate");
        require(rate >= 0 && rate <= 99, "sample rate", rate);
        sampleRate = (int) rate;
        msgTimeout(wish.number("msg_timeout"));
        features = wish.flag("feature_negotiation");
        if (features) {
            negotiate(wish, hub);
        }
    }

    /** Touches every field once, so that a field of a wrong type is found before any takes effect. */
    private static void readAll(JsonObject wish) {
        for (String name : new String[]{"client_id", "hostname", "user_agent", "topology_region", "topology_zone"}) {
            wish.text(name);
        }
        for (String name : new String[]{"heartbeat_interval", "output_buffer_timeout", "output_buffer_size",
            "sample_rate",
            "msg_timeout", "deflate_level"}) {
            wish.number(name);
        }
        for (String name : new String[]{"feature_negotiation", "tls_v1", "snappy", "deflate"}) {
            wish.flag(name);
        }
    }

    private void heartbeat(long wish) {
        if (wish == -1) {
            heartbeatMillis = 0;
        } else if (wish != 0) {
            require(wish >= 1000 && wish <= bounds.maxHeartbeatMillis(), "heartbeat interval", wish);
            heartbeatMillis = wish;
        }
    }

    private void bufferTimeout(long wish) {
        if (wish == -1) {
            bufferTimeoutMillis = 0;
        } else if (wish != 0) {
            NsqdOptions.OutputTimeout range = bounds.outputTimeout();
            require(wish >= range.minMillis() && wish <= range.maxMillis(), "output buffer timeout", wish);
            bufferTimeoutMillis = wish;
        }
    }

    private void bufferSize(long wish) {
        if (wish == -1) {
            bufferBytes = 1;
            bufferTimeoutMillis = 0;
        } else if (wish != 0) {
            require(wish >= 64 && wish <= bounds.maxOutputBufferBytes(), "output buffer size", wish);
            bufferBytes = wish;
        }
    }

    private void msgTimeout(long wish) {
        if (wish != 0) {
            require(wish >= 1000 && wish <= bounds.maxMsgTimeoutMillis(), "msg timeout", wish);
            msgTimeoutMillis = wish;
        }
    }

    private static void require(boolean condition, String what, long value) {
        if (!condition) {
            throw new ProtocolException("E_BAD_BODY", "IDENTIFY " + what + " (" + value + ") is invalid");
        }
    }

    private void negotiate(JsonObject wish, Hub hub) {
        NsqdOptions.Compression granted = hub.compression();
        tls = hub.tls() != null && wish.flag("tls_v1");
        snappy = granted.snappy() && wish.flag("snappy");
        deflate = granted.deflate() && wish.flag("deflate");
        long level = wish.number("deflate_level");
        deflateLevel = (int) Math.min(deflate && level > 0 ? level : DEFAULT_DEFLATE_LEVEL, granted.maxDeflateLevel());
        if (snappy && deflate) {
            throw new ProtocolException("E_IDENTIFY_FAILED", "cannot enable both deflate and snappy compression");
        }
    }

    /** The answer to an IDENTIFY that asked for features. */
    byte[] response(Hub hub) {
        NsqdOptions.Broadcast broadcast = hub.broadcast();
        return new JsonText().object()
                .put("max_rdy_count", hub.limits().maxRdyCount())
                .put("version", hub.version())
                .put("max_msg_timeout", bounds.maxMsgTimeoutMillis())
                .put("msg_timeout", msgTimeoutMillis)
                .put("tls_v1", tls)
                .put("deflate", deflate)
                .put("deflate_level", deflateLevel)
                .put("max_deflate_level", hub.compression().maxDeflateLevel())
                .put("snappy", snappy)
                .put("sample_rate", sampleRate)
                .put("auth_required", hub.authorizer() != null)
                .put("output_buffer_size", bufferBytes)
                .put("output_buffer_timeout", bufferTimeoutMillis)
                .put("topology_region", broadcast.topologyRegion())
                .put("topology_zone", broadcast.topologyZone())
                .end()
                .bytes();
    }

    String clientId() {
        return clientId;
    }

    String hostname() {
        return hostname;
    }

    String userAgent() {
        return userAgent;
    }

    String topologyRegion() {
        return topologyRegion;
    }

    String topologyZone() {
        return topologyZone;
    }

    long heartbeatMillis() {
        return heartbeatMillis;
    }

    long msgTimeoutMillis() {
        return msgTimeoutMillis;
    }

    int sampleRate() {
        return sampleRate;
    }

    /** Whether the answer is JSON and upgrades may follow. */
    boolean features() {
        return features;
    }

    boolean tls() {
        return tls;
    }

    boolean snappy() {
        return snappy;
    }

    boolean deflate() {
        return deflate;
    }

    int deflateLevel() {
        return deflateLevel;
    }
}
