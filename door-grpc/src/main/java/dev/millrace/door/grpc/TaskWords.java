package dev.millrace.door.grpc;

import com.google.protobuf.ByteString;
import dev.millrace.grpc.v1.FailedAttempt;
import dev.millrace.grpc.v1.Progress;
import dev.millrace.grpc.v1.QueueLimits;
import dev.millrace.grpc.v1.TaskAnswer;
import dev.millrace.grpc.v1.TaskInfo;
import dev.millrace.grpc.v1.TaskSpec;
import dev.millrace.grpc.v1.TaskState;
import java.time.Duration;

/** The node's tasks in the protocol's words. */
final class TaskWords {
    private TaskWords() {}

    /** As a worker gets it: without its payload. */
    static TaskSpec.Builder of(dev.millrace.node.tasks.TaskSpec task) {
        TaskSpec.Builder spec = TaskSpec.newBuilder().setType(task.type()).putAllHeaders(task.headers());
        dev.millrace.node.tasks.TaskSpec.Keys keys = task.keys();
        spec.setKey(keys.order())
                .setLimitKey(keys.limit())
                .setUniqueKey(keys.unique())
                .setUniqueMillis(keys.uniqueMillis())
                .setUntilDone(keys.untilDone())
                .setPriority(keys.priority())
                .setClientId(keys.id());
        dev.millrace.node.tasks.TaskSpec.Terms terms = task.terms();
        if (terms.backoff().minMillis() >= 0) {
            spec.setMinBackoffMillis(terms.backoff().minMillis()).setMaxBackoffMillis(terms.backoff().maxMillis());
        }
        FlowWords.add(spec, task.flow());
        return spec.setDelayMillis(terms.delayMillis())
                .setDueAtMillis(terms.dueAtMillis())
                .setExpiresMillis(terms.expiresMillis())
                .setMaxAttempts(terms.maxAttempts())
                .setTimeoutMillis(terms.timeoutMillis())
                .setDeadlineMillis(terms.deadlineMillis())
                .setRetentionMillis(terms.retentionMillis());
    }

    static TaskInfo of(dev.millrace.node.tasks.TaskInfo task) {
        TaskInfo.Builder info = TaskInfo.newBuilder()
                .setId(task.id())
                .setState(of(task.state()))
                .setTask(FlowWords.payload(of(task.spec()), task.spec()))
                .setAttempts(task.attempts())
                .setMaxAttempts(task.maxAttempts())
                .setEnqueuedAtMillis(task.times().enqueuedMillis())
                .setUntilMillis(task.times().untilMillis())
                .setStopAsked(task.stopAsked())
                .setProgress(Progress.newBuilder()
                        .setPercent(task.output().percent())
                        .setText(task.output().text()))
                .setResult(ByteString.copyFrom(task.output().result().duplicate()))
                .setLog(task.output().log());
        task.history()
                .forEach(attempt -> info.addHistory(FailedAttempt.newBuilder()
                        .setNumber(attempt.number())
                        .setAtMillis(attempt.atMillis())
                        .setReason(attempt.reason())
                        .setError(attempt.error())));
        return info.build();
    }

    private static TaskState of(dev.millrace.node.tasks.TaskState state) {
        return switch (state) {
            case SCHEDULED -> TaskState.TASK_STATE_SCHEDULED;
            case READY -> TaskState.TASK_STATE_READY;
            case LEASED -> TaskState.TASK_STATE_LEASED;
            case RETRYING -> TaskState.TASK_STATE_RETRYING;
            case DEAD -> TaskState.TASK_STATE_DEAD;
            case DONE -> TaskState.TASK_STATE_DONE;
            case CANCELLED -> TaskState.TASK_STATE_CANCELLED;
            case EXPIRED -> TaskState.TASK_STATE_EXPIRED;
        };
    }

    static TaskAnswer of(dev.millrace.node.tasks.TaskAnswer answer) {
        return switch (answer) {
            case DONE -> TaskAnswer.TASK_ANSWER_DONE;
            case ASKED -> TaskAnswer.TASK_ANSWER_ASKED;
            case MISSING -> TaskAnswer.TASK_ANSWER_MISSING;
            case LEASED -> TaskAnswer.TASK_ANSWER_LEASED;
            case READY -> TaskAnswer.TASK_ANSWER_READY;
            case DEAD -> TaskAnswer.TASK_ANSWER_DEAD;
            case OVER -> TaskAnswer.TASK_ANSWER_OVER;
            case IN_LINE -> TaskAnswer.TASK_ANSWER_IN_LINE;
        };
    }

    static QueueLimits of(dev.millrace.node.tasks.QueueLimits limits) {
        return QueueLimits.newBuilder()
                .setConcurrencyPerKey(limits.concurrencyPerKey())
                .setRatePerKey(limits.ratePerKey())
                .setPeriodMillis(limits.period().toMillis())
                .setAgeingMillis(limits.ageing().toMillis())
                .build();
    }

    static dev.millrace.node.tasks.QueueLimits of(QueueLimits limits) {
        long period = limits.getPeriodMillis() == 0 ? dev.millrace.node.tasks.QueueLimits.NONE.period().toMillis()
                : OpenReader.inRange("period_millis", limits.getPeriodMillis(), 1, TaskWishes.MAX_MILLIS);
        return new dev.millrace.node.tasks.QueueLimits(
                (int) OpenReader.inRange("concurrency_per_key", limits.getConcurrencyPerKey(), 0,
                        TaskWishes.MAX_COUNT),
                (int) OpenReader.inRange("rate_per_key", limits.getRatePerKey(), 0, TaskWishes.MAX_COUNT),
                Duration.ofMillis(period),
                Duration.ofMillis(OpenReader.inRange("ageing_millis", limits.getAgeingMillis(), 0,
                        TaskWishes.MAX_MILLIS)));
    }
}
