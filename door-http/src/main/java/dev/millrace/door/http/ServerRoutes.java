package dev.millrace.door.http;

import dev.millrace.net.http.HttpExchange;
import dev.millrace.net.http.Router;
import dev.millrace.node.Broker;
import dev.millrace.node.ShardHealth;
import java.time.Instant;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The server itself: who it is, whether it lives, whether it can work. */
final class ServerRoutes {
    private final Broker broker;
    private final HttpDoorOptions options;
    private final Instant startedAt = Instant.now();
    private volatile boolean draining;

    ServerRoutes(Broker broker, HttpDoorOptions options) {
        this.broker = broker;
        this.options = options;
    }

    void addTo(Router router) {
        router.add("GET", "/healthz", exchange -> exchange.send(200, "text/plain", "ok\n"));
        router.add("GET", "/readyz", this::ready);
        router.add("GET", "/api/v1/server", this::describe);
    }

    /** No longer ready: load balancers shall look elsewhere. */
    void drain() {
        draining = true;
    }

    private void ready(HttpExchange exchange) {
        StringBuilder text = new StringBuilder();
        boolean ready = !draining;
        if (draining) {
            text.append("stopping\n");
        }
        for (ShardHealth shard : broker.health()) {
            ready &= shard.serving();
            text.append("shard ")
                    .append(shard.shard())
                    .append(": ")
                    .append(shard.serving() ? "serving" : shard.message())
                    .append('\n');
        }
        exchange.send(ready ? 200 : 503, "text/plain", text.toString());
    }

    private void describe(HttpExchange exchange) {
        ObjectNode answer = Json.object();
        answer.put("name", "millrace");
        answer.put("version", options.version());
        answer.put("startedAt", startedAt.toString());
        answer.put("tokenFile", options.tokenFile().toAbsolutePath().toString());
        List<ShardHealth> health = broker.health();
        ArrayNode shards = answer.putArray("shards");
        for (ShardHealth shard : health) {
            ObjectNode json = shards.addObject();
            json.put("shard", shard.shard());
            json.put("serving", shard.serving());
            json.put("message", shard.message());
        }
        Json.send(exchange, 200, answer);
    }
}
