package dev.millrace.server;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A client of NSQ's protocol as plain as can be. Blocks; a test that waits in vain fails in a minute. */
final class NsqSocket implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 60_000;
    private static final int MESSAGE_HEAD = 10;
    private static final int ID_LENGTH = 16;

    private final Socket socket;
    private final DataInputStream in;

    NsqSocket(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        in = new DataInputStream(socket.getInputStream());
        write("  V2".getBytes(StandardCharsets.US_ASCII));
    }

    private void write(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    NsqSocket line(String line) throws IOException {
        write((line + '\n').getBytes(StandardCharsets.US_ASCII));
        return this;
    }

    /** A command with a body, in one write. */
    NsqSocket body(String line, String body) throws IOException {
        byte[] head = (line + '\n').getBytes(StandardCharsets.US_ASCII);
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        write(ByteBuffer.allocate(head.length + Integer.BYTES + bytes.length)
                .put(head)
                .putInt(bytes.length)
                .put(bytes)
                .array());
        return this;
    }

    /** The text of the next frame that is no heartbeat; of a message "id body". */
    String receive() throws IOException {
        while (true) {
            byte[] data = new byte[in.readInt() - Integer.BYTES];
            int type = in.readInt();
            in.readFully(data);
            String text = new String(data, StandardCharsets.UTF_8);
            if (type == 2) {
                int body = MESSAGE_HEAD + ID_LENGTH;
                return new String(data, MESSAGE_HEAD, ID_LENGTH, StandardCharsets.US_ASCII) + ' '
                        + new String(data, body, data.length - body, StandardCharsets.UTF_8);
            }
            if (!text.equals("_heartbeat_")) {
                return text;
            }
            line("NOP");
        }
    }

    /** What comes until the server closes: empty if nothing does. */
    String receiveUntilClosed() throws IOException {
        StringBuilder all = new StringBuilder();
        try {
            while (true) {
                all.append(receive()).append(';');
            }
        } catch (EOFException | SocketException e) {
            return all.toString();
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
