package dev.millrace.api.internal;

import dev.millrace.api.SkipRetry;
import dev.millrace.api.Snooze;
import dev.millrace.api.spi.Settlement;
import dev.millrace.api.spi.TaskSource;
import dev.millrace.api.task.Task;
import dev.millrace.api.task.TaskHandler;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/** How a worker handles tasks. */
final class TaskRules implements WorkRules {
    private final TaskSource source;
    private final Map<String, TaskHandler> handlers;

    TaskRules(TaskSource source, Map<String, TaskHandler> handlers) {
        this.source = source;
        this.handlers = Map.copyOf(handlers);
    }

    @Override
    public void handle(Held held) throws Exception {
        Task task = source.task(held.leased());
        if (task.options().deadline().isPresent() && !Instant.now().isBefore(task.options().deadline().get())) {
            throw new SkipRetry("its deadline, " + task.options().deadline().get() + ", is over");
        }
        TaskHandler handler = handlers.get(task.type());
        if (handler == null) {
            throw new IllegalStateException("this worker has no handler for tasks of type " + task.type()
                    + "; it has them for " + handlers.keySet());
        }
        handler.handle(task, new TaskContextImpl(held));
    }

    @Override
    public long timeoutMillis(Held held) {
        Task task = source.task(held.leased());
        long timeout = Checks.millisUp(task.options().timeout());
        if (task.options().deadline().isEmpty()) {
            return timeout;
        }
        long left = Math.max(1, Duration.between(Instant.now(), task.options().deadline().get()).toMillis());
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
        return new Settlement.Fail(held.isTimedOut() ? "timed out: " + Errors.text(failure) : Errors.text(failure));
    }
}
