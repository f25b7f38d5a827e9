package dev.millrace.door.nsq.wire;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Text as nsqd prints it: strings quoted like Go's {@code %q}, because clients and tests compare whole sentences. */
public final class GoText {
    private GoText() {}

    /** Quotes bytes that should be UTF-8; each byte that is not stands as {@code \xNN}. */
    public static String quote(byte[] text) {
        StringBuilder out = new StringBuilder(text.length + 2).append('"');
        for (int at = 0; at < text.length;) {
            int length = characterBytes(text, at);
            if (length == 0) {
                out.append(String.format(Locale.ROOT, "\\x%02x", text[at++] & 0xff));
            } else {
                append(out, new String(text, at, length, StandardCharsets.UTF_8).codePointAt(0));
                at += length;
            }
        }
        return out.append('"').toString();
    }

    /** Length of the character that starts here, or 0 if none does. */
    private static int characterBytes(byte[] text, int at) {
        int length = text[at] >= 0 ? 1 : Integer.numberOfLeadingZeros(~(text[at] << 24));
        if (length > 4 || length > text.length - at) {
            return 0;
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text, at, length)).isEmpty() ? 0 : length;
        } catch (CharacterCodingException e) {
            return 0;
        }
    }

    public static String quote(String text) {
        return quote(text.getBytes(StandardCharsets.UTF_8));
    }

    private static void append(StringBuilder out, int c) {
        switch (c) {
            case '"' -> out.append("\\\"");
            case '\\' -> out.append("\\\\");
            case 7 -> out.append("\\a");
            case '\b' -> out.append("\\b");
            case '\f' -> out.append("\\f");
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            case 11 -> out.append("\\v");
            default -> appendOther(out, c);
        }
    }

    private static void appendOther(StringBuilder out, int c) {
        if (c < ' ' || c == 0x7f) {
            out.append(String.format(Locale.ROOT, "\\x%02x", c));
        } else if (c < 0x7f || Character.isLetterOrDigit(c)) {
            out.appendCodePoint(c);
        } else if (c < 0x10000) {
            out.append(String.format(Locale.ROOT, "\\u%04x", c));
        } else {
            out.append(String.format(Locale.ROOT, "\\U%08x", c));
        }
    }
}
