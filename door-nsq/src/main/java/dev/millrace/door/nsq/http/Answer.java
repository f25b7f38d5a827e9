package dev.millrace.door.nsq.http;

import dev.millrace.door.nsq.json.JsonText;
import dev.millrace.net.http.HttpExchange;

/** Answers in the form of NSQ's HTTP servers. */
public final class Answer {
    static final String TEXT = "text/plain; charset=utf-8";

    private Answer() {}

    public static void ok(HttpExchange exchange) {
        text(exchange, "OK");
    }

    public static void text(HttpExchange exchange, String text) {
        mark(exchange);
        exchange.send(200, TEXT, text);
    }

    public static void empty(HttpExchange exchange) {
        mark(exchange);
        exchange.send(200);
    }

    public static void json(HttpExchange exchange, JsonText text) {
        json(exchange, text.bytes());
    }

    static void json(HttpExchange exchange, byte[] text) {
        mark(exchange);
        exchange.send(200, Failure.JSON, text);
    }

    /** The header that tells clients the form of the answer. */
    static void mark(HttpExchange exchange) {
        exchange.responseHeader("X-NSQ-Content-Type", "nsq; version=1.0");
    }
}
