package dev.millrace.net.http;

/**
 * Words a failure in its door's own form. Called on the request's thread while nothing has been sent; must send. A
 * failure of code {@link HttpFailure#INTERNAL} has a cause, which is the writer's to log.
 */
@FunctionalInterface
public interface ErrorWriter {
    void write(HttpExchange exchange, HttpFailure failure);
}
