package dev.millrace.door.http;

import dev.millrace.net.http.HttpFailure;
import dev.millrace.node.PublishBatch;
import dev.millrace.node.tasks.BatchFilter;
import dev.millrace.node.tasks.QueueGroups;
import dev.millrace.node.tasks.TaskSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What the tasks of a request are a part of, and how a queue gathers. */
final class FlowRequest {
    static final int MAX_STEPS = 100;
    private static final long MAX_MILLIS = PublishBatch.MAX_DELAY_MILLIS;
    private static final int MAX_GROUP = 1_000;

    private FlowRequest() {}

    /**
     * The members {@code then}, {@code batch} and {@code group} of a task.
     *
     * @param queue
     *            of the task; that of its steps, too, unless they name another
     * @param task
     *            reads one step's own members
     */
    static TaskSpec.Flow read(JsonInput input, String queue, Function<JsonInput, TaskSpec> task) {
        List<TaskSpec.Step> then = new ArrayList<>();
        if (input.has("then")) {
            for (JsonInput step : input.objects("then", MAX_STEPS)) {
                String named = step.textOrNull("queue");
                TaskSpec.Result result = result(step);
                then.add(new TaskSpec.Step(named == null ? queue : Names.check("queue", named), task.apply(step),
                        result));
            }
        }
        String group = input.textOrNull("group");
        TaskSpec.BatchRef batch = TaskSpec.BatchRef.NONE;
        if (input.has("batch")) {
            JsonInput object = input.object("batch");
            batch = new TaskSpec.BatchRef(Names.check("queue", object.text("queue")),
                    MessageJson.parse("batch id", object.text("id")));
            object.end();
        }
        return new TaskSpec.Flow(then, batch, group == null ? "" : group, 0);
    }

    private static TaskSpec.Result result(JsonInput step) {
        String result = step.textOrNull("result");
        return switch (result == null ? "none" : result) {
            case "none" -> TaskSpec.Result.NONE;
            case "header" -> TaskSpec.Result.HEADER;
            case "payload" -> TaskSpec.Result.PAYLOAD;
            default -> throw step.refuse("result", "must be none, header or payload, not '" + result + "'");
        };
    }

    /** A query's state of batches; all if there is none. */
    static BatchFilter batches(@Nullable String state) {
        return switch (state == null ? "" : state) {
            case "" -> BatchFilter.ALL;
            case "open" -> BatchFilter.OPEN;
            case "closed" -> BatchFilter.CLOSED;
            case "over" -> BatchFilter.OVER;
            default -> throw new HttpFailure(400, "INVALID", "the query's state must be open, closed or over, not '"
                    + state + "'");
        };
    }

    /** When the tasks of a group are delivered; what is missing is as it is in a new queue. */
    static QueueGroups groups(JsonInput input) {
        QueueGroups groups = new QueueGroups((int) input.numberOr("maxSize", MAX_GROUP, 1, MAX_GROUP),
                Duration.ofMillis(input.numberOr("maxDelayMillis", 600_000, 0, MAX_MILLIS)),
                Duration.ofMillis(input.numberOr("graceMillis", 60_000, 0, MAX_MILLIS)));
        input.end();
        return groups;
    }
}
