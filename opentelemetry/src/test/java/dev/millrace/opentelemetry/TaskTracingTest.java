package dev.millrace.opentelemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.api.Millrace;
import dev.millrace.api.MillraceException;
import dev.millrace.api.Snooze;
import dev.millrace.api.task.Enqueued;
import dev.millrace.api.task.Task;
import dev.millrace.api.task.TaskHandler;
import dev.millrace.api.task.TaskQueue;
import dev.millrace.api.task.Worker;
import dev.millrace.testkit.MillraceKit;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.testing.junit5.OpenTelemetryExtension;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** With OpenTelemetry's own SDK, whose spans are kept in memory, and the engine. */
class TaskTracingTest {
    @RegisterExtension static final OpenTelemetryExtension TELEMETRY = OpenTelemetryExtension.create();

    private final TaskTracing tracing = TaskTracing.of(TELEMETRY.getOpenTelemetry());
    private final MillraceKit kit = MillraceKit.start();
    private final TaskQueue mails = kit.millrace().queue("mails");

    @AfterEach
    void stop() {
        kit.close();
    }

    private void run(TaskHandler handler) {
        kit.runDue(kit.millrace().worker().queue("mails").handle("welcome", handler).use(tracing));
    }

    private static SpanData span(String name) {
        return spans(name).getFirst();
    }

    private static List<SpanData> spans(String name) {
        return TELEMETRY.getSpans().stream().filter(span -> span.getName().equals(name)).toList();
    }

    private static <T> @Nullable T attribute(SpanData span, AttributeKey<T> key) {
        return span.getAttributes().get(key);
    }

    @Test
    void anAttempt_isAChildOfTheEnqueueing_andCurrentInItsHandler() {
        List<SpanContext> seen = new ArrayList<>();
        Span request = TELEMETRY.getOpenTelemetry().getTracer("test").spanBuilder("request").startSpan();
        Enqueued answer;
        try (Scope _ = request.makeCurrent()) {
            answer = tracing.enqueue(mails, Task.of("welcome", "17").header("tenant", "a"));
        }
        request.end();
        run((task, context) -> {
            assertThat(task.headers()).containsKeys("tenant", "traceparent");
            seen.add(Span.current().getSpanContext());
        });

        SpanData enqueued = span("enqueue mails");
        SpanData handled = span("handle mails");
        assertThat(enqueued.getParentSpanId()).isEqualTo(request.getSpanContext().getSpanId());
        assertThat(enqueued.getKind()).isEqualTo(SpanKind.PRODUCER);
        assertThat(handled.getParentSpanId()).isEqualTo(enqueued.getSpanId());
        assertThat(handled.getTraceId()).isEqualTo(request.getSpanContext().getTraceId());
        assertThat(handled.getKind()).isEqualTo(SpanKind.CONSUMER);
        assertThat(seen).extracting(SpanContext::getSpanId).containsExactly(handled.getSpanId());
        for (SpanData span : List.of(enqueued, handled)) {
            assertThat(attribute(span, AttributeKey.stringKey("messaging.destination.name"))).isEqualTo("mails");
            assertThat(attribute(span, AttributeKey.stringKey("messaging.message.id")))
                    .isEqualTo(answer.id().toString());
        }
        assertThat(attribute(handled, AttributeKey.longKey("millrace.task.attempt"))).isEqualTo(1);
    }

    /** The example of docs/java-api.md, word for word. */
    @Test
    void page() throws InterruptedException {
        Millrace m = kit.millrace();
        OpenTelemetry openTelemetry = TELEMETRY.getOpenTelemetry();
        CountDownLatch handled = new CountDownLatch(1);
        TaskHandler handler = (task, context) -> handled.countDown();
        TaskTracing tracing = TaskTracing.of(openTelemetry);
        tracing.enqueue(mails, Task.of("welcome", "user 17")); // enqueueAll, and both ...Async
        Worker traced = m.worker().queue("mails").handle("welcome", handler).use(tracing).start();
        assertThat(handled.await(30, TimeUnit.SECONDS)).isTrue();
        traced.close();
        assertThat(span("handle mails").getParentSpanId()).isEqualTo(span("enqueue mails").getSpanId());
    }

