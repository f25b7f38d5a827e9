package dev.millrace.door.http;

import dev.millrace.node.PublishBatch;
import java.time.DateTimeException;
import java.time.Instant;

/** Instants of a request. Stateless. */
final class DueTime {
    private DueTime() {}

    /** Wall time in milliseconds, rounded up; 0 when the member is missing. */
    static long instant(JsonInput input, String name) {
        String text = input.textOrNull(name);
        if (text == null) {
            return 0;
        }
        try {
            Instant instant = Instant.parse(text);
            long millis = instant.toEpochMilli();
            return Math.max(1, Instant.ofEpochMilli(millis).isBefore(instant) ? millis + 1 : millis);
        } catch (DateTimeException | ArithmeticException e) {
            throw input.refuse(name, "must be an instant with its zone, such as 2030-01-31T12:00:00Z"
                    + " or 2030-01-31T14:00:00+02:00, not '" + text + "'");
        }
    }

    /** Wall time in milliseconds before which something is not due, instead of {@code delayMillis}; 0: not said. */
    static long dueAt(JsonInput input) {
        long wallMillis = instant(input, "dueAt");
        if (wallMillis != 0 && input.has("delayMillis")) {
            throw input.refuse("dueAt", "cannot be there together with delayMillis");
        }
        if (wallMillis - System.currentTimeMillis() > PublishBatch.MAX_DELAY_MILLIS) {
            throw input.refuse("dueAt", "must be within 100 years");
        }
        return wallMillis;
    }
}
