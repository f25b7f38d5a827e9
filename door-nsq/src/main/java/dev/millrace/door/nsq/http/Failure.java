package dev.millrace.door.nsq.http;

import dev.millrace.door.nsq.json.JsonText;
import dev.millrace.net.http.ErrorWriter;
import dev.millrace.net.http.HttpExchange;
import dev.millrace.net.http.HttpFailure;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Failures in the form of NSQ's HTTP servers: {@code {"message":"CODE"}}. */
public final class Failure {
    private static final Logger LOG = LoggerFactory.getLogger(Failure.class);
    private static final String TLS_REQUIRED = "TLS_REQUIRED";
    static final String JSON = "application/json; charset=utf-8";

    private Failure() {}

    /** A refusal with one of NSQ's codes. */
    public static HttpFailure of(int status, String code) {
        return new HttpFailure(status, code, code);
    }

    /** The answer of the plain port when everything must be encrypted; clients ask again at this port. */
    public static HttpFailure tlsRequired(int httpsPort) {
        return new HttpFailure(403, TLS_REQUIRED, Integer.toString(httpsPort));
    }

    /** Words every failure, those of the server itself included. */
    public static ErrorWriter writer() {
        return Failure::write;
    }

    private static void write(HttpExchange exchange, HttpFailure failure) {
        String code = switch (failure.code()) {
            case HttpFailure.NO_ROUTE -> "NOT_FOUND";
            case HttpFailure.BAD_REQUEST -> "INVALID_REQUEST";
            case HttpFailure.BODY_TOO_LARGE -> "BODY_TOO_BIG";
            case HttpFailure.INTERNAL -> "INTERNAL_ERROR";
            default -> failure.code();
        };
        if (failure.code().equals(HttpFailure.INTERNAL)) {
            LOG.error("{} {} failed", exchange.method(), exchange.path(), failure.getCause());
        }
        Answer.mark(exchange);
        JsonText text = new JsonText().object().put("message", code);
        if (code.equals(TLS_REQUIRED)) {
            text.put("https_port", Long.parseLong(String.valueOf(failure.getMessage())));
        }
        exchange.send(failure.status(), JSON, text.end().bytes());
    }
}
