package dev.millrace.door.http;

import dev.millrace.core.message.MessageView;
import dev.millrace.node.tasks.QueueLimits;
import dev.millrace.node.tasks.TaskInfo;
import dev.millrace.node.tasks.TaskReader;
import dev.millrace.node.tasks.TaskSpec;
import java.util.Locale;
import tools.jackson.databind.node.ObjectNode;

/** Tasks as JSON has them. Texts that are empty and terms that are not set are left out. */
final class TaskJson {
    private static final long MILLI = 1_000_000L;

    private TaskJson() {}

    /** A task as it stands. */
    static ObjectNode of(TaskInfo task, boolean alwaysBase64) {
        ObjectNode json = Json.object();
        json.put("id", MessageJson.hex(task.id()));
        json.put("state", task.state().name().toLowerCase(Locale.ROOT));
        json.put("attempts", task.attempts());
        json.put("maxAttempts", task.maxAttempts());
        json.put("enqueuedAt", MessageJson.instant(task.times().enqueuedMillis() * MILLI));
        if (task.times().untilMillis() > 0) {
            json.put("until", MessageJson.instant(task.times().untilMillis() * MILLI));
        }
        json.put("stopAsked", task.stopAsked());
        spec(json, task.spec(), alwaysBase64);
        output(json, task.output(), alwaysBase64);
        MessageJson.history(json, task.history());
        return json;
    }

    /** A task that a worker got. */
    static ObjectNode of(MessageView view, boolean alwaysBase64) {
        ObjectNode json = Json.object();
        json.put("id", MessageJson.hex(view.id));
        json.put("token", MessageJson.hex(view.token));
        json.put("attempt", view.attempts);
        json.put("enqueuedAt", MessageJson.instant(view.bornAtNanos));
        spec(json, TaskReader.read(view), alwaysBase64);
        return json;
    }

    static void spec(ObjectNode json, TaskSpec spec, boolean alwaysBase64) {
        json.put("type", spec.type());
        ObjectNode headers = json.putObject("headers");
        spec.headers().forEach(headers::put);
        TaskSpec.Keys keys = spec.keys();
        json.put("priority", keys.priority());
        text(json, "key", keys.order());
        text(json, "limitKey", keys.limit());
        text(json, "uniqueKey", keys.unique());
        if (!keys.unique().isEmpty()) {
            number(json, "uniqueMillis", keys.uniqueMillis());
            json.put("untilDone", keys.untilDone());
        }
        TaskSpec.Terms terms = spec.terms();
        number(json, "expiresMillis", terms.expiresMillis());
        if (terms.backoff().minMillis() >= 0) {
            json.put("minBackoffMillis", terms.backoff().minMillis());
            json.put("maxBackoffMillis", terms.backoff().maxMillis());
        }
        number(json, "timeoutMillis", terms.timeoutMillis());
        if (terms.deadlineMillis() > 0) {
            json.put("deadline", MessageJson.instant(terms.deadlineMillis() * MILLI));
        }
        number(json, "retentionMillis", terms.retentionMillis());
        FlowJson.add(json, spec, alwaysBase64);
    }

    private static void output(ObjectNode json, TaskInfo.Output output, boolean alwaysBase64) {
        if (output.percent() > 0 || !output.text().isEmpty()) {
            json.putObject("progress").put("percent", output.percent()).put("text", output.text());
        }
        if (output.result().hasRemaining()) {
            MessageJson.body(json.putObject("result"), output.result(), alwaysBase64);
        }
        text(json, "log", output.log());
    }

    private static void text(ObjectNode json, String name, String value) {
        if (!value.isEmpty()) {
            json.put(name, value);
        }
    }

    private static void number(ObjectNode json, String name, long value) {
        if (value > 0) {
            json.put(name, value);
        }
    }

    static ObjectNode of(QueueLimits limits) {
        return Json.object()
                .put("concurrencyPerKey", limits.concurrencyPerKey())
                .put("ratePerKey", limits.ratePerKey())
                .put("periodMillis", limits.period().toMillis())
                .put("ageingMillis", limits.ageing().toMillis());
    }
}
