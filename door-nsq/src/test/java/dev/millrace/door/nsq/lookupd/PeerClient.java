package dev.millrace.door.nsq.lookupd;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Speaks nsqlookupd's protocol V1; blocks. */
final class PeerClient implements AutoCloseable {
    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;

    private PeerClient(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(10_000);
        in = new DataInputStream(socket.getInputStream());
        out = socket.getOutputStream();
    }

    static PeerClient connect(int port) {
        return connectWith(port, "  V1");
    }

    static PeerClient connectWith(int port, String magic) {
        try {
            PeerClient client = new PeerClient(new Socket(InetAddress.getLoopbackAddress(), port));
            client.out.write(magic.getBytes(StandardCharsets.US_ASCII));
            return client;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int localPort() {
        return socket.getLocalPort();
    }

    String identify(String json) {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        return send(ByteBuffer.allocate(13 + body.length)
                .put("IDENTIFY\n".getBytes(StandardCharsets.US_ASCII))
                .putInt(body.length)
                .put(body)
                .array());
    }

    String say(String line) {
        return send((line + "\n").getBytes(StandardCharsets.US_ASCII));
    }

    private String send(byte[] bytes) {
        try {
            out.write(bytes);
            return receive();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String receive() {
        try {
            byte[] answer = new byte[in.readInt()];
            in.readFully(answer);
            return new String(answer, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void expectClosed() {
        try {
            if (in.read() >= 0) {
                throw new AssertionError("expected the end");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
