package dev.millrace.door.nsq.http;

import dev.millrace.door.nsq.wire.CommandDecoder;
import dev.millrace.door.nsq.wire.DecoderLimits;
import dev.millrace.door.nsq.wire.ProtocolException;
import java.nio.ByteBuffer;

/**
 * The two forms of an /mpub body, as messages that a shard takes.
 *
 * @param messages
 *            (int32 length, bytes) x count, from 0 to the capacity
 */
record MpubBody(ByteBuffer messages, int count) {
    /** One message per line; empty lines are none. */
    static MpubBody ofLines(byte[] body, int maxMsgBytes) {
        int lines = 1;
        for (byte b : body) {
            lines += b == '\n' ? 1 : 0;
        }
        ByteBuffer out = ByteBuffer.allocate(body.length + lines * Integer.BYTES);
        int count = 0;
        int start = 0;
        for (int i = 0; i <= body.length; i++) {
            if (i == body.length || body[i] == '\n') {
                int length = i - start;
                if (length > maxMsgBytes) {
                    throw Failure.of(413, "MSG_TOO_BIG");
                }
                if (length > 0) {
                    out.putInt(length).put(body, start, length);
                    count++;
                }
                start = i + 1;
            }
        }
        return new MpubBody(out.flip().slice(), count);
    }

    /** int32 count, then the messages as on the wire. */
    static MpubBody ofBinary(byte[] body, DecoderLimits limits) {
        ByteBuffer bytes = ByteBuffer.wrap(body);
        try {
            int count = CommandDecoder.checkMessages(bytes, limits);
            int end = CommandDecoder.endOfMessages(bytes, count);
            return new MpubBody(bytes.slice(Integer.BYTES, end - Integer.BYTES), count);
        } catch (ProtocolException e) {
            throw Failure.of(413, e.shortCode());
        }
    }
}
