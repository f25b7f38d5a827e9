package dev.millrace.door.http;

import dev.millrace.net.http.HttpExchange;
import dev.millrace.net.http.Router;
import dev.millrace.node.Broker;
import dev.millrace.node.ShardHealth;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The server itself: who it is, whether it lives, whether it can work. */
final class ServerRoutes {
    private static final String DOCUMENTED_SERVER = "- url: http://127.0.0.1:7070";

    private final Broker broker;
    private final HttpDoorOptions options;
    private final Instant startedAt = Instant.now();
    private final byte[] document = document();
    private volatile boolean draining;

    ServerRoutes(Broker broker, HttpDoorOptions options) {
        this.broker = broker;
        this.options = options;
    }

    void addTo(Router router) {
        router.add("GET", "/healthz", exchange -> exchange.send(200, "text/plain", "ok\n"));
        router.add("GET", "/readyz", this::ready);
        router.add("GET", "/api/v1/server", this::describe);
        router.add("GET", "/api/v1/openapi.yaml", exchange -> exchange.send(200, "application/yaml", document));
    }

    /** The description of the API; whoever gets it here finds the API at the same address. */
    private static byte[] document() {
        try (InputStream in = ServerRoutes.class.getResourceAsStream("openapi.yaml")) {
            if (in == null) {
                throw new IllegalStateException("openapi.yaml is missing in the program; build it anew");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).replace(DOCUMENTED_SERVER, "- url: /")
                    .getBytes(StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("openapi.yaml cannot be read", e);
        }
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
