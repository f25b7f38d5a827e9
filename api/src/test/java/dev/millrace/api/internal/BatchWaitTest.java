package dev.millrace.api.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.api.MillraceException;
import dev.millrace.api.task.BatchProgress;
import dev.millrace.api.task.BatchProgress.State;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Waiting for a batch: through failures that pass, and not beyond its time. */
final class BatchWaitTest {
    private static final Duration LONG = Duration.ofMinutes(5);
    private static final BatchProgress OPEN = new BatchProgress(State.OPEN, 2, 1, 0, 0, 0);
    private static final BatchProgress OVER = new BatchProgress(State.OVER, 2, 2, 0, 0, 0);

    private final AtomicInteger asked = new AtomicInteger();

    /** The answers one after the other, then the last one again. */
    private Function<Duration, CompletableFuture<BatchProgress>> answers(
            List<CompletableFuture<BatchProgress>> answers) {
        return atMost -> answers.get(Math.min(asked.getAndIncrement(), answers.size() - 1));
    }

    private static CompletableFuture<BatchProgress> is(BatchProgress progress) {
        return CompletableFuture.completedFuture(progress);
    }

    private static CompletableFuture<BatchProgress> fails(RuntimeException reason) {
        return CompletableFuture.failedFuture(reason);
    }

    private static CompletableFuture<BatchProgress> wait(Function<Duration, CompletableFuture<BatchProgress>> engine,
            Executor executor, Duration atMost) {
        return new BatchWait(engine, executor, atMost).start().orTimeout(30, TimeUnit.SECONDS);
    }

    @Test
    void engineThatIsAwayForAWhile_isAskedAgain() {
        assertThat(wait(answers(List.of(is(OPEN), fails(new MillraceException.Unavailable("away")),
                fails(new MillraceException.UnknownOutcome("broke")), is(OPEN), is(OVER))), Runnable::run, LONG).join())
                .isEqualTo(OVER);
        assertThat(asked).hasValue(5);
    }

    @Test
    void whatDoesNotPass_endsTheWaiting() {
        CompletableFuture<BatchProgress> end = wait(answers(List.of(is(OPEN),
                fails(new MillraceException.NotFound("called off")))), Runnable::run, LONG);
        assertThatThrownBy(end::join).hasRootCauseInstanceOf(MillraceException.NotFound.class);
        assertThat(asked).hasValue(2);
    }

    @Test
    void timeThatIsUp_givesTheLastAnswer_beItAFailure() {
        assertThat(wait(answers(List.of(is(OPEN))), Runnable::run, Duration.ofMillis(50)).join()).isEqualTo(OPEN);
        assertThat(asked).hasValueGreaterThan(1);
        CompletableFuture<BatchProgress> end = wait(answers(List.of(fails(new MillraceException.Unavailable("away")))),
                Runnable::run, Duration.ofMillis(50));
        assertThatThrownBy(end::join).hasRootCauseInstanceOf(MillraceException.Unavailable.class);
    }

    @Test
    void executorThatTakesNothingMore_keepsNobodyWaiting() {
        Executor closed = task -> {
            throw new RejectedExecutionException("closed");
        };
        assertThat(wait(answers(List.of(is(OPEN), is(OVER))), closed, LONG).join()).isEqualTo(OVER);
    }

    @Test
    void engineThatTells_isAskedOnce_forAPartOfTheTime_andHearsOfACancellation() {
        CompletableFuture<BatchProgress> told = new CompletableFuture<>();
        List<Duration> parts = new CopyOnWriteArrayList<>();
        Function<Duration, CompletableFuture<BatchProgress>> engine = atMost -> {
            parts.add(atMost);
            return told;
        };
        CompletableFuture<BatchProgress> end = new BatchWait(engine, Runnable::run, LONG).start();
        assertThat(parts).containsExactly(Duration.ofSeconds(30));
        told.complete(OVER);
        assertThat(end.join()).isEqualTo(OVER);
        assertThat(parts).hasSize(1);
        CompletableFuture<BatchProgress> silent = new CompletableFuture<>();
        assertThat(new BatchWait(atMost -> silent, Runnable::run, LONG).start().cancel(false)).isTrue();
        assertThat(silent).isCancelled();
    }
}
