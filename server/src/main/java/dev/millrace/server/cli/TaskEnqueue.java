package dev.millrace.server.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code task enqueue}: hands a task to a queue. */
@Command(name = "enqueue", description = "Enqueues a task; makes the queue if it does not exist.", footer = {"",
    "Example:",
    "  millrace task enqueue emails --type welcome --payload '{\"user\":7}' --in 10s --unique welcome-7"})
final class TaskEnqueue implements Callable<Integer> {
    @Mixin private Common common;
    @Parameters(index = "0", paramLabel = "QUEUE") private String queue;
    @Option(names = "--id", paramLabel = "ID",
            description = "of your own; a second task with it is a duplicate while the first can be looked at") private @Nullable String id;
    @Option(names = "--type", paramLabel = "TYPE",
            description = "what a worker chooses its handler by") private @Nullable String type;
    @Option(names = "--payload", paramLabel = "JSON",
            description = "JSON; - reads it from standard input") private @Nullable String payload;
    @Option(names = "--in", paramLabel = "DURATION",
            description = "not before so long from now") private @Nullable String delay;
    @Option(names = "--priority", paramLabel = "0..9", description = "9 first [4]") private @Nullable Integer priority;
    @Option(names = "--key", paramLabel = "KEY",
            description = "tasks of one key run one after the other") private @Nullable String key;
    @Option(names = "--limit-key", paramLabel = "KEY",
            description = "counts against the queue's limits per key") private @Nullable String limitKey;
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

    @Override
    public Integer call() throws IOException {
        ObjectNode task = Api.JSON.createObjectNode();
        text(task, "id", id);
        text(task, "type", type);
        String json = payload;
        if (json != null) {
            task.put("text", checked(json.equals("-") ? new String(System.in.readAllBytes(), StandardCharsets.UTF_8)
                    : json));
        }
        millis(task, "delayMillis", "--in", delay);
        number(task, "priority", priority);
        text(task, "key", key);
        text(task, "limitKey", limitKey);
        text(task, "uniqueKey", unique);
        millis(task, "uniqueMillis", "--unique-for", uniqueFor);
        number(task, "maxAttempts", maxAttempts);
        millis(task, "minBackoffMillis", "--backoff", backoff);
        millis(task, "maxBackoffMillis", "--max-backoff", maxBackoff);
        text(task, "deadline", deadline);
        millis(task, "timeoutMillis", "--timeout", timeout);
        millis(task, "expiresMillis", "--expires-in", expires);
        millis(task, "retentionMillis", "--retention", retention);
        if (!headers.isEmpty()) {
            ObjectNode all = task.putObject("headers");
            headers.forEach(all::put);
        }
        JsonNode one = common.api().post(Api.queue(queue, "tasks"), task.toString()).path("tasks").path(0);
        String given = one.path("id").asString();
        common.print(one, one.path("duplicate").asBoolean() ? "duplicate of " + given : "enqueued " + given);
        return 0;
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
