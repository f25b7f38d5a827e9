package dev.millrace.door.http;

import dev.millrace.net.http.HttpExchange;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The door's JSON: trees, no binding, so that a shape changes only where its name stands. */
final class Json {
    static final String TYPE = "application/json";
    static final JsonMapper MAPPER = JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

    private Json() {}

    static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    static byte[] bytes(JsonNode node) {
        return MAPPER.writeValueAsBytes(node);
    }

    static void send(HttpExchange exchange, int status, JsonNode node) {
        exchange.send(status, TYPE, bytes(node));
    }
}
