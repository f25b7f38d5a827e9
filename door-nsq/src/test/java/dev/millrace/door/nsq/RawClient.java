package dev.millrace.door.nsq;

import dev.millrace.door.nsq.wire.Wire;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Speaks protocol V2 byte by byte, so that a test can say anything. Blocks; a test that waits in vain fails in 10 s. */
public final class RawClient implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 10_000;

    /** A frame from the server. */
    public static final class Frame {
        private final int type;
        private final byte[] data;

        Frame(int type, byte[] data) {
            this.type = type;
            this.data = data;
        }

        /** 0 response, 1 error, 2 message. */
        public int type() {
            return type;
        }

        public String text() {
            return new String(data, StandardCharsets.UTF_8);
        }

        @Override
        public String toString() {
            return type + " " + text();
        }
    }

    /** A message frame taken apart; the body as UTF-8. */
    public record Message(long timestampNanos, int attempts, String id, String text) {
        static Message of(Frame frame) {
            if (frame.type != 2) {
                throw new AssertionError("not a message: " + frame);
            }
            ByteBuffer data = ByteBuffer.wrap(frame.data);
            long timestamp = data.getLong();
            int attempts = data.getShort() & 0xffff;
            byte[] id = new byte[16];
            data.get(id);
            byte[] body = new byte[data.remaining()];
            data.get(body);
            return new Message(timestamp, attempts, new String(id, StandardCharsets.US_ASCII),
                    new String(body, StandardCharsets.UTF_8));
        }
    }

    private final Socket socket;
    private OutputStream out;
    private DataInputStream in;

    private RawClient(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.setTcpNoDelay(true);
        out = socket.getOutputStream();
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 16));
    }

    /** Connects and sends nothing. */
    public static RawClient connectSilently(int port) {
        try {
            return new RawClient(new Socket(InetAddress.getLoopbackAddress(), port));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static RawClient connect(int port) {
        return connectSilently(port).send("  V2".getBytes(StandardCharsets.US_ASCII));
    }

    /** Goes on over other streams, such as those of a TLS or compressing layer. */
    public void layer(InputStream input, OutputStream output) {
        in = new DataInputStream(new BufferedInputStream(input, 1 << 16));
        out = output;
    }

    public Socket socket() {
        return socket;
    }

    public InputStream input() {
        return in;
    }

    public OutputStream output() {
        return out;
    }

    public RawClient send(byte[] bytes) {
        try {
            out.write(bytes);
            out.flush();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public RawClient send(Wire wire) {
        return send(wire.bytes());
    }

    public RawClient line(String line) {
        return send(new Wire().line(line));
    }

    /** Sends nothing more; what is on its way can still be received. */
    public RawClient endOutput() {
        try {
            socket.shutdownOutput();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The next frame that is no heartbeat. */
    public Frame receive() {
        try {
            while (true) {
                Frame frame = next();
                if (!"_heartbeat_".equals(frame.text())) {
                    return frame;
                }
                line("NOP");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Frame next() throws IOException {
        int size = in.readInt();
        int type = in.readInt();
        byte[] data = new byte[size - 4];
        in.readFully(data);
        return new Frame(type, data);
    }

    /** The next frame, heartbeat or not. */
    public Frame receiveAny() {
        try {
            return next();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public RawClient expect(String response) {
        Frame frame = receive();
        if (frame.type != 0 || !frame.text().equals(response)) {
            throw new AssertionError("expected " + response + ", got " + frame);
        }
        return this;
    }

    public RawClient expectOk() {
        return expect("OK");
    }

    public RawClient expectError(String text) {
        Frame frame = receive();
        if (frame.type != 1 || !frame.text().equals(text)) {
            throw new AssertionError("expected error " + text + ", got " + frame);
        }
        return this;
    }

    /** The server closes, after nothing but heartbeats. */
    public void expectClosed() {
        try {
            Frame frame = receive();
            throw new AssertionError("expected the end, got " + frame);
        } catch (UncheckedIOException e) {
            if (!(e.getCause() instanceof EOFException) && !isReset(e.getCause())) {
                throw new AssertionError("expected the end", e);
            }
        }
    }

    /** The server closes, though nobody answers its heartbeats. */
    public void expectClosedAnyway() {
        try {
            while (true) {
                Frame frame = next();
                if (!"_heartbeat_".equals(frame.text())) {
                    throw new AssertionError("expected heartbeats and the end, got " + frame);
                }
            }
        } catch (IOException e) {
            if (!(e instanceof EOFException) && !isReset(e)) {
                throw new AssertionError("expected the end", e);
            }
        }
    }

    private static boolean isReset(@Nullable IOException failure) {
        return failure instanceof java.net.SocketException && !(failure instanceof SocketTimeoutException);
    }

    public Message message() {
        return Message.of(receive());
    }

    public List<Message> messages(int count) {
        List<Message> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(message());
        }
        return all;
    }

    public RawClient pub(String topic, String body) {
        return send(new Wire().body("PUB " + topic, body)).expectOk();
    }

    /** Subscribes and asks for messages. */
    public RawClient subscribe(String topic, String channel, int ready) {
        return line("SUB " + topic + " " + channel).expectOk().line("RDY " + ready);
    }

    /**
     * Stops taking messages and waits until everything sent before is answered. A socket that is closed with messages
     * unread is reset, and a reset takes away what the server has not read yet.
     */
    public void leave() {
        line("CLS");
        Frame frame = receive();
        while (frame.type() == 2) {
            frame = receive();
        }
        if (!frame.text().equals("CLOSE_WAIT")) {
            throw new AssertionError("expected CLOSE_WAIT, got " + frame);
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
            in.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
