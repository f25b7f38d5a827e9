package dev.millrace.door.nsq;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.compression.SnappyFrameDecoder;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * A client's side of the snappy framing format. What is sent is written here by the format's page (literals only); what is
 * received is read by Netty, since a foreign client reads it in the interoperability checks.
 */
final class Snappy {
    private static final byte[] STREAM = {(byte) 0xff, 6, 0, 0, 's', 'N', 'a', 'P', 'p', 'Y'};
    private static final int MAX_CHUNK = 60_000;

    private Snappy() {}

    /** Compressed chunks whose content is one literal each; every third chunk is an uncompressed one. */
    static final class Output extends OutputStream {
        private final OutputStream out;
        private int chunks;

        Output(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[]{(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            for (int done = 0; done < length; done += MAX_CHUNK) {
                chunk(bytes, offset + done, Math.min(MAX_CHUNK, length - done));
            }
        }

        private void chunk(byte[] bytes, int offset, int length) throws IOException {
            ByteBuf chunk = Unpooled.buffer();
            if (chunks == 0) {
                chunk.writeBytes(STREAM);
            }
            CRC32C crc = new CRC32C();
            crc.update(bytes, offset, length);
            long sum = crc.getValue();
            int masked = (int) (((sum >>> 15) | (sum << 17)) + 0xa282ead8L);
            boolean plain = chunks++ % 3 == 2;
            ByteBuf content = plain ? Unpooled.buffer() : literal(length);
            content.writeBytes(bytes, offset, length);
            chunk.writeByte(plain ? 1 : 0)
                    .writeMediumLE(content.readableBytes() + 4)
                    .writeIntLE(masked)
                    .writeBytes(content);
            chunk.readBytes(out, chunk.readableBytes());
        }

        /** The length as a varint, then the tag of a literal of more than 60 bytes. */
        private static ByteBuf literal(int length) {
            ByteBuf out = Unpooled.buffer();
            int left = length;
            while (left >= 0x80) {
                out.writeByte((left & 0x7f) | 0x80);
                left >>>= 7;
            }
            return out.writeByte(left).writeByte(61 << 2).writeShortLE(length - 1);
        }

        @Override
        public void flush() throws IOException {
            out.flush();
        }
    }

    /** Reads through Netty's decoder. */
    static final class Input extends InputStream {
        private final InputStream in;
        private final EmbeddedChannel decoder = new EmbeddedChannel(new SnappyFrameDecoder(true));
        private ByteBuffer ready = ByteBuffer.allocate(0);

        Input(InputStream in) {
            this.in = in;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            byte[] raw = new byte[8192];
            while (!ready.hasRemaining()) {
                ByteBuf next = decoder.readInbound();
                if (next != null) {
                    ready = ByteBuffer.allocate(next.readableBytes());
                    next.readBytes(ready).release();
                    ready.flip();
                    continue;
                }
                int count = in.read(raw);
                if (count < 0) {
                    return -1;
                }
                decoder.writeInbound(Unpooled.copiedBuffer(raw, 0, count));
            }
            int count = Math.min(length, ready.remaining());
            ready.get(bytes, offset, count);
            return count;
        }

        @Override
        public void close() throws IOException {
            decoder.finishAndReleaseAll();
            in.close();
        }
    }
}
