package dev.millrace.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.api.MillraceException.Category;
import dev.millrace.api.MillraceException.Invalid;
import dev.millrace.api.task.Due;
import dev.millrace.api.task.Task;
import dev.millrace.api.task.Unique;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Messages, tasks and options: what they hold and what they refuse. */
final class ValuesTest {
    @Test
    void message_keepsACopy() {
        byte[] body = {1, 2, 3};
        Message message = Message.of(body).delay(Duration.ofSeconds(3));
        body[0] = 9;
        message.body()[1] = 9;
        assertThat(message.body()).containsExactly(1, 2, 3);
        assertThat(message.delay()).isEqualTo(Duration.ofSeconds(3));
        assertThat(message.buffer().isReadOnly()).isTrue();
        assertThatThrownBy(() -> Message.of("")).isInstanceOf(Invalid.class).hasMessageContaining("at least one byte");
        assertThatThrownBy(() -> message.delay(Duration.ofDays(40_000))).isInstanceOf(Invalid.class)
                .hasMessageContaining("100 years");
        assertThatThrownBy(() -> message.delay(Duration.ofMillis(-1))).isInstanceOf(Invalid.class);
    }

    @Test
    void messageId_readsWhatItWrote_andTellsItsAge() {
        MessageId id = MessageId.of("0123456789abcdef");
        assertThat(id).hasToString("0123456789abcdef");
        assertThat(new MessageId((4096L * 1_000) << 10).givenAt()).isEqualTo(Instant.parse("2020-01-01T00:00:01Z"));
        assertThatThrownBy(() -> MessageId.of("12")).isInstanceOf(Invalid.class).hasMessageContaining("16 hex digits");
        assertThatThrownBy(() -> MessageId.of("0123456789abcdeg")).isInstanceOf(Invalid.class);
    }

    @Test
    void backoff_doublesUpToItsBound_andIsShortenedByAFifthAtMost() {
        Backoff backoff = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(10));
        assertThat(List.of(backoff.after(1), backoff.after(2), backoff.after(4), backoff.after(5), backoff.after(60)))
                .extracting(Duration::toSeconds)
                .containsExactly(1L, 2L, 8L, 10L, 10L);
        for (long seed = 0; seed < 1_000; seed++) {
            assertThat(backoff.after(2, seed)).isBetween(Duration.ofMillis(1_600), Duration.ofMillis(2_000));
        }
        assertThat(backoff.after(2, 1)).isNotEqualTo(backoff.after(2, 2));
        assertThatThrownBy(() -> new Backoff(Duration.ofSeconds(2), Duration.ofSeconds(1))).isInstanceOf(Invalid.class)
                .hasMessageContaining("backoff.min");
    }

    @Test
    void subscribeOptions_refuseWhatCannotWork() {
        SubscribeOptions options = SubscribeOptions.defaults().concurrency(8).credit(20).concurrency(30);
        assertThat(options.credit()).isEqualTo(30);
        assertThatThrownBy(() -> options.credit(5)).isInstanceOf(Invalid.class).hasMessageContaining("credit is 5");
        assertThatThrownBy(() -> options.lease(Duration.ofMillis(5))).isInstanceOf(Invalid.class)
                .hasMessageContaining("100 ms");
        assertThatThrownBy(() -> options.concurrency(0)).isInstanceOf(Invalid.class);
    }

    @Test
    void connectOptions_doNotPrintTheToken() {
        assertThat(ConnectOptions.defaults().token("secret")).asString().contains("token=set").doesNotContain("secret");
    }

    @Test
    void task_isSetUpStepByStep() {
        Task task = Task.of("welcome", "user 17")
                .delay(Duration.ofMinutes(5))
                .priority(7)
                .key("user 17")
                .limitKey("smtp")
                .uniqueKey("welcome 17", Duration.ofDays(1))
                .maxAttempts(5)
                .backoff(Duration.ofSeconds(1), Duration.ofHours(1))
                .timeout(Duration.ofSeconds(30))
                .deadline(Instant.parse("2030-01-01T00:00:00Z"))
                .expiresIn(Duration.ofHours(1))
                .retention(Duration.ofDays(7))
                .header("trace", "abc");
        assertThat(task.due()).isEqualTo(new Due.In(Duration.ofMinutes(5)));
        assertThat(task.keys().priority()).isEqualTo(7);
        assertThat(task.keys().order()).isEqualTo("user 17");
        assertThat(task.keys().limit()).isEqualTo("smtp");
        assertThat(task.keys().unique()).isEqualTo(new Unique.Within("welcome 17", Duration.ofDays(1)));
        assertThat(task.options().maxAttempts()).isEqualTo(5);
        assertThat(task.options().retention()).isEqualTo(Duration.ofDays(7));
        assertThat(task.headers()).containsEntry("trace", "abc");
        assertThat(Task.of("a", "b").keys().priority()).isEqualTo(4);
        assertThatThrownBy(() -> task.priority(10)).isInstanceOf(Invalid.class).hasMessageContaining("0 to 9");
        assertThatThrownBy(() -> Task.of("x".repeat(256), "b")).isInstanceOf(Invalid.class);
        assertThatThrownBy(() -> task.uniqueKey("", Duration.ofDays(1))).isInstanceOf(Invalid.class);
    }

    @Test
    void exceptions_sayWhoseTurnItIs() {
        assertThat(new MillraceException.PublishTimeout("x").category()).isEqualTo(Category.RETRY);
        assertThat(new MillraceException.NotFound("x").category()).isEqualTo(Category.CALLER);
        assertThat(new MillraceException.UnknownOutcome("x").category()).isEqualTo(Category.UNKNOWN_OUTCOME);
        assertThat(new MillraceException.Fatal("x").here()).hasMessage("x")
                .hasCauseInstanceOf(
                        MillraceException.Fatal.class);
    }
}
