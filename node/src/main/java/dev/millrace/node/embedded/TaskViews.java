package dev.millrace.node.embedded;

import dev.millrace.api.MessageId;
import dev.millrace.api.internal.Checks;
import dev.millrace.api.task.Due;
import dev.millrace.api.task.QueueStats;
import dev.millrace.api.task.Task;
import dev.millrace.api.task.TaskFilter;
import dev.millrace.api.task.TaskInfo;
import dev.millrace.api.task.TaskOptions;
import dev.millrace.api.task.TaskOutput;
import dev.millrace.api.task.TaskState;
import dev.millrace.api.task.TaskTimes;
import dev.millrace.api.task.Unique;
import dev.millrace.node.GroupStats;
import dev.millrace.node.tasks.TaskSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** The node's tasks as the API shows them, and the other way round. */
final class TaskViews {
    /** The API's longest duration: a hundred years; other doors may take more. */
    private static final long LONGEST_MILLIS = Duration.ofDays(36_525).toMillis();

    private TaskViews() {}

    // ---- to the node ----

    static TaskSpec of(Task task, Instant now) {
        Unique unique = task.keys().unique();
        String key = switch (unique) {
            case Unique.No no -> "";
            case Unique.Within within -> within.key();
            case Unique.UntilDone untilDone -> untilDone.key();
        };
        long window = unique instanceof Unique.Within within ? Checks.millisUp(within.window()) : 0;
        TaskSpec.Keys keys = new TaskSpec.Keys(task.keys().order(), task.keys().limit(), key, window,
                unique instanceof Unique.UntilDone, task.keys().priority(), task.keys().id());
        TaskOptions options = task.options();
        TaskSpec.Backoff backoff = options.backoff()
                .map(own -> new TaskSpec.Backoff(Checks.millisUp(own.min()), Checks.millisUp(own.max())))
                .orElse(TaskSpec.Backoff.OF_QUEUE);
        TaskSpec.Terms terms = new TaskSpec.Terms(
                task.due() instanceof Due.In in ? Checks.millisUp(in.delay()) : 0, Checks.millisUp(options.expiresIn()),
                options.maxAttempts(), backoff, Checks.millisUp(options.timeout()),
                options.deadline().map(deadline -> Math.max(1, deadline.toEpochMilli())).orElse(0L),
                Checks.millisUp(options.retention()), 0);
        if (task.due() instanceof Due.At at) {
            terms = terms.dueAt(Checks.wallMillis(at.instant(), now));
        }
        return new TaskSpec(task.type(), task.buffer(), task.headers(), keys, terms, FlowViews.of(task.flow(), now));
    }

    // ---- to the user ----

    static Task of(TaskSpec spec) {
        TaskSpec.Keys keys = spec.keys();
        TaskSpec.Terms terms = spec.terms();
        Task task = FlowViews.of(spec)
                .key(keys.order())
                .limitKey(keys.limit())
                .priority(keys.priority())
                .maxAttempts(terms.maxAttempts())
                .timeout(duration(terms.timeoutMillis()))
                .expiresIn(duration(terms.expiresMillis()))
                .retention(duration(terms.retentionMillis()));
        if (!keys.unique().isEmpty()) {
            task = keys.uniqueMillis() > 0 ? task.uniqueKey(keys.unique(), duration(keys.uniqueMillis()))
                    : task.uniqueUntilDone(keys.unique());
        }
        if (terms.backoff().minMillis() >= 0) {
            task = task.backoff(duration(terms.backoff().minMillis()), duration(terms.backoff().maxMillis()));
        }
        if (terms.deadlineMillis() != 0) {
            task = task.deadline(Instant.ofEpochMilli(terms.deadlineMillis()));
        }
        if (!keys.id().isEmpty()) {
            task = task.id(keys.id());
        }
        if (terms.dueAtMillis() != 0) {
            task = task.at(Instant.ofEpochMilli(terms.dueAtMillis()));
        }
        for (Map.Entry<String, String> header : spec.headers().entrySet()) {
            task = task.header(header.getKey(), header.getValue());
        }
        return task;
    }

    static Duration duration(long millis) {
        return Duration.ofMillis(Math.clamp(millis, 0, LONGEST_MILLIS));
    }

    static TaskInfo of(String queue, dev.millrace.node.tasks.TaskInfo info) {
        long until = info.times().untilMillis();
        return new TaskInfo(new MessageId(info.id()), queue, of(info.spec()), of(info.state()),
                new TaskInfo.Attempts(info.attempts(), info.maxAttempts(), Views.of(info.history())),
                new TaskTimes(Instant.ofEpochMilli(info.times().enqueuedMillis()),
                        until == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(until))),
                info.stopAsked(), of(info.output()));
    }

    private static TaskOutput of(dev.millrace.node.tasks.TaskInfo.Output output) {
        return new TaskOutput(output.percent(), output.text(), output.result(), output.log().lines().toList());
    }

    static QueueStats of(String queue, GroupStats workers) {
        return new QueueStats(queue, workers.paused(), workers.scheduled(), workers.ready(), workers.leased(),
                workers.retrying(), workers.done(), workers.dead(), workers.cancelled(), workers.expired());
    }

    private static TaskState of(dev.millrace.node.tasks.TaskState state) {
        return switch (state) {
            case SCHEDULED -> TaskState.SCHEDULED;
            case READY -> TaskState.READY;
            case LEASED -> TaskState.LEASED;
            case RETRYING -> TaskState.RETRYING;
            case DEAD -> TaskState.DEAD;
            case DONE -> TaskState.DONE;
            case CANCELLED -> TaskState.CANCELLED;
            case EXPIRED -> TaskState.EXPIRED;
        };
    }

    static dev.millrace.node.tasks.TaskFilter of(TaskFilter which) {
        return new dev.millrace.node.tasks.TaskFilter(of(which.state()), which.type().orElse(null));
    }

    private static dev.millrace.node.tasks.TaskState of(TaskState state) {
        return switch (state) {
            case SCHEDULED -> dev.millrace.node.tasks.TaskState.SCHEDULED;
            case READY -> dev.millrace.node.tasks.TaskState.READY;
            case LEASED -> dev.millrace.node.tasks.TaskState.LEASED;
            case RETRYING -> dev.millrace.node.tasks.TaskState.RETRYING;
            case DEAD -> dev.millrace.node.tasks.TaskState.DEAD;
            case DONE -> dev.millrace.node.tasks.TaskState.DONE;
            case CANCELLED -> dev.millrace.node.tasks.TaskState.CANCELLED;
            case EXPIRED -> dev.millrace.node.tasks.TaskState.EXPIRED;
        };
    }
}
