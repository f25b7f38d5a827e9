package dev.millrace.door.nsq.lookupd;

import dev.millrace.door.nsq.json.JsonException;
import dev.millrace.door.nsq.json.JsonObject;

/** An nsqd that registers here: what it says of itself, and when it was last heard of. Guarded by its registry. */
final class Peer {
    final String remoteAddress;
    final String hostname;
    final String broadcastAddress;
    final long tcpPort;
    final long httpPort;
    final String version;
    final String topologyZone;
    final String topologyRegion;
    long lastUpdateMillis;

    private Peer(String remoteAddress, JsonObject info, long nowMillis) {
        this.remoteAddress = remoteAddress;
        hostname = info.text("hostname");
        broadcastAddress = info.text("broadcast_address");
        tcpPort = info.number("tcp_port");
        httpPort = info.number("http_port");
        version = info.text("version");
        topologyZone = info.text("topology_zone");
        topologyRegion = info.text("topology_region");
        lastUpdateMillis = nowMillis;
    }

    /** Reads the body of IDENTIFY; throws {@link JsonException} for what is no JSON. */
    static Peer of(String remoteAddress, byte[] body, long nowMillis) {
        return new Peer(remoteAddress, JsonObject.parse(body), nowMillis);
    }

    /** Whether it said all that is needed to reach it. */
    boolean isComplete() {
        return !broadcastAddress.isEmpty() && tcpPort != 0 && httpPort != 0 && !version.isEmpty();
    }

    /** As tombstones name it. */
    String node() {
        return broadcastAddress + ":" + httpPort;
    }
}
