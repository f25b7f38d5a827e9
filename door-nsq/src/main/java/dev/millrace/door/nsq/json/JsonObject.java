package dev.millrace.door.nsq.json;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * A JSON object, read as Go's decoder fills a struct: names in any case, a missing or null member is the type's zero, a
 * member of another type is an error, unknown members are ignored.
 */
public final class JsonObject {
    private static final JsonFactory FACTORY = new JsonFactory();
    /** An object without members. */
    public static final JsonObject EMPTY = new JsonObject(Map.of());

    private final Map<String, Object> members;

    private JsonObject(Map<String, Object> members) {
        this.members = members;
    }

    /**
     * Reads one object; null counts as an empty one.
     *
     * @throws JsonException
     *             if the text is anything else
     */
    public static JsonObject parse(byte[] text) {
        Object value = value(text);
        if (value == null) {
            return EMPTY;
        }
        return object(value, "the text");
    }

    /**
     * Reads one array of strings.
     *
     * @throws JsonException
     *             if the text is anything else
     */
    public static List<String> parseStrings(byte[] text) {
        return strings(value(text), "the text");
    }

    public String text(String name) {
        Object value = members.get(name);
        if (value == null) {
            return "";
        }
        if (value instanceof String text) {
            return text;
        }
        throw wrong(name, "a string");
    }

    public boolean flag(String name) {
        Object value = members.get(name);
        if (value == null) {
            return false;
        }
        if (value instanceof Boolean flag) {
            return flag;
        }
        throw wrong(name, "true or false");
    }

    public long number(String name) {
        Object value = members.get(name);
        if (value == null) {
            return 0;
        }
        if (value instanceof Long number) {
            return number;
        }
        throw wrong(name, "a whole number");
    }

    public List<String> strings(String name) {
        return strings(members.get(name), name);
    }

    public List<JsonObject> objects(String name) {
        Object value = members.get(name);
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof List<?> list)) {
            throw wrong(name, "an array");
        }
        List<JsonObject> objects = new ArrayList<>(list.size());
        for (Object element : list) {
            objects.add(object(element, name));
        }
        return objects;
    }

    /** The member if it is an object, else an empty one. */
    public JsonObject object(String name) {
        Object value = members.get(name);
        return value == null ? EMPTY : object(value, name);
    }

    private static JsonObject object(@Nullable Object value, String name) {
        if (value instanceof JsonObject object) {
            return object;
        }
        throw wrong(name, "an object");
    }

    private static List<String> strings(@Nullable Object value, String name) {
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof List<?> list)) {
            throw wrong(name, "an array of strings");
        }
        List<String> strings = new ArrayList<>(list.size());
        for (Object element : list) {
            if (!(element instanceof String text)) {
                throw wrong(name, "an array of strings");
            }
            strings.add(text);
        }
        return strings;
    }

    private static JsonException wrong(String name, String wanted) {
        return new JsonException(name + " must be " + wanted);
    }

    // ---- reading ----

    private static @Nullable Object value(byte[] text) {
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                throw new JsonException("no JSON");
            }
            Object value = value(parser, first);
            if (parser.nextToken() != null) {
                throw new JsonException("more than one JSON value");
            }
            return value;
        } catch (JacksonException e) {
            throw new JsonException(String.valueOf(e.getOriginalMessage()));
        }
    }

    private static @Nullable Object value(JsonParser parser, JsonToken token) {
        return switch (token) {
            case START_OBJECT -> object(parser);
            case START_ARRAY -> array(parser);
            case VALUE_STRING -> parser.getString();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NUMBER_INT -> whole(parser);
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            case VALUE_NULL -> null;
            default -> throw new JsonException("unexpected " + token);
        };
    }

    /** A number too large for a long stays what it is: no field of ours takes it. */
    private static Object whole(JsonParser parser) {
        return switch (parser.getNumberType()) {
            case INT, LONG -> parser.getLongValue();
            default -> parser.getDoubleValue();
        };
    }

    private static JsonObject object(JsonParser parser) {
        Map<String, Object> members = new LinkedHashMap<>();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_OBJECT; token = parser.nextToken()) {
            String name = parser.currentName().toLowerCase(Locale.ROOT);
            Object value = value(parser, parser.nextToken());
            if (value == null) {
                members.remove(name);
            } else {
                members.put(name, value);
            }
        }
        return new JsonObject(members);
    }

    private static List<@Nullable Object> array(JsonParser parser) {
        List<@Nullable Object> elements = new ArrayList<>();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            elements.add(value(parser, token));
        }
        return elements;
    }
}
