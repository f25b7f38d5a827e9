package dev.millrace.door.http;

import dev.millrace.net.http.HttpExchange;
import dev.millrace.net.http.HttpFailure;
import dev.millrace.node.PublishBatch;
import dev.millrace.node.tasks.TaskSpec;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The header {@code Idempotency-Key}: a request that is repeated with the same key within a day does nothing again and is
 * answered with the ids of the first. That is what a task's unique key does, so each task of the request gets one made of
 * it; so does each message for a topic.
 */
final class IdempotencyKey {
    private static final String HEADER = "Idempotency-Key";

    private IdempotencyKey() {}

    /** Refuses a request that has the header although it cannot be kept. */
    static void refuse(HttpExchange exchange, String why) {
        if (exchange.header(HEADER) != null) {
            throw new HttpFailure(400, "NOT_IDEMPOTENT",
                    "the header " + HEADER + " cannot be kept here, and nothing was"
                            + " done: " + why);
        }
    }

    /** The key of the request; null if it has none. */
    static @Nullable String key(HttpExchange exchange) {
        List<String> all = exchange.headers(HEADER);
        if (all.isEmpty()) {
            return null;
        }
        String key = all.size() == 1 ? bare(all.getFirst()) : "";
        if (!PublishBatch.isIdempotencyKey(key)) {
            throw new HttpFailure(400, "INVALID", "the header " + HEADER + " must be there once and have 1 to "
                    + PublishBatch.IDEMPOTENCY_LENGTH + " visible ASCII characters, such as a UUID");
        }
        return key;
    }

    /** The tasks with unique keys of the request's header; as they are if it has none. */
    static List<TaskSpec> apply(HttpExchange exchange, List<TaskSpec> tasks) {
        String key = key(exchange);
        if (key == null) {
            return tasks;
        }
        String made = PublishBatch.IDEMPOTENCY_PREFIX + key;
        return tasks.size() == 1 ? List.of(with(tasks.getFirst(), made))
                : IntStream.range(0, tasks.size()).mapToObj(i -> with(tasks.get(i), made + "/" + i)).toList();
    }

    /** It may be a quoted string of RFC 9651. */
    private static String bare(String value) {
        String text = value.strip();
        boolean quoted = text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"");
        return quoted ? text.substring(1, text.length() - 1) : text;
    }

    private static TaskSpec with(TaskSpec task, String unique) {
        TaskSpec.Keys keys = task.keys();
        if (!keys.unique().isEmpty()) {
            throw new HttpFailure(400, "INVALID", "a task has one unique key: leave out uniqueKey '" + keys.unique()
                    + "' or the header " + HEADER);
        }
        return new TaskSpec(task.type(), task.payload(), task.headers(),
                new TaskSpec.Keys(keys.order(), keys.limit(), unique, PublishBatch.IDEMPOTENCY_MILLIS, false,
                        keys.priority(),
                        keys.id()),
                task.terms(), task.flow());
    }
}
