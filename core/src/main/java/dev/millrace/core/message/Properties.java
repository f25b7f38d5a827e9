package dev.millrace.core.message;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Tags of an envelope's properties, and a walk over them. The engine never looks into them.
 *
 * <pre>
 *   u8 tag, u16 length, bytes     texts are UTF-8; numbers i64
 * </pre>
 */
public final class Properties {
    /** Text: the type of a task. */
    public static final byte TYPE = 1;
    /** Text: the ordering key. */
    public static final byte KEY = 2;
    /** Text: the key of limits. */
    public static final byte LIMIT_KEY = 3;
    /** Text: the unique key. */
    public static final byte UNIQUE_KEY = 4;
    /** Number: most milliseconds that an attempt may take. */
    public static final byte TIMEOUT = 5;
    /** Number: wall time in ms after which no attempt is worth while. */
    public static final byte DEADLINE = 6;
    /** Text: the id that the client gave. */
    public static final byte CLIENT_ID = 7;
    /** Text: a tag for filters. */
    public static final byte TAG = 8;
    /** Number: wall time in ms, as the client said it, at which the message is due. */
    public static final byte DUE_AT = 9;
    /** Text: the group key. */
    public static final byte GATHER_KEY = 10;
    /** What follows when the message is done: a {@link Chain}. */
    public static final byte CHAIN = 11;
    /** Text: the topic in which its batch is. */
    public static final byte BATCH_TOPIC = 12;
    /** Number: the body is a list of so many, each as (i32 length, bytes). */
    public static final byte GATHERED = 13;
    /** Header: u8 length of the name, name, value. */
    public static final byte HEADER = 16;

    private static final int HEAD = 3;

    private Properties() {}

    /** Receives properties: {@code length} bytes at {@code at}. */
    @FunctionalInterface
    public interface Visitor {
        void property(byte tag, int at, int length);
    }

    /** Visits the properties of the envelope that starts at {@code envelope}. */
    public static void forEach(ByteBuffer buffer, int envelope, Visitor visitor) {
        int at = Envelope.propertiesStart(buffer, envelope);
        int end = at + Envelope.propertiesBytes(buffer, envelope);
        while (at + HEAD <= end) {
            int length = buffer.getShort(at + 1) & 0xFFFF;
            if (at + HEAD + length > end) {
                throw new IllegalStateException("a property is longer than its envelope");
            }
            visitor.property(buffer.get(at), at + HEAD, length);
            at += HEAD + length;
        }
    }

    /** The text of the property with this tag; empty when there is none. */
    public static String find(ByteBuffer buffer, int envelope, byte wanted) {
        String[] found = {""};
        forEach(buffer, envelope, (tag, at, length) -> {
            if (tag == wanted) {
                found[0] = text(buffer, at, length);
            }
        });
        return found[0];
    }

    /** The text in these bytes. */
    public static String text(ByteBuffer buffer, int at, int length) {
        byte[] bytes = new byte[length];
        buffer.get(at, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
