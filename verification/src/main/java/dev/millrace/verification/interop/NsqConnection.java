package dev.millrace.verification.interop;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A consumer that speaks just enough of NSQ's protocol to leave messages in every state. One thread. */
final class NsqConnection implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 60_000;
    private static final int RESPONSE = 0;
    private static final int MESSAGE = 2;

    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;

    /** A message with its id as it is on the wire. */
    record Message(String id, String body) {}

    private NsqConnection(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(PATIENCE_MILLIS);
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        out = new BufferedOutputStream(socket.getOutputStream());
    }

    /** Subscribes, and asks for up to {@code ready} messages at a time. */
    static NsqConnection subscribe(String address, String topic, String channel, int ready) throws IOException {
        int colon = address.lastIndexOf(':');
        NsqConnection connection = new NsqConnection(
                new Socket(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1))));
        connection.write("  V2SUB " + topic + " " + channel + "\n");
        connection.flush();
        String answer = connection.frame(RESPONSE);
        if (!answer.equals("OK")) {
            throw new IOException("SUB was answered with " + answer);
        }
        connection.command("RDY " + ready);
        connection.flush();
        return connection;
    }

    /** The next message. */
    Message message() throws IOException {
        flush();
        String frame = frame(MESSAGE);
        return new Message(frame.substring(10, 26), frame.substring(26));
    }

    /** A command line; leaves with the next {@link #message} or {@link #flush}. */
    void command(String line) throws IOException {
        write(line + "\n");
    }

    void flush() throws IOException {
        out.flush();
    }

    private void write(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** The next frame's data but for heartbeats, which are answered. */
    private String frame(int wanted) throws IOException {
        while (true) {
            int size = in.readInt();
            int type = in.readInt();
            String data = new String(in.readNBytes(size - Integer.BYTES), StandardCharsets.ISO_8859_1);
            if (type == RESPONSE && data.equals("_heartbeat_")) {
                command("NOP");
                flush();
            } else if (type == wanted) {
                return data;
            } else {
                throw new IOException("instead of a frame of type " + wanted + " came one of " + type + ": " + data);
            }
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
