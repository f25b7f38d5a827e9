package dev.millrace.door.http;

import dev.millrace.net.http.HttpExchange;
import dev.millrace.net.http.Router;
import dev.millrace.node.Broker;
import dev.millrace.node.ReplayFrom;
import dev.millrace.node.TopicHistory;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.regex.Pattern;

/** What topics keep of the messages that are done everywhere, and groups that are offered them anew. */
final class ReplayRoutes {
    private static final int MAX_BODY_BYTES = 64 << 10;
    private static final Pattern ID = Pattern.compile("[0-9a-fA-F]{16}");

    private final Broker broker;
    private final Access access;

    ReplayRoutes(Broker broker, Access access) {
        this.broker = broker;
        this.access = access;
    }

    void addTo(Router router) {
        String history = "/api/v1/topics/{topic}/history";
        router.add("GET", history, this::show);
        router.add("PUT", history, this::set);
        router.add("POST", "/api/v1/topics/{topic}/groups/{group}/replay", this::replay);
    }

    private void show(HttpExchange exchange) {
        TopicHistory history = Answers.await(broker.history(TopicRoutes.find(broker, Names.topic(exchange)).name()));
        Json.send(exchange, 200, Json.object()
                .put("maxAgeMillis", history.maxAgeMillis())
                .put("maxBytes", history.maxBytes())
                .put("messages", history.messages()));
    }

    private void set(HttpExchange exchange) throws IOException {
        JsonInput input = JsonInput.of(exchange, MAX_BODY_BYTES);
        long maxAge = input.numberOr("maxAgeMillis", 0, 0, GroupRoutes.MAX_BACKOFF_MILLIS * 100);
        long maxBytes = input.numberOr("maxBytes", 0, 0, Long.MAX_VALUE);
        input.end();
        Answers.await(broker.setHistory(TopicRoutes.find(broker, Names.topic(exchange)).name(), maxAge, maxBytes));
        exchange.send(204);
    }

    /** What purges needs the token. */
    private void replay(HttpExchange exchange) throws Exception {
        JsonInput input = JsonInput.of(exchange, MAX_BODY_BYTES);
        ReplayFrom from = from(input);
        boolean purge = input.flag("purgeUnderWay");
        input.end();
        String topic = Names.topic(exchange);
        String group = GroupRoutes.find(broker, topic, Names.group(exchange)).name();
        if (purge) {
            access.withToken(allowed -> replay(allowed, topic, group, from, true)).handle(exchange);
        } else {
            replay(exchange, topic, group, from, false);
        }
    }

    private void replay(HttpExchange exchange, String topic, String group, ReplayFrom from, boolean purge) {
        long offered = Answers.await(broker.replay(topic, group, from, purge));
        Json.send(exchange, 200, Json.object().put("offered", offered));
    }

    private static ReplayFrom from(JsonInput input) {
        String from = input.text("from");
        if (from.equals("earliest")) {
            return new ReplayFrom.Earliest();
        }
        if (ID.matcher(from).matches()) {
            return new ReplayFrom.Message(Long.parseUnsignedLong(from, 16));
        }
        try {
            return new ReplayFrom.Time(OffsetDateTime.parse(from).toInstant());
        } catch (DateTimeException e) {
            throw input.refuse("from",
                    "must be earliest, an instant such as 2026-11-28T08:30:00Z, or a message id of 16"
                            + " hex digits");
        }
    }
}
