package dev.millrace.server.logging;

import org.jspecify.annotations.Nullable;

/** One JSON object a line; a stack trace is the member {@code trace}. */
final class JsonLines extends LineLayout {
    @Override
    void begin(StringBuilder line) {
        line.append('{');
    }

    @Override
    void field(StringBuilder line, String key, String value) {
        if (line.length() > 1) {
            line.append(',');
        }
        quoted(line, key);
        line.append(':');
        quoted(line, value);
    }

    private static void quoted(StringBuilder line, String text) {
        line.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> line.append("\\\"");
                case '\\' -> line.append("\\\\");
                case '\n' -> line.append("\\n");
                case '\t' -> line.append("\\t");
                default -> {
                    if (c < ' ') {
                        line.append(String.format("\\u%04x", (int) c));
                    } else {
                        line.append(c);
                    }
                }
            }
        }
        line.append('"');
    }

    @Override
    void end(StringBuilder line, @Nullable String stackTrace) {
        if (stackTrace != null) {
            field(line, "trace", stackTrace);
        }
        line.append('}');
    }
}
