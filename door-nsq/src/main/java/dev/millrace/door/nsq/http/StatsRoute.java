package dev.millrace.door.nsq.http;

import dev.millrace.net.http.HttpExchange;
import dev.millrace.net.http.HttpHandler;
import java.time.Instant;

/** {@code GET /stats}. */
final class StatsRoute implements HttpHandler {
    private final NsqdHttp.Server server;
    private final Figures figures;

    StatsRoute(NsqdHttp.Server server, Figures figures) {
        this.server = server;
        this.figures = figures;
    }

    @Override
    public void handle(HttpExchange exchange) {
        String topic = textOf(exchange, "topic");
        boolean withClients = flag(exchange, "include_clients");
        boolean withMemory = flag(exchange, "include_mem");
        Figures.Snapshot snapshot = figures.read(topic, textOf(exchange, "channel"), withClients);
        String health = figures.health();
        if ("json".equals(exchange.query("format"))) {
            Answer.json(exchange, new StatsJson(topic, withClients).write(snapshot, server.version(), health,
                    server.started().getEpochSecond(), withMemory));
        } else {
            Answer.text(exchange,
                    new StatsText(Instant.now()).write(snapshot, program(), health, server.started(), withMemory));
        }
    }

    private String program() {
        return "nsqd v" + server.version() + " (built w/java" + Runtime.version().feature() + ")";
    }

    private static String textOf(HttpExchange exchange, String name) {
        String value = exchange.query(name);
        return value == null ? "" : value;
    }

    /** True unless it says otherwise. */
    private static boolean flag(HttpExchange exchange, String name) {
        String value = exchange.query(name);
        return !"false".equals(value) && !"0".equals(value);
    }
}
