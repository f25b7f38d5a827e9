package dev.millrace.door.grpc;

import dev.millrace.grpc.v1.EnqueueRequest;
import dev.millrace.grpc.v1.TaskChange;
import dev.millrace.grpc.v1.TaskState;
import dev.millrace.node.PublishBatch;
import dev.millrace.node.tasks.TaskSpec;
import dev.millrace.node.tasks.Tasks;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Checks what clients ask for tasks, and turns it into what the node takes. */
final class TaskWishes {
    static final long MAX_MILLIS = PublishBatch.MAX_DELAY_MILLIS;
    static final int MAX_COUNT = 1_000_000_000;
    static final int MAX_TASKS = 1_000;
    private static final long MAX_BACKOFF_MILLIS = 365L * 86_400_000;
    private static final int MAX_ATTEMPTS = 65_535;
    private static final int MAX_PRIORITY = 9;

    private TaskWishes() {}

    /** The tasks of a request. */
    static List<TaskSpec> tasks(EnqueueRequest request, GrpcDoorOptions.Limits limits) {
        OpenReader.inRange("the number of tasks in one request", request.getTasksCount(), 1, MAX_TASKS);
        List<TaskSpec> tasks = new ArrayList<>(request.getTasksCount());
        long bytes = 0;
        long nowMillis = System.currentTimeMillis();
        for (int i = 0; i < request.getTasksCount(); i++) {
            dev.millrace.grpc.v1.TaskSpec wish = request.getTasks(i);
            int size = FlowWishes.largestPayload(wish);
            bytes += wish.getPayload().size();
            if (size > limits.messageBytes()) {
                throw RefusedException.limit("task " + i + ": the payload has " + size
                        + " bytes; the setting max-message-size allows " + limits.messageBytes());
            }
            try {
                tasks.add(task(wish, nowMillis).with(FlowWishes.flow(wish, request.getQueue(), nowMillis)));
            } catch (RefusedException e) {
                throw RefusedException.invalid("task " + i + ": " + e.getMessage());
            }
        }
        if (bytes > limits.requestBytes()) {
            throw RefusedException.limit("the request has " + bytes
                    + " bytes of payloads; the setting max-request-size allows " + limits.requestBytes());
        }
        return tasks;
    }

    /** By itself, whatever it is a part of. */
    static TaskSpec task(dev.millrace.grpc.v1.TaskSpec wish, long nowMillis) {
        boolean isUnique = !wish.getUniqueKey().isEmpty();
        if (!isUnique && (wish.getUniqueMillis() > 0 || wish.getUntilDone())) {
            throw RefusedException.invalid("unique_key must be there when unique_millis or until_done is");
        }
        int priority = wish.hasPriority() ? wish.getPriority() : TaskSpec.Keys.NONE.priority();
        TaskSpec.Keys keys = new TaskSpec.Keys(wish.getKey(), wish.getLimitKey(), wish.getUniqueKey(),
                millis("unique_millis", wish.getUniqueMillis()), wish.getUntilDone(),
                (int) OpenReader.inRange("priority", Integer.toUnsignedLong(priority), 0, MAX_PRIORITY),
                wish.getClientId());
        TaskSpec.Terms terms = new TaskSpec.Terms(millis("delay_millis", wish.getDelayMillis()),
                millis("expires_millis", wish.getExpiresMillis()),
                (int) OpenReader.inRange("max_attempts", Integer.toUnsignedLong(wish.getMaxAttempts()), 0,
                        MAX_ATTEMPTS),
                backoff(wish), millis("timeout_millis", wish.getTimeoutMillis()),
                OpenReader.inRange("deadline_millis", wish.getDeadlineMillis(), 0, Long.MAX_VALUE),
                millis("retention_millis", wish.getRetentionMillis()), dueAt(wish, nowMillis));
        return new TaskSpec(wish.getType(), wish.getPayload().asReadOnlyByteBuffer(), wish.getHeadersMap(), keys,
                terms);
    }

    private static long millis(String what, long value) {
        return OpenReader.inRange(what, value, 0, MAX_MILLIS);
    }

    private static long dueAt(dev.millrace.grpc.v1.TaskSpec wish, long nowMillis) {
        if (wish.getDueAtMillis() != 0 && wish.getDelayMillis() != 0) {
            throw RefusedException.invalid("delay_millis and due_at_millis cannot both be given");
        }
        return OpenReader.inRange("due_at_millis", wish.getDueAtMillis(), 0, nowMillis + MAX_MILLIS);
    }

    private static TaskSpec.Backoff backoff(dev.millrace.grpc.v1.TaskSpec wish) {
        if (!wish.hasMinBackoffMillis()) {
            if (wish.hasMaxBackoffMillis()) {
                throw RefusedException.invalid("min_backoff_millis must be there when max_backoff_millis is");
            }
            return TaskSpec.Backoff.OF_QUEUE;
        }
        long min = OpenReader.inRange("min_backoff_millis", wish.getMinBackoffMillis(), 0, MAX_BACKOFF_MILLIS);
        long max = wish.hasMaxBackoffMillis() ? wish.getMaxBackoffMillis() : MAX_BACKOFF_MILLIS;
        return new TaskSpec.Backoff(min, OpenReader.inRange("max_backoff_millis", max, min, MAX_BACKOFF_MILLIS));
    }

    /** Null: any. */
    static dev.millrace.node.tasks.@Nullable TaskState stateOrAny(TaskState state) {
        return switch (state) {
            case TASK_STATE_UNSPECIFIED -> null;
            case TASK_STATE_SCHEDULED -> dev.millrace.node.tasks.TaskState.SCHEDULED;
            case TASK_STATE_READY -> dev.millrace.node.tasks.TaskState.READY;
            case TASK_STATE_LEASED -> dev.millrace.node.tasks.TaskState.LEASED;
            case TASK_STATE_RETRYING -> dev.millrace.node.tasks.TaskState.RETRYING;
            case TASK_STATE_DEAD -> dev.millrace.node.tasks.TaskState.DEAD;
            case TASK_STATE_DONE -> dev.millrace.node.tasks.TaskState.DONE;
            case TASK_STATE_CANCELLED -> dev.millrace.node.tasks.TaskState.CANCELLED;
            case TASK_STATE_EXPIRED -> dev.millrace.node.tasks.TaskState.EXPIRED;
            case UNRECOGNIZED -> throw RefusedException.invalid("the state is none that this server knows");
        };
    }

    static dev.millrace.node.tasks.TaskState state(TaskState state) {
        dev.millrace.node.tasks.TaskState one = stateOrAny(state);
        if (one == null) {
            throw RefusedException.invalid("state must be given: which tasks are meant?");
        }
        return one;
    }

    static Tasks.Bulk change(TaskChange change) {
        return switch (change) {
            case TASK_CHANGE_CANCEL -> Tasks.Bulk.CANCEL;
            case TASK_CHANGE_RUN_NOW -> Tasks.Bulk.RUN_NOW;
            case TASK_CHANGE_REDRIVE -> Tasks.Bulk.REDRIVE;
            case TASK_CHANGE_ARCHIVE -> Tasks.Bulk.ARCHIVE;
            case TASK_CHANGE_UNSPECIFIED, UNRECOGNIZED -> throw RefusedException
                    .invalid("change must be one that this server knows: cancel, run now, archive or redrive");
        };
    }
}
