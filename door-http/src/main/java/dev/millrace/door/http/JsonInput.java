package dev.millrace.door.http;

import dev.millrace.net.http.HttpExchange;
import dev.millrace.net.http.HttpFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A JSON object that a client sent, read member by member. What is missing, of the wrong kind, out of range or not known
 * is status 400 with the member's path. Ends with {@link #end()}, which refuses members that nobody asked for.
 */
final class JsonInput {
    private final JsonNode node;
    private final String path;
    private final Set<String> asked = new HashSet<>();

    JsonInput(JsonNode node, String path) {
        this.node = node;
        this.path = path;
        if (!node.isObject()) {
            throw bad((path.isEmpty() ? "the body" : path) + " must be a JSON object");
        }
    }

    /** The request's body; an empty one counts as an empty object. The content type must say JSON. */
    static JsonInput of(HttpExchange exchange, int maxBytes) throws IOException {
        requireJson(exchange);
        return parse(exchange.bodyBytes(maxBytes));
    }

    /** The same of a body with messages or tasks, whose limit is a setting. */
    static JsonInput large(HttpExchange exchange, int maxRequestBytes) throws IOException {
        requireJson(exchange);
        return parse(largeBody(exchange, maxRequestBytes));
    }

    static byte[] largeBody(HttpExchange exchange, int maxRequestBytes) throws IOException {
        try {
            return exchange.bodyBytes(maxRequestBytes);
        } catch (HttpFailure e) {
            throw e.status() == 413 ? new HttpFailure(413, HttpFailure.BODY_TOO_LARGE, "the body is larger than"
                    + " the setting max-request-size allows, " + maxRequestBytes + " bytes; send less at once", e) : e;
        }
    }

    static boolean isJson(HttpExchange exchange) {
        String type = exchange.header("Content-Type");
        if (type == null) {
            return false;
        }
        int semicolon = type.indexOf(';');
        String bare = (semicolon < 0 ? type : type.substring(0, semicolon)).trim().toLowerCase(Locale.ROOT);
        return bare.equals(Json.TYPE);
    }

    /** Browsers let a foreign page send any type but this one without asking first. */
    static void requireJson(HttpExchange exchange) {
        if (!isJson(exchange)) {
            throw new HttpFailure(415, "JSON_NEEDED", "changes are taken only with 'Content-Type: application/json'");
        }
    }

    static JsonInput parse(byte[] bytes) {
        if (bytes.length == 0) {
            return new JsonInput(Json.object(), "");
        }
        try {
            return new JsonInput(Json.MAPPER.readTree(bytes), "");
        } catch (JacksonException e) {
            throw bad("the body is not JSON: " + e.getOriginalMessage());
        }
    }

    private static HttpFailure bad(String detail) {
        return new HttpFailure(400, "INVALID", detail);
    }

    private String at(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    boolean has(String name) {
        asked.add(name);
        JsonNode value = node.get(name);
        return value != null && !value.isNull();
    }

    /** The member as it stands; it must be there. */
    JsonNode any(String name) {
        asked.add(name);
        JsonNode value = node.get(name);
        if (value == null) {
            throw bad(at(name) + " is missing");
        }
        return value;
    }

    String text(String name) {
        JsonNode value = any(name);
        if (!value.isString()) {
            throw bad(at(name) + " must be a string");
        }
        return value.stringValue();
    }

    @Nullable
    String textOrNull(String name) {
        return has(name) ? text(name) : null;
    }

    /** A whole number in the range. */
    long number(String name, long min, long max) {
        JsonNode value = any(name);
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw bad(at(name) + " must be a whole number");
        }
        long number = value.longValue();
        if (number < min || number > max) {
            throw bad(at(name) + " must be " + min + " to " + max + ", not " + number);
        }
        return number;
    }

    long numberOr(String name, long fallback, long min, long max) {
        return has(name) ? number(name, min, max) : fallback;
    }

    boolean flag(String name) {
        if (!has(name)) {
            return false;
        }
        JsonNode value = any(name);
        if (!value.isBoolean()) {
            throw bad(at(name) + " must be true or false");
        }
        return value.booleanValue();
    }

    /** Whether one of the members {@code text}, {@code base64} and {@code json} is there. */
    boolean hasBody() {
        boolean text = has("text");
        boolean base64 = has("base64");
        return has("json") || text || base64;
    }

    /** The bytes that exactly one of {@code text}, {@code base64} and {@code json} says. */
    byte[] body() {
        int forms = (has("text") ? 1 : 0) + (has("base64") ? 1 : 0) + (has("json") ? 1 : 0);
        if (forms != 1) {
            throw refuse("text", "or base64 or json must be there, exactly one of them");
        }
        if (has("text")) {
            return text("text").getBytes(StandardCharsets.UTF_8);
        }
        return has("json") ? Json.bytes(any("json")) : base64();
    }

    private byte[] base64() {
        try {
            return Base64.getDecoder().decode(text("base64"));
        } catch (IllegalArgumentException e) {
            throw refuse("base64", "is not Base64: " + e.getMessage());
        }
    }

    /** The names of all its members. */
    List<String> names() {
        return List.copyOf(node.propertyNames());
    }

    /** A list of strings, at least one. */
    List<String> texts(String name, int max) {
        List<String> texts = new ArrayList<>();
        for (JsonNode value : list(name, max)) {
            if (!value.isString()) {
                throw bad(at(name) + " must hold strings only");
            }
            texts.add(value.stringValue());
        }
        return texts;
    }

    /** A list of objects, at least one. */
    List<JsonInput> objects(String name, int max) {
        List<JsonInput> objects = new ArrayList<>();
        for (JsonNode value : list(name, max)) {
            objects.add(new JsonInput(value, at(name) + "[" + objects.size() + "]"));
        }
        return objects;
    }

    private JsonNode list(String name, int max) {
        JsonNode value = any(name);
        if (!value.isArray() || value.isEmpty() || value.size() > max) {
            throw bad(at(name) + " must be a list of 1 to " + max);
        }
        return value;
    }

    JsonInput object(String name) {
        return new JsonInput(any(name), at(name));
    }

    /** Refuses what was not asked for: a misspelt member must not be ignored. */
    void end() {
        if (node instanceof ObjectNode object) {
            for (String name : object.propertyNames()) {
                if (!asked.contains(name)) {
                    throw bad(at(name) + " is not known here. Known: "
                            + String.join(", ", asked.stream().sorted().toList()));
                }
            }
        }
    }

    HttpFailure refuse(String name, String what) {
        return bad(at(name) + " " + what);
    }
}
