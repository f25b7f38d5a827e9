package dev.millrace.server.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The options that describe one task, for every command that enqueues some. */
final class TaskWish {
    @Option(names = "--id", paramLabel = "ID",
            description = "of your own; a second task with it is a duplicate while the first can be looked at") private @Nullable String id;
    @Option(names = "--type", paramLabel = "TYPE",
            description = "what a worker chooses its handler by") private @Nullable String type;
    @Option(names = "--payload", paramLabel = "JSON",
            description = "JSON; - reads it from standard input") private @Nullable String payload;
    @Option(names = "--in", paramLabel = "DURATION",
            description = "not before so long from now") private @Nullable String delay;
    @Option(names = "--at", paramLabel = "INSTANT",
            description = "not before it, such as 2030-01-31T12:00:00Z") private @Nullable String at;
    @Option(names = "--priority", paramLabel = "0..9", description = "9 first [4]") private @Nullable Integer priority;
    @Option(names = "--key", paramLabel = "KEY",
            description = "tasks of one key run one after the other") private @Nullable String key;
    @Option(names = "--limit-key", paramLabel = "KEY",
            description = "counts against the queue's limits per key") private @Nullable String limitKey;
    @Option(names = "--group", paramLabel = "KEY",
            description = "delivered with others of this key as one task; see queue groups") private @Nullable String group;
    @Option(names = "--unique", paramLabel = "KEY",
            description = "enqueue nothing while a task holds this key") private @Nullable String unique;
    @Option(names = "--unique-for", paramLabel = "DURATION",
            description = "hold it so long [until the task is done]") private @Nullable String uniqueFor;
    @Option(names = "--max-attempts", paramLabel = "COUNT",
            description = "dead after so many [as the queue says]") private @Nullable Integer maxAttempts;
    @Option(names = "--backoff", paramLabel = "DURATION",
            description = "wait after the first failed attempt; doubles with each") private @Nullable String backoff;
    @Option(names = "--max-backoff", paramLabel = "DURATION",
            description = "longest wait; with --backoff") private @Nullable String maxBackoff;
    @Option(names = "--deadline", paramLabel = "INSTANT",
            description = "no attempt after it, such as 2030-01-31T12:00:00Z") private @Nullable String deadline;
    @Option(names = "--timeout", paramLabel = "DURATION",
            description = "what an attempt may take") private @Nullable String timeout;
    @Option(names = "--expires-in", paramLabel = "DURATION",
            description = "gone so long from now unless done") private @Nullable String expires;
    @Option(names = "--retention", paramLabel = "DURATION",
            description = "can be looked at so long after it is done") private @Nullable String retention;
    @Option(names = "--header", paramLabel = "NAME=VALUE",
            description = "may be repeated") private Map<String, String> headers = new LinkedHashMap<>();

    @Option(names = "--then", paramLabel = "QUEUE:TYPE[:JSON]",
            description = "a task that follows when the one before it is done; may be repeated; or an object"
                    + " such as '{\"queue\":\"q\",\"type\":\"t\",\"result\":\"header\"}'") private @Nullable List<String> then;

    /** Whether any option was given; the server says what is wrong with a task. */
    boolean isGiven() throws IOException {
        return !json().isEmpty();
    }

    /** The task as the HTTP API takes it. */
    ObjectNode json() throws IOException {
        ObjectNode task = Api.JSON.createObjectNode();
        text(task, "id", id);
        text(task, "type", type);
        String json = payload;
        if (json != null) {
            task.put("text", checked(json.equals("-") ? new String(System.in.readAllBytes(), StandardCharsets.UTF_8)
                    : json));
        }
        millis(task, "delayMillis", "--in", delay);
        text(task, "dueAt", at);
        number(task, "priority", priority);
        text(task, "key", key);
        text(task, "limitKey", limitKey);
        text(task, "group", group);
        text(task, "uniqueKey", unique);
        millis(task, "uniqueMillis", "--unique-for", uniqueFor);
        number(task, "maxAttempts", maxAttempts);
        millis(task, "minBackoffMillis", "--backoff", backoff);
        millis(task, "maxBackoffMillis", "--max-backoff", maxBackoff);
        text(task, "deadline", deadline);
        millis(task, "timeoutMillis", "--timeout", timeout);
        millis(task, "expiresMillis", "--expires-in", expires);
        if (task.path("expiresMillis").asLong(1) == 0) {
            throw new CliException("--expires-in is '" + expires + "', so it would be gone at once; leave it out for a"
                    + " task that does not expire");
        }
        millis(task, "retentionMillis", "--retention", retention);
        if (!headers.isEmpty()) {
            ObjectNode all = task.putObject("headers");
            headers.forEach(all::put);
        }
        List<String> steps = then;
        if (steps != null) {
            ArrayNode all = task.putArray("then");
            steps.forEach(step -> all.add(step(step)));
        }
        return task;
    }

    /** Colons of a type would be taken for the one before a payload, so such a step is written as an object. */
    private static ObjectNode step(String step) {
        String cure = "write QUEUE:TYPE, QUEUE:TYPE:JSON, or an object such as"
                + " '{\"queue\":\"q\",\"type\":\"a:b\",\"json\":{\"user\":7}}', also for a type that has a colon";
        if (step.startsWith("{")) {
            try {
                return (ObjectNode) Api.JSON.readTree(step);
            } catch (JacksonException e) {
                throw new CliException("--then is not JSON: " + e.getOriginalMessage() + "; " + cure);
            }
        }
        String[] parts = step.split(":", 3);
        if (parts.length < 2 || parts[0].isEmpty() || parts[1].isEmpty()) {
            throw new CliException("--then is '" + step + "'; " + cure);
        }
        ObjectNode object = Api.JSON.createObjectNode().put("queue", parts[0]).put("type", parts[1]);
        if (parts.length == 3) {
            try {
                Api.JSON.readTree(parts[2]);
            } catch (JacksonException e) {
                throw new CliException("--then is '" + step + "', and '" + parts[2] + "' is not JSON: "
                        + e.getOriginalMessage() + "; " + cure);
            }
            object.put("text", parts[2]);
        }
        return object;
    }

    /** What is enqueued is the text as it was given, not JSON written anew. */
    private static String checked(String json) {
        try {
            if (Api.JSON.readTree(json).isMissingNode()) {
                throw new CliException("--payload is empty; leave it out for a task without a payload");
            }
            return json;
        } catch (JacksonException e) {
            throw new CliException("--payload is not JSON: " + e.getOriginalMessage() + ". Quote a text as '\"text\"'");
        }
    }

    private static void text(ObjectNode task, String name, @Nullable String value) {
        if (value != null) {
            task.put(name, value);
        }
    }

    private static void number(ObjectNode task, String name, @Nullable Integer value) {
        if (value != null) {
            task.put(name, value);
        }
    }

    private static void millis(ObjectNode task, String name, String flag, @Nullable String value) {
        if (value != null) {
            task.put(name, Common.millis(flag, value));
        }
    }
}
