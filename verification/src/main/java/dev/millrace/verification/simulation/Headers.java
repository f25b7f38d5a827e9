package dev.millrace.verification.simulation;

import dev.millrace.core.message.MessageView;
import dev.millrace.core.message.Properties;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads what a worker finds beside the body of a task. */
final class Headers {
    private Headers() {}

    static Map<String, String> of(MessageView view) {
        Map<String, String> headers = new LinkedHashMap<>();
        Properties.forEach(view.bytes, view.envelope, (tag, at, length) -> {
            if (tag == Properties.HEADER) {
                int name = view.bytes.get(at) & 0xFF;
                headers.put(Properties.text(view.bytes, at + 1, name),
                        Properties.text(view.bytes, at + 1 + name, length - 1 - name));
            }
        });
        return headers;
    }

    /** How many bodies the body holds; 0: it is one itself. */
    static int gathered(MessageView view) {
        int[] count = new int[1];
        if (view.envelope >= 0) {
            Properties.forEach(view.bytes, view.envelope, (tag, at, length) -> {
                if (tag == Properties.GATHERED) {
                    count[0] = (int) view.bytes.getLong(at);
                }
            });
        }
        return count[0];
    }

    /** An id in 16 hex digits; 0 when there is none. */
    static long hex(@Nullable String digits) {
        return digits == null ? 0 : Long.parseUnsignedLong(digits, 16);
    }

    static long number(@Nullable String digits) {
        return digits == null ? -1 : Long.parseLong(digits);
    }
}
