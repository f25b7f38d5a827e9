package dev.millrace.client;

import com.google.protobuf.ByteString;
import dev.millrace.api.FailedAttempt;
import dev.millrace.api.MessageId;
import dev.millrace.api.internal.Checks;
import dev.millrace.api.task.Due;
import dev.millrace.api.task.QueueLimits;
import dev.millrace.api.task.QueueStats;
import dev.millrace.api.task.Task;
import dev.millrace.api.task.TaskInfo;
import dev.millrace.api.task.TaskKeys;
import dev.millrace.api.task.TaskOptions;
import dev.millrace.api.task.TaskOutput;
import dev.millrace.api.task.TaskState;
import dev.millrace.api.task.TaskTimes;
import dev.millrace.api.task.Unique;
import dev.millrace.grpc.v1.GroupStats;
import dev.millrace.grpc.v1.Queue;
import dev.millrace.grpc.v1.TaskSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** The protocol's tasks in the API's words, and the other way round. */
final class TaskTranslation {
    /** The API's longest duration; other clients may have asked for more. */
    private static final long LONGEST_MILLIS = Duration.ofDays(36_525).toMillis();

    private TaskTranslation() {}

    // ---- to the server ----

    static TaskSpec.Builder spec(Task task) {
        TaskSpec.Builder spec = TaskSpec.newBuilder()
                .setType(task.type())
                .setPayload(ByteString.copyFrom(task.buffer()))
                .putAllHeaders(task.headers());
        FlowTranslation.add(spec, task.flow());
        keys(spec, task.keys());
        due(spec, task.due());
        TaskOptions options = task.options();
        options.backoff()
                .ifPresent(backoff -> spec.setMinBackoffMillis(Checks.millisUp(backoff.min()))
                        .setMaxBackoffMillis(Checks.millisUp(backoff.max())));
        options.deadline().ifPresent(deadline -> spec.setDeadlineMillis(Math.max(1, deadline.toEpochMilli())));
        return spec.setMaxAttempts(options.maxAttempts())
                .setTimeoutMillis(Checks.millisUp(options.timeout()))
                .setExpiresMillis(Checks.millisUp(options.expiresIn()))
                .setRetentionMillis(Checks.millisUp(options.retention()));
    }

    private static void keys(TaskSpec.Builder spec, TaskKeys keys) {
        spec.setKey(keys.order()).setLimitKey(keys.limit()).setPriority(keys.priority()).setClientId(keys.id());
        if (keys.unique() instanceof Unique.Within within) {
            spec.setUniqueKey(within.key()).setUniqueMillis(Checks.millisUp(within.window()));
        } else if (keys.unique() instanceof Unique.UntilDone untilDone) {
            spec.setUniqueKey(untilDone.key()).setUntilDone(true);
        }
    }

    /** An instant goes as such: the server's clock counts. */
    private static void due(TaskSpec.Builder spec, Due due) {
        if (due instanceof Due.In in) {
            spec.setDelayMillis(Checks.millisUp(in.delay()));
        } else if (due instanceof Due.At at) {
            spec.setDueAtMillis(Checks.wallMillis(at.instant(), Instant.now()));
        }
    }

    static dev.millrace.grpc.v1.TaskState state(TaskState state) {
        return switch (state) {
            case SCHEDULED -> dev.millrace.grpc.v1.TaskState.TASK_STATE_SCHEDULED;
            case READY -> dev.millrace.grpc.v1.TaskState.TASK_STATE_READY;
            case LEASED -> dev.millrace.grpc.v1.TaskState.TASK_STATE_LEASED;
            case RETRYING -> dev.millrace.grpc.v1.TaskState.TASK_STATE_RETRYING;
            case DEAD -> dev.millrace.grpc.v1.TaskState.TASK_STATE_DEAD;
            case DONE -> dev.millrace.grpc.v1.TaskState.TASK_STATE_DONE;
            case CANCELLED -> dev.millrace.grpc.v1.TaskState.TASK_STATE_CANCELLED;
            case EXPIRED -> dev.millrace.grpc.v1.TaskState.TASK_STATE_EXPIRED;
        };
    }

    static dev.millrace.grpc.v1.QueueLimits limits(QueueLimits limits) {
        return dev.millrace.grpc.v1.QueueLimits.newBuilder()
                .setConcurrencyPerKey(limits.concurrencyPerKey())
                .setRatePerKey(limits.ratePerKey())
                .setPeriodMillis(Checks.millisUp(limits.period()))
                .setAgeingMillis(Checks.millisUp(limits.ageing()))
                .build();
    }

