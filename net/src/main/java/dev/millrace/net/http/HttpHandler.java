package dev.millrace.net.http;

/** Answers one request, on a virtual thread of its own: it may block. What it throws becomes an error response. */
@FunctionalInterface
public interface HttpHandler {
    void handle(HttpExchange exchange) throws Exception;
}
