package dev.millrace.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.api.MillraceException.Invalid;
import dev.millrace.api.task.BatchId;
import dev.millrace.api.task.BatchProgress;
import dev.millrace.api.task.Due;
import dev.millrace.api.task.PreviousTask;
import dev.millrace.api.task.QueueGroups;
import dev.millrace.api.task.Task;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What tasks are a part of: what the values hold and what they refuse. */
final class FlowValuesTest {
    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void gatheredTask_hasPayloads_andNoSingleOne() {
        byte[] first = bytes("one");
        Task task = Task.gathered("digest", "user 7", List.of(first, bytes(""), bytes("three")))
                .priority(9)
                .header("trace", "t");
        first[0] = 'X';
        assertThat(task.isGathered()).isTrue();
        assertThat(task.texts()).containsExactly("one", "", "three");
        assertThat(task.payloads().get(0).isReadOnly()).isTrue();
        assertThat(task.size()).isEqualTo(8);
        assertThat(task.flow().group()).isEqualTo("user 7");
        assertThat(task).hasToString("Task[digest, 8 bytes]");
        for (Runnable reading : List.<Runnable>of(task::text, task::body, task::buffer)) {
            assertThatThrownBy(reading::run).isInstanceOf(Invalid.class)
                    .hasMessageContaining("made of 3 tasks of group 'user 7': read its payloads");
        }
        assertThat(Task.of("a", "b").texts()).containsExactly("b");
        assertThatThrownBy(() -> Task.gathered("a", "g", List.of())).isInstanceOf(Invalid.class);
    }

    @Test
    void chain_keepsItsStepsInOrder_andRefusesWhatNoStepCanHave() {
        Task step = Task.of("b", "2");
        Task chain = Task.of("a", "1").then("q", step).then("r", step.delay(Duration.ofHours(1)));
        assertThat(chain.flow().then()).extracting(each -> each.queue()).containsExactly("q", "r");
        assertThat(chain.flow().size()).isEqualTo(2);
        BatchId batch = new BatchId("q", new MessageId(1));
        for (Task wrong : List.of(chain, step.group("g"), step.inBatch(batch))) {
            assertThatThrownBy(() -> Task.of("a", "1").then("q", wrong)).isInstanceOf(Invalid.class)
                    .hasMessageContaining("a step has no steps, batch or group of its own");
        }
        Instant later = Instant.parse("2090-01-31T12:00:00Z");
        assertThat(chain.then("q", step.at(later)).flow().then().get(2).task().due()).isEqualTo(new Due.At(later));
    }

    @Test
    void previousTask_isReadFromHeaders() {
        assertThat(Task.of("a", "").previous()).isEmpty();
        Task step = Task.of("a", "").header("millrace-previous-id", "0123456789abcdef");
        PreviousTask nothing = step.previous().orElseThrow();
        assertThat(nothing.id()).hasToString("0123456789abcdef");
        assertThat(nothing.resultText()).isEmpty();
        assertThat(step.header("millrace-previous-result", "ä").previous().orElseThrow().resultText()).isEqualTo("ä");
        PreviousTask binary = step.header("millrace-previous-result-base64", "/wA=").previous().orElseThrow();
        assertThat(binary.result().get(0)).isEqualTo((byte) -1);
        assertThat(binary.result().remaining()).isEqualTo(2);
        assertThat(step.header("millrace-previous-result-omitted", "9000").previous().orElseThrow().omittedBytes())
                .isEqualTo(9_000);
    }

    @Test
    void batch_isNamedByAText_andItsEndIsReadFromHeaders() {
        BatchId id = BatchId.of("summaries/0123456789abcdef");
        assertThat(id).hasToString("summaries/0123456789abcdef");
        assertThatThrownBy(() -> BatchId.of("summaries")).isInstanceOf(Invalid.class);
        assertThatThrownBy(() -> BatchId.of("no such/0123456789abcdef")).isInstanceOf(Invalid.class);
        assertThat(BatchProgress.of(Task.of("a", ""))).isEmpty();
        BatchProgress end = BatchProgress.of(Task.of("a", "")
                .header("millrace-batch-id", "0123456789abcdef")
                .header("millrace-batch-added", "4")
                .header("millrace-batch-done", "3")
                .header("millrace-batch-dead", "1")).orElseThrow();
        assertThat(end).isEqualTo(new BatchProgress(BatchProgress.State.OVER, 4, 3, 1, 0, 0));
        assertThat(end.isOver()).isTrue();
        assertThat(end.pending()).isZero();
    }

    @Test
    void queueGroups_haveBounds() {
        assertThat(QueueGroups.DEFAULTS.grace(Duration.ZERO).maxDelay(Duration.ZERO).maxSize(1))
                .isEqualTo(new QueueGroups(1, Duration.ZERO, Duration.ZERO));
        assertThatThrownBy(() -> QueueGroups.DEFAULTS.maxSize(0)).isInstanceOf(Invalid.class);
        assertThatThrownBy(() -> QueueGroups.DEFAULTS.grace(Duration.ofDays(40_000))).isInstanceOf(Invalid.class)
                .hasMessageContaining("100 years");
    }
}
