package dev.millrace.opentelemetry;

import dev.millrace.api.Snooze;
import dev.millrace.api.task.Enqueued;
import dev.millrace.api.task.Middleware;
import dev.millrace.api.task.Task;
import dev.millrace.api.task.TaskContext;
import dev.millrace.api.task.TaskHandler;
import dev.millrace.api.task.TaskQueue;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.TextMapPropagator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Spans around tasks. Enqueueing makes a span of kind producer and puts its context into the task's headers; a worker that
 * uses this as a {@link Middleware} makes a span of kind consumer for each attempt, whose parent is the one that enqueued.
 * The handler runs with that span current, so what it enqueues and calls belongs to the same trace.
 *
 * <pre>
 *   TaskTracing tracing = TaskTracing.of(openTelemetry);
 *   tracing.enqueue(mails, Task.of("welcome", "user 17"));
 *   m.worker().queue("mails").handle("welcome", handler).use(tracing).start();
 * </pre>
 *
 * <p>
 * Names and attributes follow OpenTelemetry's semantic conventions for messaging where these say something.
 *
 * <p>
 * Thread safety: any thread.
 */
public final class TaskTracing implements Middleware {
    private static final String SYSTEM = "millrace";
    private static final AttributeKey<String> MESSAGING_SYSTEM = AttributeKey.stringKey("messaging.system");
    private static final AttributeKey<String> OPERATION_NAME = AttributeKey.stringKey("messaging.operation.name");
    private static final AttributeKey<String> OPERATION_TYPE = AttributeKey.stringKey("messaging.operation.type");
    private static final AttributeKey<String> DESTINATION = AttributeKey.stringKey("messaging.destination.name");
    private static final AttributeKey<String> MESSAGE_ID = AttributeKey.stringKey("messaging.message.id");
    private static final AttributeKey<Long> BATCH_COUNT = AttributeKey.longKey("messaging.batch.message_count");
    private static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("error.type");
    private static final AttributeKey<String> TASK_TYPE = AttributeKey.stringKey("millrace.task.type");
    private static final AttributeKey<Long> ATTEMPT = AttributeKey.longKey("millrace.task.attempt");
    private static final AttributeKey<Boolean> DUPLICATE = AttributeKey.booleanKey("millrace.task.duplicate");
    private static final AttributeKey<Long> SNOOZED = AttributeKey.longKey("millrace.task.snoozed_ms");

    private final Tracer tracer;
    private final TextMapPropagator propagator;

    private TaskTracing(OpenTelemetry openTelemetry) {
        tracer = openTelemetry.getTracer("dev.millrace");
        propagator = openTelemetry.getPropagators().getTextMapPropagator();
    }

    /** With this one's tracer and propagator; W3C's propagator is what the server's doors understand, too. */
    public static TaskTracing of(OpenTelemetry openTelemetry) {
        return new TaskTracing(openTelemetry);
    }

    // ---- enqueueing ----

    /** {@link TaskQueue#enqueue}. */
    public Enqueued enqueue(TaskQueue queue, Task task) {
        Span span = enqueueing(queue, List.of(task));
        try {
            Enqueued answer = queue.enqueue(carry(task, Context.current().with(span)));
            describe(span, answer);
            return answer;
        } catch (RuntimeException e) {
            failed(span, e);
            throw e;
        } finally {
            span.end();
        }
    }

    /** {@link TaskQueue#enqueueAsync}. */
    public CompletableFuture<Enqueued> enqueueAsync(TaskQueue queue, Task task) {
        Span span = enqueueing(queue, List.of(task));
        return ending(span, () -> queue.enqueueAsync(carry(task, Context.current().with(span))),
                TaskTracing::describe);
    }

    /** {@link TaskQueue#enqueueAll}; one span for all. */
    public List<Enqueued> enqueueAll(TaskQueue queue, List<Task> tasks) {
        Span span = enqueueing(queue, tasks);
        try {
            return queue.enqueueAll(carry(tasks, Context.current().with(span)));
        } catch (RuntimeException e) {
            failed(span, e);
            throw e;
        } finally {
            span.end();
        }
    }

    /** {@link TaskQueue#enqueueAllAsync}; one span for all. */
    public CompletableFuture<List<Enqueued>> enqueueAllAsync(TaskQueue queue, List<Task> tasks) {
        Span span = enqueueing(queue, tasks);
        return ending(span, () -> queue.enqueueAllAsync(carry(tasks, Context.current().with(span))), (s, answers) -> {
            // the ids of many are of no use in one span
        });
    }

