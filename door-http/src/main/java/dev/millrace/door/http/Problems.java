package dev.millrace.door.http;

import dev.millrace.net.http.ErrorWriter;
import dev.millrace.net.http.HttpExchange;
import dev.millrace.net.http.HttpFailure;
import dev.millrace.node.BrokerException;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/** Errors as problem documents (RFC 9457): {@code application/problem+json} with type, title, status and detail. */
final class Problems implements ErrorWriter {
    private static final Logger LOG = LoggerFactory.getLogger(Problems.class);
    private static final String TYPE = "application/problem+json";
    /** The server has too much to do at the moment; nothing was done. */
    static final String OVERLOADED = "OVERLOADED";

    @Override
    public void write(HttpExchange exchange, HttpFailure failure) {
        if (failure.code().equals(HttpFailure.INTERNAL)) {
            LOG.error("{} {} failed", exchange.method(), exchange.path(), failure.getCause());
        }
        if (failure.status() == 429) {
            exchange.responseHeader("Retry-After", String.valueOf(retryAfterSeconds(failure)));
        }
        exchange.send(failure.status(), TYPE, Json.bytes(document(failure)));
    }

    /** Too much to do is over soon; a limit is a matter of consuming, or of settings. */
    private static int retryAfterSeconds(HttpFailure failure) {
        return failure.code().equals(OVERLOADED) ? 1 : 10;
    }

    static ObjectNode document(HttpFailure failure) {
        ObjectNode problem = Json.object();
        problem.put("type", "urn:millrace:problem:" + failure.code().toLowerCase(Locale.ROOT).replace('_', '-'));
        problem.put("title", HttpResponseStatus.valueOf(failure.status()).reasonPhrase());
        problem.put("status", failure.status());
        problem.put("detail", failure.getMessage());
        return problem;
    }

    /** What a refusal of the broker is in HTTP. */
    static HttpFailure of(BrokerException e) {
        int status = switch (e.category()) {
            case NOT_FOUND -> 404;
            case INVALID -> 400;
            case LIMIT -> 429;
            case NO_ROOM -> 507;
            case UNAVAILABLE -> 503;
            case INTERNAL -> 500;
        };
        return new HttpFailure(status, e.category().name(), String.valueOf(e.getMessage()), e);
    }

    static HttpFailure notFound(String what) {
        return new HttpFailure(404, "NOT_FOUND", what);
    }

    /** Something that may or may not have happened. */
    static HttpFailure unavailable(String why) {
        return new HttpFailure(503, "UNAVAILABLE", why);
    }
}
