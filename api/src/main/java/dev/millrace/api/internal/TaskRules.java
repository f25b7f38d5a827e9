package dev.millrace.api.internal;

import dev.millrace.api.SkipRetry;
import dev.millrace.api.Snooze;
import dev.millrace.api.spi.Settlement;
import dev.millrace.api.spi.TaskSource;
import dev.millrace.api.task.AfterFailure;
import dev.millrace.api.task.FailureRule;
import dev.millrace.api.task.Task;
import dev.millrace.api.task.TaskContext;
import dev.millrace.api.task.TaskHandler;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How a worker handles tasks. */
final class TaskRules implements WorkRules {
    private static final System.Logger LOG = System.getLogger("dev.millrace");

    /**
     * What runs a task.
     *
     * @param byType
     *            by its type
     * @param others
     *            when there is none for its type
     * @param rule
     *            what becomes of it when that throws
     */
    record Handlers(Map<String, TaskHandler> byType, @Nullable TaskHandler others, FailureRule rule) {}

    private final TaskSource source;
    private final Handlers handlers;
    private final Core core;

    TaskRules(TaskSource source, Handlers handlers, Core core) {
        this.source = source;
        this.handlers = handlers;
        this.core = core;
    }

    @Override
    public Settlement handle(Held held) throws Exception {
        Task task = source.task(held.leased());
        if (task.options().deadline().isPresent()
                && !core.engine().clock().instant().isBefore(task.options().deadline().get())) {
            throw new SkipRetry("its deadline, " + task.options().deadline().get() + ", is over");
        }
        TaskReports reports = new TaskReports(held, core);
        TaskContext context = new TaskContextImpl(held, reports);
        try {
            handler(task).handle(task, context);
            return new Settlement.Ack();
        } catch (SkipRetry | Snooze e) {
            throw e;
        } catch (Exception e) {
            return ended(held, e, after(task, context, e));
        } finally {
            reports.end();
        }
    }

    private TaskHandler handler(Task task) {
        TaskHandler handler = handlers.byType.getOrDefault(task.type(), handlers.others);
        if (handler == null) {
            throw new IllegalStateException("this worker has no handler for tasks of type " + task.type()
                    + "; it has them for " + handlers.byType.keySet());
        }
        return handler;
    }

    private AfterFailure after(Task task, TaskContext context, Exception error) {
        try {
            return handlers.rule.after(task, context, error);
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, () -> "the failure rule of a worker threw for task " + context.id()
                    + ", which is tried again by its own policy: " + Errors.text(e));
            return AfterFailure.retry();
        }
    }

    private static Settlement ended(Held held, Exception error, AfterFailure what) {
        String text = text(held, error);
        if (what instanceof AfterFailure.RetryIn in) {
            return new Settlement.Retry(Checks.millisUp(in.delay()), text);
        }
        if (what instanceof AfterFailure.NotCounted not) {
            return new Settlement.Snooze(Checks.millisUp(not.delay()), text);
        }
        return what instanceof AfterFailure.GiveUp ? new Settlement.Bury(text) : new Settlement.Fail(text);
    }

    private static String text(Held held, Throwable failure) {
        return held.isTimedOut() ? "timed out: " + Errors.text(failure) : Errors.text(failure);
    }

    /** That workers are replaced must not use up attempts. */
    @Override
    public Settlement unfinished(String why) {
        return new Settlement.Snooze(0, why);
    }

    @Override
    public long timeoutMillis(Held held) {
        Task task = source.task(held.leased());
        long timeout = Checks.millisUp(task.options().timeout());
        if (task.options().deadline().isEmpty()) {
            return timeout;
        }
        long left = Math.max(1,
                Duration.between(core.engine().clock().instant(), task.options().deadline().get()).toMillis());
        return timeout == 0 ? left : Math.min(timeout, left);
    }

    @Override
    public Settlement failed(Held held, Throwable failure) {
        if (failure instanceof SkipRetry) {
            return new Settlement.Bury(Errors.text(failure));
        }
        if (failure instanceof Snooze snooze) {
            return new Settlement.Snooze(Checks.millisUp(snooze.delay()), Errors.text(failure));
        }
        return new Settlement.Fail(text(held, failure));
    }
}
