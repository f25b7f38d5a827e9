package dev.millrace.door.nsq.wire;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Builds what a client sends. */
public final class Wire {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** A command without a body; the line end is added. */
    public Wire line(String line) {
        out.writeBytes((line + "\n").getBytes(StandardCharsets.UTF_8));
        return this;
    }

    public Wire body(String line, String body) {
        return body(line, body.getBytes(StandardCharsets.UTF_8));
    }

    public Wire body(String line, byte[] body) {
        return line(line).number(body.length).bytes(body);
    }

    public Wire mpub(String topic, String... bodies) {
        int total = Integer.BYTES;
        for (String body : bodies) {
            total += Integer.BYTES + body.getBytes(StandardCharsets.UTF_8).length;
        }
        line("MPUB " + topic).number(total).number(bodies.length);
        for (String body : bodies) {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            number(bytes.length).bytes(bytes);
        }
        return this;
    }

    public Wire number(int value) {
        return bytes(ByteBuffer.allocate(Integer.BYTES).putInt(value).array());
    }

    public Wire bytes(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }

    public byte[] bytes() {
        return out.toByteArray();
    }
}
