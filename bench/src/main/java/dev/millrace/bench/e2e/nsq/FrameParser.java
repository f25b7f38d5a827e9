package dev.millrace.bench.e2e.nsq;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Parses the server's frames in place and writes the answers (a FIN for each message, a NOP for each heartbeat) into an
 * outgoing buffer, so that one read of the socket is followed by one write.
 *
 * <p>A frame is: 32-bit size of what follows, 32-bit type (0 response, 1 error, 2 message), data. A message's data is:
 * 64-bit timestamp, 16-bit attempts, 16 bytes of id, body.
 *
 * <p>Not thread-safe.
 */
public final class FrameParser {
    private static final int RESPONSE = 0;
    private static final int ERROR = 1;
    private static final int MESSAGE = 2;

    private static final int HEAD_BYTES = 8;
    private static final int ID_OFFSET = HEAD_BYTES + 10;
    private static final int ID_BYTES = 16;
    private static final int BODY_OFFSET = ID_OFFSET + ID_BYTES;
    private static final int FIN_WORD = 'F' << 24 | 'I' << 16 | 'N' << 8 | ' ';
    private static final long HEARTBEAT_WORD = 0x5f68656172746265L; // "_heartbe"
    private static final int OK_FRAME_BYTES = 6;
    private static final int HEARTBEAT_FRAME_BYTES = 4 + 11;

    private final ByteBuffer in;
    private final ByteBuffer out;
    private final @Nullable MessageSink sink;
    private final boolean finishing;
    private long messages;
    private long responses;

    /**
     * @param inBytes size of the incoming buffer: the largest frame that can be read
     * @param sink sees each message, or null
     * @param finishing whether each message is answered by a FIN; else it stays in flight
     */
    public FrameParser(int inBytes, @Nullable MessageSink sink, boolean finishing) {
        this.in = ByteBuffer.allocateDirect(inBytes);
        // Every frame is longer than its answer, so this can never be too small for one buffer's answers.
        this.out = ByteBuffer.allocateDirect(inBytes);
        this.sink = sink;
        this.finishing = finishing;
    }

    /** The buffer to read the socket into; {@link #parse} takes what was put there. */
    public ByteBuffer in() {
        return in;
    }

    /** Answers not yet sent, ready to be written: the caller drains it before the next {@link #parse}. */
    public ByteBuffer out() {
        return out;
    }

    /**
     * Takes every whole frame that has arrived and leaves the rest for the next call.
     *
     * @throws NsqFailure for an error frame and for what is no frame
     */
    public void parse() {
        out.clear();
        int limit = in.position();
        int at = 0;
        while (limit - at >= HEAD_BYTES) {
            int size = in.getInt(at);
            int end = at + Integer.BYTES + size;
            if (size < Integer.BYTES || end - at > in.capacity()) {
                throw new NsqFailure("a frame of " + size + " bytes cannot be read: the buffer holds " + in.capacity());
            }
            if (end > limit) {
                break;
            }
            frame(at, size);
            at = end;
        }
        in.limit(limit).position(at);
        in.compact();
        out.flip();
    }

    private void frame(int at, int size) {
        switch (in.getInt(at + Integer.BYTES)) {
            case MESSAGE -> message(at, size);
            case RESPONSE -> response(at, size);
            case ERROR -> throw new NsqFailure("the server answered with an error: " + text(at + HEAD_BYTES, size - 4));
            default -> throw new NsqFailure("not a frame of the NSQ protocol: type " + in.getInt(at + Integer.BYTES));
        }
    }

    private void message(int at, int size) {
        messages++;
        if (finishing) {
            out.putInt(FIN_WORD)
                    .putLong(in.getLong(at + ID_OFFSET))
                    .putLong(in.getLong(at + ID_OFFSET + Long.BYTES))
                    .put((byte) '\n');
        }
        if (sink != null) {
            sink.onMessage(in, at + BODY_OFFSET, size + Integer.BYTES - BODY_OFFSET);
        }
    }

    private void response(int at, int size) {
        if (size == OK_FRAME_BYTES) {
            responses++;
        } else if (size == HEARTBEAT_FRAME_BYTES && in.getLong(at + HEAD_BYTES) == HEARTBEAT_WORD) {
            out.put(NsqCommands.NOP);
        } else {
            responses++;
        }
    }

    private String text(int from, int bytes) {
        byte[] text = new byte[bytes];
        in.get(from, text);
        return new String(text, StandardCharsets.UTF_8);
    }

    /** Messages taken so far. */
    public long messages() {
        return messages;
    }

    /** Answers other than heartbeats taken so far: every OK, and the JSON that answers IDENTIFY. */
    public long responses() {
        return responses;
    }
}