    @Test
    void whatAHandlerEnqueues_belongsToTheSameTrace() {
        TaskQueue next = kit.millrace().queue("next");
        tracing.enqueue(mails, Task.of("welcome", "17"));
        run((task, context) -> tracing.enqueue(next, Task.of("remind", "17")));
        assertThat(span("enqueue next").getParentSpanId()).isEqualTo(span("handle mails").getSpanId());
    }

    @Test
    void everyAttempt_hasASpan_failuresSaySo() {
        tracing.enqueue(mails, Task.of("welcome", "17").backoff(Duration.ofMinutes(1), Duration.ofMinutes(1)));
        run((task, context) -> {
            throw new IllegalStateException("no route");
        });
        kit.advance(Duration.ofMinutes(2));
        run((task, context) -> {
            throw new Snooze(Duration.ofSeconds(5));
        });
        kit.advance(Duration.ofSeconds(6));
        run((task, context) -> {
            // done
        });
        List<SpanData> attempts = spans("handle mails");
        assertThat(attempts).extracting(SpanData::getParentSpanId)
                .containsOnly(span("enqueue mails").getSpanId())
                .hasSize(3);
        assertThat(attempts.get(0).getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
        assertThat(attempts.get(0).getStatus().getDescription()).isEqualTo("no route");
        assertThat(attribute(attempts.get(0), AttributeKey.stringKey("error.type")))
                .isEqualTo(IllegalStateException.class.getName());
        assertThat(attempts.get(1).getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
        assertThat(attribute(attempts.get(1), AttributeKey.longKey("millrace.task.snoozed_ms"))).isEqualTo(5_000);
        assertThat(attempts.get(2).getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
    }

    @Test
    void many_shareOneSpan() {
        tracing.enqueueAll(mails, List.of(Task.of("welcome", "1"), Task.of("welcome", "2")));
        tracing.enqueueAllAsync(mails, List.of(Task.of("welcome", "3"), Task.of("welcome", "4"))).join();
        tracing.enqueueAsync(mails, Task.of("welcome", "5")).join();
        List<String> parents = new ArrayList<>();
        run((task, context) -> parents.add(task.headers().get("traceparent")));
        assertThat(parents).hasSize(5);
        assertThat(parents.stream().distinct()).hasSize(3);
        assertThat(spans("enqueue mails"))
                .extracting(span -> attribute(span, AttributeKey.longKey("messaging.batch.message_count")))
                .containsExactly(2L, 2L, null);
    }

    @Test
    void aDuplicate_saysSo_andARefusalIsAnError() {
        Task once = Task.of("welcome", "17").uniqueUntilDone("17");
        tracing.enqueue(mails, once);
        tracing.enqueue(mails, once);
        assertThat(spans("enqueue mails"))
                .extracting(span -> attribute(span, AttributeKey.booleanKey("millrace.task.duplicate")))
                .containsExactly(null, true);
        assertThatThrownBy(() -> tracing.enqueue(mails, Task.of("welcome", new byte[64 << 20])))
                .isInstanceOf(MillraceException.class);
        assertThat(spans("enqueue mails").getLast().getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
    }

    @Test
    void carry_putsTheCurrentContextIntoATask_andATaskWithoutOneBeginsATrace() {
        Span request = TELEMETRY.getOpenTelemetry().getTracer("test").spanBuilder("request").startSpan();
        try (Scope _ = request.makeCurrent()) {
            mails.enqueue(tracing.carry(Task.of("welcome", "17")));
        }
        request.end();
        mails.enqueue(Task.of("welcome", "18"));
        run((task, context) -> {
            // done
        });
        assertThat(spans("handle mails")).extracting(SpanData::getParentSpanId)
                .containsExactlyInAnyOrder(request.getSpanContext().getSpanId(),
                        SpanContext.getInvalid().getSpanId());
    }
}
