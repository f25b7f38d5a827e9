package dev.millrace.door.http;

import dev.millrace.core.message.ClientIds;
import dev.millrace.net.http.HttpFailure;
import dev.millrace.node.PublishBatch;
import dev.millrace.node.tasks.QueueLimits;
import dev.millrace.node.tasks.TaskSpec;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The tasks, and the limits, of a request. */
final class TaskRequest {
    static final int MAX_TASKS = 1_000;
    private static final long MAX_MILLIS = PublishBatch.MAX_DELAY_MILLIS;
    private static final int MAX_ATTEMPTS = 65_535;
    private static final int MAX_COUNT = 1_000_000_000;
    private static final int MAX_HEADERS = 1_000;

    private TaskRequest() {}

    /** What a JSON body asks for: one task of the queue, or a list of them under {@code tasks}. */
    static List<TaskSpec> read(JsonInput input, String queue, int maxPayloadBytes) {
        if (!input.has("tasks")) {
            return List.of(task(input, queue, maxPayloadBytes));
        }
        List<TaskSpec> tasks = new ArrayList<>();
        for (JsonInput task : input.objects("tasks", MAX_TASKS)) {
            tasks.add(task(task, queue, maxPayloadBytes));
        }
        input.end();
        return tasks;
    }

    private static TaskSpec task(JsonInput input, String queue, int maxPayloadBytes) {
        TaskSpec.Flow flow = FlowRequest.read(input, queue, step -> alone(step, maxPayloadBytes));
        return alone(input, maxPayloadBytes).with(flow);
    }

    private static TaskSpec alone(JsonInput input, int maxPayloadBytes) {
        String type = textOr(input, "type");
        byte[] payload = input.hasBody() ? input.body() : new byte[0];
        if (payload.length > maxPayloadBytes) {
            throw new HttpFailure(413, "MESSAGE_TOO_LARGE", "the payload of a task of type '" + type + "' has "
                    + payload.length + " bytes; the setting max-message-size allows " + maxPayloadBytes);
        }
        TaskSpec task = new TaskSpec(type, ByteBuffer.wrap(payload), headers(input), keys(input), terms(input));
        input.end();
        return task;
    }

    private static Map<String, String> headers(JsonInput input) {
        if (!input.has("headers")) {
            return Map.of();
        }
        JsonInput object = input.object("headers");
        Map<String, String> headers = new LinkedHashMap<>();
        for (String name : object.names()) {
            headers.put(name, object.text(name));
        }
        if (headers.size() > MAX_HEADERS) {
            throw input.refuse("headers", "may have at most " + MAX_HEADERS + " members");
        }
        return headers;
    }

    private static TaskSpec.Keys keys(JsonInput input) {
        String unique = textOr(input, "uniqueKey");
        long window = input.numberOr("uniqueMillis", 0, 0, MAX_MILLIS);
        boolean untilDone = input.flag("untilDone");
        if (unique.isEmpty() && (window > 0 || untilDone)) {
            throw input.refuse("uniqueKey", "must be there when uniqueMillis or untilDone is");
        }
        return new TaskSpec.Keys(textOr(input, "key"), textOr(input, "limitKey"), unique, window, untilDone,
                (int) input.numberOr("priority", TaskSpec.Keys.NONE.priority(), 0, 9), id(input));
    }

    private static String id(JsonInput input) {
        String id = input.textOrNull("id");
        if (id != null && !ClientIds.isValid(id)) {
            throw input.refuse("id", "has 1 to 255 bytes of UTF-8 and no control characters");
        }
        return id == null ? "" : id;
    }

    private static TaskSpec.Terms terms(JsonInput input) {
        return new TaskSpec.Terms(input.numberOr("delayMillis", 0, 0, MAX_MILLIS),
                input.numberOr("expiresMillis", 0, 0, MAX_MILLIS),
                (int) input.numberOr("maxAttempts", 0, 0, MAX_ATTEMPTS), backoff(input),
                input.numberOr("timeoutMillis", 0, 0, MAX_MILLIS), DueTime.instant(input, "deadline"),
                input.numberOr("retentionMillis", 0, 0, MAX_MILLIS), DueTime.dueAt(input));
    }

    private static TaskSpec.Backoff backoff(JsonInput input) {
        boolean hasMax = input.has("maxBackoffMillis");
        if (!input.has("minBackoffMillis")) {
            if (hasMax) {
                throw input.refuse("minBackoffMillis", "must be there when maxBackoffMillis is");
            }
            return TaskSpec.Backoff.OF_QUEUE;
        }
        long min = input.number("minBackoffMillis", 0, GroupRoutes.MAX_BACKOFF_MILLIS);
        long max = hasMax ? input.number("maxBackoffMillis", 0, GroupRoutes.MAX_BACKOFF_MILLIS)
                : GroupRoutes.MAX_BACKOFF_MILLIS;
        if (max < min) {
            throw input.refuse("maxBackoffMillis", "must be at least minBackoffMillis");
        }
        return new TaskSpec.Backoff(min, max);
    }

    private static String textOr(JsonInput input, String name) {
        String text = input.textOrNull(name);
        return text == null ? "" : text;
    }

    /** How a queue is to hand out; what is missing is off. */
    static QueueLimits limits(JsonInput input) {
        QueueLimits none = QueueLimits.NONE;
        QueueLimits limits = new QueueLimits((int) input.numberOr("concurrencyPerKey", 0, 0, MAX_COUNT),
                (int) input.numberOr("ratePerKey", 0, 0, MAX_COUNT),
                Duration.ofMillis(input.numberOr("periodMillis", none.period().toMillis(), 1, MAX_MILLIS)),
                Duration.ofMillis(input.numberOr("ageingMillis", 0, 0, MAX_MILLIS)));
        input.end();
        return limits;
    }
}
