package dev.millrace.net.http;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Percent-decoding of paths and query strings (RFC 3986, and {@code +} for a space in queries). */
final class Percent {
    private Percent() {}

    /** Decodes; {@link HttpFailure} 400 for a bad escape or bytes that are not UTF-8. */
    static String decode(String text, boolean plusIsSpace) {
        if (text.indexOf('%') < 0 && !(plusIsSpace && text.indexOf('+') >= 0)) {
            return text;
        }
        byte[] out = new byte[text.length() * 3];
        int size = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '%') {
                out[size++] = (byte) escaped(text, i);
                i += 2;
            } else if (c == '+' && plusIsSpace) {
                out[size++] = ' ';
            } else if (c < 0x80) {
                out[size++] = (byte) c;
            } else {
                throw bad(text);
            }
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(out, 0, size)).toString();
        } catch (CharacterCodingException e) {
            throw bad(text);
        }
    }

    private static int escaped(String text, int at) {
        int high = at + 2 < text.length() ? Character.digit(text.charAt(at + 1), 16) : -1;
        int low = at + 2 < text.length() ? Character.digit(text.charAt(at + 2), 16) : -1;
        if (high < 0 || low < 0) {
            throw bad(text);
        }
        return high << 4 | low;
    }

    private static HttpFailure bad(String text) {
        return new HttpFailure(400, HttpFailure.BAD_REQUEST,
                "'" + text
                        + "' is not a well-formed part of a URL: after % two hex digits are needed, the bytes must be UTF-8");
    }

    /** Parameters of a query string, in order. */
    static Map<String, List<String>> query(String raw) {
        Map<String, List<String>> found = new LinkedHashMap<>();
        for (String pair : raw.split("&", -1)) {
            if (pair.isEmpty()) {
                continue;
            }
            int equals = pair.indexOf('=');
            String name = decode(equals < 0 ? pair : pair.substring(0, equals), true);
            String value = equals < 0 ? "" : decode(pair.substring(equals + 1), true);
            found.computeIfAbsent(name, _ -> new ArrayList<>(1)).add(value);
        }
        return found;
    }
}
