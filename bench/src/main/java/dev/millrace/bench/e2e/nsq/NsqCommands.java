package dev.millrace.bench.e2e.nsq;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The commands of the NSQ V2 protocol as bytes. A command is an ASCII line; those with a body carry it after the line,
 * preceded by its length as a big-endian 32-bit number.
 */
public final class NsqCommands {
    /** What a client sends first: two spaces and the protocol's version. */
    public static final byte[] MAGIC = ascii("  V2");

    /** Answer to a heartbeat. */
    public static final byte[] NOP = ascii("NOP\n");

    private NsqCommands() {}

    /**
     * IDENTIFY with feature negotiation, so that the answer is JSON.
     *
     * @param outputBufferBytes the server's buffer per connection; -1 for none, 0 for the server's default
     * @param outputBufferMillis how long the server may hold a partly filled buffer; -1 for not at all, 0 for its
     *            default
     */
    public static byte[] identify(String clientId, int outputBufferBytes, int outputBufferMillis) {
        String json = "{\"client_id\":\"" + clientId + "\",\"hostname\":\"" + clientId
                + "\",\"user_agent\":\"millrace-bench/1\",\"feature_negotiation\":true" + ",\"output_buffer_size\":"
                + outputBufferBytes + ",\"output_buffer_timeout\":" + outputBufferMillis + "}";
        return withBody("IDENTIFY\n", ascii(json));
    }

    public static byte[] subscribe(String topic, String channel) {
        return ascii("SUB " + topic + " " + channel + "\n");
    }

    /** RDY: the most messages that may be in flight to this connection. */
    public static byte[] ready(int count) {
        return ascii("RDY " + count + "\n");
    }

    public static byte[] publish(String topic, byte[] body) {
        return withBody("PUB " + topic + "\n", body);
    }

    /** DPUB: the message is delivered after so long, no earlier. */
    public static byte[] publishDeferred(String topic, long delayMillis, byte[] body) {
        return withBody("DPUB " + topic + " " + delayMillis + "\n", body);
    }

    /** MPUB: the whole size, the number of messages, and each message with its length. */
    public static byte[] publishMany(String topic, byte[][] bodies) {
        int total = Integer.BYTES;
        for (byte[] body : bodies) {
            total = Math.addExact(total, Integer.BYTES + body.length);
        }
        byte[] line = ascii("MPUB " + topic + "\n");
        ByteBuffer out = ByteBuffer.allocate(line.length + Integer.BYTES + total);
        out.put(line).putInt(total).putInt(bodies.length);
        for (byte[] body : bodies) {
            out.putInt(body.length).put(body);
        }
        return out.array();
    }

    private static byte[] withBody(String line, byte[] body) {
        byte[] head = ascii(line);
        return ByteBuffer.allocate(head.length + Integer.BYTES + body.length)
                .put(head)
                .putInt(body.length)
                .put(body)
                .array();
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
