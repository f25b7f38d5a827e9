package dev.millrace.door.grpc;

import dev.millrace.grpc.v1.BatchRef;
import dev.millrace.grpc.v1.BatchState;
import dev.millrace.grpc.v1.PreviousResult;
import dev.millrace.grpc.v1.Step;
import dev.millrace.node.NameRules;
import dev.millrace.node.tasks.BatchFilter;
import dev.millrace.node.tasks.QueueGroups;
import dev.millrace.node.tasks.TaskSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Checks what clients want tasks to be a part of, and turns it into what the node takes. */
final class FlowWishes {
    private static final int MAX_STEPS = 100;
    private static final int MAX_GROUP = 1_000;

    private FlowWishes() {}

    /** @param queue of the task; that of its steps, too, unless they name another */
    static TaskSpec.Flow flow(dev.millrace.grpc.v1.TaskSpec wish, String queue, long nowMillis) {
        if (wish.getPayloadsCount() > 0) {
            throw RefusedException.invalid("payloads must not be given: a task is enqueued with one payload");
        }
        OpenReader.inRange("the number of steps", wish.getThenCount(), 0, MAX_STEPS);
        List<TaskSpec.Step> then = new ArrayList<>(wish.getThenCount());
        for (int i = 0; i < wish.getThenCount(); i++) {
            try {
                then.add(step(wish.getThen(i), queue, nowMillis));
            } catch (RefusedException e) {
                throw RefusedException.invalid("step " + i + ": " + e.getMessage());
            }
        }
        return new TaskSpec.Flow(then, wish.hasBatch() ? batch(wish.getBatch()) : TaskSpec.BatchRef.NONE,
                wish.getGroup(), 0);
    }

    private static TaskSpec.Step step(Step wish, String queue, long nowMillis) {
        dev.millrace.grpc.v1.TaskSpec task = wish.getTask();
        // What is a part of something else is refused where tasks are encoded, whatever door they came by.
        return new TaskSpec.Step(wish.getQueue().isEmpty() ? queue : NameRules.check("queue", wish.getQueue()),
                TaskWishes.task(task, nowMillis).with(flow(task, queue, nowMillis)), result(wish.getResult()));
    }

    private static TaskSpec.Result result(PreviousResult result) {
        return switch (result) {
            case PREVIOUS_RESULT_NONE -> TaskSpec.Result.NONE;
            case PREVIOUS_RESULT_HEADER -> TaskSpec.Result.HEADER;
            case PREVIOUS_RESULT_PAYLOAD -> TaskSpec.Result.PAYLOAD;
            case UNRECOGNIZED -> throw RefusedException.invalid(
                    "result must be one that this server knows: none, header or payload");
        };
    }

    /** Bytes of the largest payload among those of a task and its steps. */
    static int largestPayload(dev.millrace.grpc.v1.TaskSpec wish) {
        return wish.getThenList()
                .stream()
                .mapToInt(step -> step.getTask().getPayload().size())
                .reduce(wish.getPayload().size(), Math::max);
    }

    static TaskSpec.BatchRef batch(BatchRef wish) {
        if (wish.getId() == 0) {
            throw RefusedException.invalid("the id of a batch must be given");
        }
        return new TaskSpec.BatchRef(NameRules.check("queue", wish.getQueue()), wish.getId());
    }

    static BatchFilter batches(BatchState wish) {
        return switch (wish) {
            case BATCH_STATE_UNSPECIFIED -> BatchFilter.ALL;
            case BATCH_STATE_OPEN -> BatchFilter.OPEN;
            case BATCH_STATE_CLOSED -> BatchFilter.CLOSED;
            case BATCH_STATE_OVER -> BatchFilter.OVER;
            case UNRECOGNIZED -> throw RefusedException.invalid(
                    "state must be one that this server knows: open, closed or over");
        };
    }

    /** What is not set is as it is in a new queue. */
    static QueueGroups groups(dev.millrace.grpc.v1.QueueGroups wish) {
        int size = wish.getMaxSize() == 0 ? MAX_GROUP
                : (int) OpenReader.inRange("max_size", wish.getMaxSize(), 1, MAX_GROUP);
        return new QueueGroups(size,
                millis("max_delay_millis", wish.hasMaxDelayMillis() ? wish.getMaxDelayMillis() : 600_000),
                millis("grace_millis", wish.hasGraceMillis() ? wish.getGraceMillis() : 60_000));
    }

    private static Duration millis(String what, long value) {
        return Duration.ofMillis(OpenReader.inRange(what, value, 0, TaskWishes.MAX_MILLIS));
    }
}
