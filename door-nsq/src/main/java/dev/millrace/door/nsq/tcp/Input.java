package dev.millrace.door.nsq.tcp;

import dev.millrace.door.nsq.wire.CommandDecoder;
import dev.millrace.door.nsq.wire.ProtocolException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What was read and not decoded yet. Complete commands are decoded where they stand; only an incomplete one is copied
 * together, and room is made for bytes that have arrived, never for bytes that were announced.
 *
 * <p>
 * Thread safety: the connection's event loop.
 */
final class Input {
    private static final int MAGIC = ' ' << 24 | ' ' << 16 | 'V' << 8 | '2';
    private static final String BAD_MAGIC = "E_BAD_PROTOCOL";
    private static final int FIRST_PARTIAL = 256;

    private final Connection connection;
    private final Outbox outbox;
    private final Client client;
    private final CommandDecoder decoder;
    private final ByteBufAllocator allocator;
    private @Nullable ByteBuf partial;
    private boolean magicSeen;
    private boolean ended;

    Input(Connection connection, Client client, CommandDecoder decoder, ByteBufAllocator allocator) {
        this.connection = connection;
        this.outbox = connection.outbox();
        this.client = client;
        this.decoder = decoder;
        this.allocator = allocator;
    }

    /** Decodes what can be decoded; takes the buffer over. */
    void add(ByteBuf in) {
        try {
            while (!ended && partial != null && in.isReadable()) {
                boolean whole = client.blocked() || !magicSeen;
                partial.writeBytes(in, whole ? in.readableBytes() : Math.min(in.readableBytes(), decoder.missing()));
                decodePartial();
                if (client.blocked()) {
                    break;
                }
            }
            if (!ended && partial == null && in.isReadable()) {
                decode(in);
            }
            if (!ended && in.isReadable()) {
                keep(in);
            }
        } finally {
            in.release();
        }
    }

    /** Goes on after a command that took time. */
    void resume() {
        if (!ended && partial != null && !client.blocked()) {
            decodePartial();
        }
    }

    /** Gives away what was not decoded: it belongs to a protocol layer that is put in between. */
    @Nullable
    ByteBuf take() {
        ByteBuf taken = partial;
        partial = null;
        return taken;
    }

    /** What is wrong with the half command that is left when nothing more comes; null if there is none or no answer to it. */
    @Nullable
    String cutOff() {
        return partial == null || !magicSeen ? null : decoder.cutOff(partial.readableBytes());
    }

    boolean magicSeen() {
        return magicSeen;
    }

    /** Nothing more is decoded. */
    void end() {
        ended = true;
        if (partial != null) {
            partial.release();
            partial = null;
        }
    }

    private void decodePartial() {
        ByteBuf held = partial;
        if (held == null) {
            return;
        }
        partial = null;
        try {
            int before = held.readerIndex();
            decode(held);
            if (ended || !held.isReadable()) {
                return;
            }
            if (held.readerIndex() == before) {
                partial = held.retain();
            } else {
                keep(held);
            }
        } finally {
            held.release();
        }
    }

    /** Copies what is left, so that the read's buffer can go. */
    private void keep(ByteBuf left) {
        int bytes = left.readableBytes();
        if (partial == null) {
            partial = allocator.directBuffer(Math.max(bytes, FIRST_PARTIAL));
        }
        partial.writeBytes(left, bytes);
    }

    private void decode(ByteBuf bytes) {
        if (!magicSeen && !readMagic(bytes)) {
            return;
        }
        ByteBuffer data = bytes.nioBuffer();
        outbox.reading(bytes, data);
        try {
            int used = decoder.decode(data, 0, data.capacity());
            bytes.skipBytes(used);
            if (used > 0) {
                connection.commandsSeen();
            }
            outbox.readEnded();
        } catch (ProtocolException e) {
            outbox.readEnded();
            connection.fail(e.text());
        }
    }

    private boolean readMagic(ByteBuf bytes) {
        if (bytes.readableBytes() < Integer.BYTES) {
            return false;
        }
        if (bytes.readInt() != MAGIC) {
            connection.fail(BAD_MAGIC);
            return false;
        }
        magicSeen = true;
        connection.commandsSeen();
        return true;
    }
}
