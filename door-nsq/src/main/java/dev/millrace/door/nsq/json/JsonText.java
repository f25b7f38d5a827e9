package dev.millrace.door.nsq.json;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Locale;

/**
 * Writes JSON in the order of the calls, without blanks, as Go's encoder does. Every {@code object} and {@code array} is
 * closed by {@link #end}.
 */
public final class JsonText {
    private final StringBuilder out = new StringBuilder(256);
    private final StringBuilder closers = new StringBuilder();
    private boolean first = true;

    /** An object, as the whole text or as an element. */
    public JsonText object() {
        return open('{', '}');
    }

    public JsonText object(String name) {
        name(name);
        return open('{', '}');
    }

    public JsonText array() {
        return open('[', ']');
    }

    public JsonText array(String name) {
        name(name);
        return open('[', ']');
    }

    /** Closes the innermost object or array. */
    public JsonText end() {
        int last = closers.length() - 1;
        out.append(closers.charAt(last));
        closers.setLength(last);
        first = false;
        return this;
    }

    public JsonText put(String name, String value) {
        name(name);
        quote(value);
        return this;
    }

    public JsonText put(String name, long value) {
        name(name);
        out.append(value);
        return this;
    }

    /** A whole number is written without a point. */
    public JsonText put(String name, double value) {
        name(name);
        out.append(new BigDecimal(Double.toString(value)).stripTrailingZeros().toPlainString());
        return this;
    }

    public JsonText put(String name, boolean value) {
        name(name);
        out.append(value);
        return this;
    }

    public JsonText putNull(String name) {
        name(name);
        out.append("null");
        return this;
    }

    public JsonText put(String name, Collection<String> values) {
        array(name);
        values.forEach(this::add);
        return end();
    }

    /** An element of an array. */
    public JsonText add(String value) {
        comma();
        quote(value);
        return this;
    }

    /** An element of an array. */
    public JsonText add(boolean value) {
        comma();
        out.append(value);
        return this;
    }

    public byte[] bytes() {
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return out.toString();
    }

    private JsonText open(char opener, char closer) {
        if (out.isEmpty() || out.charAt(out.length() - 1) != ':') {
            comma();
        }
        out.append(opener);
        closers.append(closer);
        first = true;
        return this;
    }

    private void name(String name) {
        comma();
        quote(name);
        out.append(':');
    }

    private void comma() {
        if (!first) {
            out.append(',');
        }
        first = false;
    }

    private void quote(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < ' ' || c == '<' || c == '>' || c == '&' || c == '\u2028' || c == '\u2029') {
                        out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }
}
