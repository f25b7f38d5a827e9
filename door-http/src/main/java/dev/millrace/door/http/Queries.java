package dev.millrace.door.http;

import dev.millrace.net.http.HttpExchange;
import dev.millrace.net.http.HttpFailure;

/** Parameters of a query string. */
final class Queries {
    private Queries() {}

    static long number(HttpExchange exchange, String name, long fallback, long min, long max) {
        String text = exchange.query(name);
        if (text == null) {
            return fallback;
        }
        try {
            long number = Long.parseLong(text);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw bad(name, text, min, max);
        }
        throw bad(name, text, min, max);
    }

    private static HttpFailure bad(String name, String text, long min, long max) {
        return new HttpFailure(400, "INVALID",
                "the query's " + name + " must be a whole number from " + min + " to " + max + ", not '" + text + "'");
    }
}
