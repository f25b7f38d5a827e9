package dev.millrace.verification.crash;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * As little of an NSQ client as is needed: commands are written, frames are read, one thread does both.
 *
 * <p>
 * Thread safety: one thread; {@link #close} may be called by any.
 */
final class NsqClient implements AutoCloseable {
    private static final int ID_BYTES = 16;
    private static final int MESSAGE_FRAME = 2;
    private static final int FRAME_MILLIS = 20_000;

    /**
     * A delivery.
     *
     * @param id
     *            as the server names it
     * @param attempts
     *            1 for the first one
     * @param body
     *            as text
     */
    record Delivered(String id, int attempts, String body) {}

    private final Socket socket = new Socket();
    private final int readMillis;
    private final DataInputStream in;
    private final OutputStream out;

    /** Connects; {@link #next} waits for {@code readMillis} at most. */
    NsqClient(InetSocketAddress server, int readMillis) throws IOException {
        socket.connect(server, 5_000);
        this.readMillis = readMillis;
        socket.setTcpNoDelay(true);
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        out = socket.getOutputStream();
        send("  V2");
    }

    private void send(String text) throws IOException {
        out.write(ascii(text));
        out.flush();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private void send(String line, byte[] body) throws IOException {
        byte[] head = ascii(line + "\n");
        out.write(ByteBuffer.allocate(head.length + Integer.BYTES + body.length)
                .put(head)
                .putInt(body.length)
                .put(body)
                .array());
        out.flush();
    }

    /** PUB; returns once it was answered with OK. */
    void publish(String topic, String body) throws IOException {
        send("PUB " + topic, ascii(body));
        awaitOk();
    }

    /** DPUB: to be delivered after a delay. */
    void publishLater(String topic, String body, long delayMillis) throws IOException {
        send("DPUB " + topic + " " + delayMillis, ascii(body));
        awaitOk();
    }

    /** MPUB: all of them or none. */
    void publishAll(String topic, List<String> bodies) throws IOException {
        int bytes = Integer.BYTES + bodies.stream().mapToInt(body -> Integer.BYTES + body.length()).sum();
        ByteBuffer all = ByteBuffer.allocate(bytes).putInt(bodies.size());
        bodies.forEach(body -> all.putInt(body.length()).put(ascii(body)));
        send("MPUB " + topic, all.array());
        awaitOk();
    }

    void subscribe(String topic, String channel, int credit) throws IOException {
        send("SUB " + topic + " " + channel + "\n");
        awaitOk();
        send("RDY " + credit + "\n");
    }

    void finish(String id) throws IOException {
        send("FIN " + id + "\n");
    }

    void requeue(String id, long delayMillis) throws IOException {
        send("REQ " + id + " " + delayMillis + "\n");
    }

    private void awaitOk() throws IOException {
        ByteBuffer frame = frame(FRAME_MILLIS);
        String answer = text(frame, frame.remaining());
        if (!answer.equals("OK")) {
            throw new IOException("answered with " + answer);
        }
    }

    /**
     * The next delivery.
     *
     * @throws java.net.SocketTimeoutException
     *             when none has come in time
     */
    Delivered next() throws IOException {
        ByteBuffer frame = frame(readMillis);
        if (frame.getInt(frame.position() - Integer.BYTES) != MESSAGE_FRAME) {
            throw new IOException("told " + text(frame, frame.remaining()));
        }
        frame.getLong();
        int attempts = Short.toUnsignedInt(frame.getShort());
        String id = text(frame, ID_BYTES);
        return new Delivered(id, attempts, text(frame, frame.remaining()));
    }

    /** The next frame that is not a heartbeat, positioned behind its type; waits so long for it to begin. */
    private ByteBuffer frame(int millis) throws IOException {
        while (true) {
            awaitByte(millis);
            byte[] bytes = new byte[in.readInt()];
            in.readFully(bytes);
            ByteBuffer frame = ByteBuffer.wrap(bytes).position(Integer.BYTES);
            if (!text(frame.duplicate(), frame.remaining()).equals("_heartbeat_")) {
                return frame;
            }
            send("NOP\n");
        }
    }

    /** Only the beginning of a frame may be late: half a frame is never given up. */
    private void awaitByte(int millis) throws IOException {
        socket.setSoTimeout(millis);
        in.mark(1);
        if (in.read() < 0) {
            throw new EOFException("the server is gone");
        }
        in.reset();
        socket.setSoTimeout(FRAME_MILLIS);
    }

    private static String text(ByteBuffer from, int bytes) {
        byte[] text = new byte[bytes];
        from.get(text);
        return new String(text, StandardCharsets.US_ASCII);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
