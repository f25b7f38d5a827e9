package dev.millrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.api.MessageId;
import dev.millrace.api.task.Task;
import dev.millrace.api.task.TaskHandler;
import dev.millrace.api.task.TaskQueue;
import dev.millrace.api.task.Worker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The kit as an application's tests use it. */
class MillraceKitTest {
    private static final Instant START = Instant.parse("2031-03-01T08:00:00Z");

    private final MillraceKit kit = MillraceKit.startAt(START);
    private final List<String> log = new ArrayList<>();

    @AfterEach
    void close() {
        kit.close();
    }

    private TaskQueue mails() {
        return kit.millrace().queue("mails");
    }

    private Worker.Builder worker(TaskHandler handler) {
        return kit.millrace().worker().queue("mails").handle("mail", handler);
    }

    @Test
    void runDue_runsWhatIsReady_onThisThread_andWhatBecomesReadyByIt() {
        Thread own = Thread.currentThread();
        mails().enqueue(Task.of("mail", "first"));
        int attempts = kit.runDue(worker((task, context) -> {
            assertThat(Thread.currentThread()).isSameAs(own);
            log.add(task.text());
            if (task.text().equals("first")) {
                mails().enqueue(Task.of("mail", "second"));
            }
        }));
        assertThat(attempts).isEqualTo(2);
        assertThat(log).containsExactly("first", "second");
        kit.queue("mails").enqueued("mail", 2).done(2).isEmpty();
        assertThat(kit.runDue(worker((task, context) -> log.add("never")))).isZero();
    }

    @Test
    void setWallClock_movesInstants_butNotDelays_andTakesNothingBack() {
        Duration day = Duration.ofDays(1);
        mails().enqueue(Task.of("mail", "at").at(START.plus(day)));
        mails().enqueue(Task.of("mail", "after").delay(day));
        Worker.Builder worker = worker((task, context) -> log.add(task.text()));
        kit.setWallClock(day.negated());
        kit.advance(day);
        assertThat(kit.runDue(worker)).as("a day has passed, but the clock shows the start again").isEqualTo(1);
        assertThat(log).containsExactly("after");
        kit.setWallClock(day.plusHours(1));
        kit.setWallClock(day.negated());
        assertThat(kit.runDue(worker)).as("it was due, and is not taken back").isEqualTo(1);
        assertThat(log).containsExactly("after", "at");
        mails().enqueue(Task.of("mail", "within").at(kit.now().plus(Duration.ofMinutes(30))));
        assertThat(kit.runDue(worker)).as("the clock has shown this instant before, but does not now").isZero();
        kit.restart();
        Worker.Builder another = worker((task, context) -> log.add(task.text()));
        assertThat(kit.runDue(another)).isZero();
        kit.setWallClock(Duration.ofMinutes(31));
        assertThat(kit.runDue(another)).isEqualTo(1);
        assertThat(log).containsExactly("after", "at", "within");
    }

    @Test
    void advance_makesDelayedTasksAndRetriesDue_neverBefore() {
        mails().enqueue(Task.of("mail", "remind")
                .at(START.plus(Duration.ofDays(3)))
                .backoff(Duration.ofHours(4),
                        Duration.ofHours(4)));
        Worker.Builder worker = worker((task, context) -> {
            log.add("attempt " + context.attempt());
            if (context.attempt() == 1) {
                throw new IllegalStateException("busy");
            }
        });
        kit.advance(Duration.ofDays(2));
        assertThat(kit.runDue(worker)).isZero();
        kit.queue("mails").scheduled(1);
        kit.advance(Duration.ofDays(1));
        assertThat(kit.runDue(worker)).isEqualTo(1);
        kit.queue("mails").retrying(1).done(0);
        kit.advance(Duration.ofHours(2));
        assertThat(kit.runDue(worker)).as("a backoff is shortened by a quarter at most").isZero();
        kit.advance(Duration.ofHours(2));
        assertThat(kit.runDue(worker)).isEqualTo(1);
        assertThat(log).containsExactly("attempt 1", "attempt 2");
        kit.queue("mails").done(1).isEmpty();
        assertThat(Duration.between(START.plus(Duration.ofHours(76)), kit.now())).isPositive();
    }

    @Test
    void exampleOfThePage() {
        try (MillraceKit kit = MillraceKit.start()) {
            kit.millrace().queue("mails").enqueue(Task.of("remind", "17").delay(Duration.ofDays(3)));
            kit.queue("mails").scheduled(1);
            kit.advance(Duration.ofDays(3));
            kit.runDue(
                    kit.millrace().worker().queue("mails").handle("remind", (task, context) -> log.add(task.text())));
            kit.queue("mails").enqueued("remind", 1).done(1).isEmpty();
        }
        assertThat(log).containsExactly("17");
    }

    @Test
    void restart_keepsEverything() {
        MessageId id = mails().enqueue(Task.of("mail", "later").delay(Duration.ofHours(1))).id();
        kit.restart();
        kit.advance(Duration.ofHours(1));
        kit.queue("mails").ready(1).enqueued("mail", 1);
        assertThat(mails().cancel(id)).isTrue();
        kit.queue("mails").cancelled(1).isEmpty();
    }

    @Test
    void failures_becomeDeadWhenAttemptsAreUsedUp_errorsOfAssertionsReachTheTest() {
        mails().enqueue(Task.of("mail", "x").maxAttempts(1));
        assertThat(kit.runDue(worker((task, context) -> {
            throw new IllegalStateException("always");
        }))).isEqualTo(1);
        kit.queue("mails").dead(1);
        mails().enqueue(Task.of("mail", "y"));
        assertThatThrownBy(() -> kit.runDue(worker((task, context) -> assertThat(task.text()).isEqualTo("z"))))
                .isInstanceOf(AssertionError.class);
    }

    @Test
    void assertions_thatFail_showTheQueue() {
        mails().enqueue(Task.of("mail", "x"));
        assertThatThrownBy(() -> kit.queue("mails").done(1)).isInstanceOf(AssertionError.class)
                .hasMessageContaining("queue mails has 0 done tasks, not 1", "{mail=1}", "ready=1");
        assertThatThrownBy(() -> kit.queue("nowhere").ready(1)).isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> kit.advance(Duration.ofSeconds(-1))).isInstanceOf(IllegalArgumentException.class);
    }
}
