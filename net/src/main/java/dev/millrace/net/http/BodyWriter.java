package dev.millrace.net.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.OutputStream;

/**
 * A response's body as a stream: bytes leave when they are written, and writing waits while the client takes nothing.
 * {@link #close()} ends the response. A client that is gone shows as an {@link IOException}.
 *
 * <p>
 * Thread safety: one thread at a time.
 */
public final class BodyWriter extends OutputStream {
    private final HttpConnection connection;
    private final boolean discards;
    private boolean closed;

    BodyWriter(HttpConnection connection, boolean discards) {
        this.connection = connection;
        this.discards = discards;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[]{(byte) b}, 0, 1);
    }

    /** The bytes are copied. */
    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
        if (closed) {
            throw new IOException("the response has ended");
        }
        if (length == 0 || discards) {
            return;
        }
        connection.awaitWritable();
        ByteBuf copy = Unpooled.copiedBuffer(source, offset, length);
        connection.writeContent(copy);
    }

    /** Ends the response. Idempotent. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            connection.endContent();
        }
    }
}