    // ---- to the user ----

    static Task task(TaskSpec spec, byte[] payload) {
        Task task = FlowTranslation.task(spec, payload)
                .key(spec.getKey())
                .limitKey(spec.getLimitKey())
                .priority(spec.getPriority())
                .maxAttempts(spec.getMaxAttempts())
                .timeout(duration(spec.getTimeoutMillis()))
                .expiresIn(duration(spec.getExpiresMillis()))
                .retention(duration(spec.getRetentionMillis()));
        if (!spec.getUniqueKey().isEmpty()) {
            task = spec.getUniqueMillis() > 0
                    ? task.uniqueKey(spec.getUniqueKey(), duration(spec.getUniqueMillis()))
                    : task.uniqueUntilDone(spec.getUniqueKey());
        }
        if (spec.hasMinBackoffMillis()) {
            task = task.backoff(duration(spec.getMinBackoffMillis()), duration(spec.getMaxBackoffMillis()));
        }
        if (spec.getDeadlineMillis() != 0) {
            task = task.deadline(Instant.ofEpochMilli(spec.getDeadlineMillis()));
        }
        if (!spec.getClientId().isEmpty()) {
            task = task.id(spec.getClientId());
        }
        if (spec.getDueAtMillis() != 0) {
            task = task.at(Instant.ofEpochMilli(spec.getDueAtMillis()));
        }
        for (Map.Entry<String, String> header : spec.getHeadersMap().entrySet()) {
            task = task.header(header.getKey(), header.getValue());
        }
        return task;
    }

    static Duration duration(long millis) {
        return Duration.ofMillis(Math.max(0, Math.min(millis, LONGEST_MILLIS)));
    }

    static TaskInfo info(String queue, dev.millrace.grpc.v1.TaskInfo info) {
        return new TaskInfo(new MessageId(info.getId()), queue,
                task(info.getTask(), info.getTask().getPayload().toByteArray()), state(info.getState()),
                new TaskInfo.Attempts(info.getAttempts(), info.getMaxAttempts(),
                        info.getHistoryList()
                                .stream()
                                .map(one -> new FailedAttempt(one.getNumber(), Instant.ofEpochMilli(one.getAtMillis()),
                                        one.getReason(), one.getError()))
                                .toList()),
                new TaskTimes(Instant.ofEpochMilli(info.getEnqueuedAtMillis()), info.getUntilMillis() == 0
                        ? Optional.empty()
                        : Optional.of(Instant.ofEpochMilli(info.getUntilMillis()))),
                info.getStopAsked(), output(info));
    }

    private static TaskOutput output(dev.millrace.grpc.v1.TaskInfo info) {
        return new TaskOutput(info.getProgress().getPercent(), info.getProgress().getText(),
                info.getResult().asReadOnlyByteBuffer(), info.getLog().lines().toList());
    }

    private static TaskState state(dev.millrace.grpc.v1.TaskState state) {
        return switch (state) {
            case TASK_STATE_SCHEDULED -> TaskState.SCHEDULED;
            case TASK_STATE_READY -> TaskState.READY;
            case TASK_STATE_LEASED -> TaskState.LEASED;
            case TASK_STATE_RETRYING -> TaskState.RETRYING;
            case TASK_STATE_DEAD -> TaskState.DEAD;
            case TASK_STATE_DONE -> TaskState.DONE;
            case TASK_STATE_CANCELLED -> TaskState.CANCELLED;
            case TASK_STATE_EXPIRED -> TaskState.EXPIRED;
            case TASK_STATE_UNSPECIFIED, UNRECOGNIZED -> throw new IllegalArgumentException(
                    "the server knows a state that this client does not: use a client of its version");
        };
    }

    static QueueStats stats(Queue queue) {
        GroupStats figures = queue.getFigures();
        return new QueueStats(queue.getName(), figures.getPaused(), figures.getScheduled(), figures.getReady(),
                figures.getLeased(), figures.getRetrying(), figures.getDone(), figures.getDead(),
                figures.getCancelled(), figures.getExpired());
    }

    static QueueLimits limits(dev.millrace.grpc.v1.QueueLimits limits) {
        return new QueueLimits(limits.getConcurrencyPerKey(), limits.getRatePerKey(),
                Duration.ofMillis(limits.getPeriodMillis()), Duration.ofMillis(limits.getAgeingMillis()));
    }
}