    /** The task with the current context in its headers, for one that is enqueued by other means; no span is made. */
    public Task carry(Task task) {
        return carry(task, Context.current());
    }

    private Span enqueueing(TaskQueue queue, List<Task> tasks) {
        Span span = tracer.spanBuilder("enqueue " + queue.name())
                .setSpanKind(SpanKind.PRODUCER)
                .setAttribute(MESSAGING_SYSTEM, SYSTEM)
                .setAttribute(OPERATION_NAME, "enqueue")
                .setAttribute(OPERATION_TYPE, "send")
                .setAttribute(DESTINATION, queue.name())
                .startSpan();
        if (tasks.size() == 1) {
            span.setAttribute(TASK_TYPE, tasks.get(0).type());
        } else {
            span.setAttribute(BATCH_COUNT, tasks.size());
        }
        return span;
    }

    private static void describe(Span span, Enqueued answer) {
        span.setAttribute(MESSAGE_ID, answer.id().toString());
        if (answer.duplicate()) {
            span.setAttribute(DUPLICATE, true);
        }
    }

    private List<Task> carry(List<Task> tasks, Context context) {
        return tasks.stream().map(task -> carry(task, context)).toList();
    }

    private Task carry(Task task, Context context) {
        Map<String, String> headers = new LinkedHashMap<>();
        propagator.inject(context, headers, (to, name, value) -> {
            if (to != null) {
                to.put(name, value);
            }
        });
        Task carrying = task;
        for (Map.Entry<String, String> header : headers.entrySet()) {
            carrying = carrying.header(header.getKey(), header.getValue());
        }
        return carrying;
    }

    private static <T> CompletableFuture<T> ending(Span span, Call<T> call, BiConsumer<Span, T> describe) {
        CompletableFuture<T> answer;
        try {
            answer = call.begin();
        } catch (RuntimeException e) {
            failed(span, e);
            span.end();
            throw e;
        }
        return answer.whenComplete((value, error) -> {
            if (error == null) {
                describe.accept(span, value);
            } else {
                failed(span, error instanceof CompletionException e && e.getCause() != null ? e.getCause() : error);
            }
            span.end();
        });
    }

    /** Something that is asked for and answered later. */
    private interface Call<T> {
        CompletableFuture<T> begin();
    }

    // ---- handling ----

    @Override
    public TaskHandler around(TaskHandler next) {
        return (task, context) -> {
            Span span = handling(task, context);
            Scope scope = span.makeCurrent();
            try {
                next.handle(task, context);
            } catch (Snooze e) {
                span.setAttribute(SNOOZED, e.delay().toMillis());
                throw e;
            } catch (Throwable e) {
                failed(span, e);
                throw e;
            } finally {
                scope.close();
                span.end();
            }
        };
    }

    private Span handling(Task task, TaskContext context) {
        return tracer.spanBuilder("handle " + context.queue())
                .setParent(propagator.extract(Context.root(), task, Headers.INSTANCE))
                .setSpanKind(SpanKind.CONSUMER)
                .setAttribute(MESSAGING_SYSTEM, SYSTEM)
                .setAttribute(OPERATION_NAME, "handle")
                .setAttribute(OPERATION_TYPE, "process")
                .setAttribute(DESTINATION, context.queue())
                .setAttribute(MESSAGE_ID, context.id().toString())
                .setAttribute(TASK_TYPE, task.type())
                .setAttribute(ATTEMPT, context.attempt())
                .startSpan();
    }

    private static void failed(Span span, Throwable error) {
        String message = error.getMessage();
        span.setAttribute(ERROR_TYPE, error.getClass().getName());
        span.setStatus(StatusCode.ERROR, message == null ? "" : message);
        span.recordException(error);
    }

    /** A task's headers as the propagator reads them. */
    private enum Headers implements io.opentelemetry.context.propagation.TextMapGetter<Task> {
        INSTANCE;

        // Deprecated in the version that this is compiled against, abstract in earlier ones: users may have either.
        @SuppressWarnings("deprecation")
        @Override
        public Iterable<String> keys(Task task) {
            return task.headers().keySet();
        }

        @Override
        public @Nullable String get(@Nullable Task task, String name) {
            return task == null ? null : task.headers().get(name);
        }
    }
}
