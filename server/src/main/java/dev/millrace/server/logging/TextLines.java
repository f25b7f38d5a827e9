package dev.millrace.server.logging;

import org.jspecify.annotations.Nullable;

/** {@code time=... level=info logger=... thread=... msg="..."}; a stack trace follows on lines of its own. */
final class TextLines extends LineLayout {
    @Override
    void begin(StringBuilder line) {
        // nothing stands before the first field
    }

    @Override
    void field(StringBuilder line, String key, String value) {
        if (!line.isEmpty()) {
            line.append(' ');
        }
        line.append(key).append('=');
        if (needsQuotes(value)) {
            line.append('"').append(value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n")).append('"');
        } else {
            line.append(value);
        }
    }

    private static boolean needsQuotes(String value) {
        return value.isEmpty() || value.chars().anyMatch(c -> c <= ' ' || c == '"' || c == '=' || c == '\\');
    }

    @Override
    void end(StringBuilder line, @Nullable String stackTrace) {
        if (stackTrace != null) {
            line.append('\n').append(stackTrace);
        }
    }
}
