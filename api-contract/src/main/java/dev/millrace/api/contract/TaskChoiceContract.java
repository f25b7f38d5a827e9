package dev.millrace.api.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.api.Group;
import dev.millrace.api.Message;
import dev.millrace.api.MessageId;
import dev.millrace.api.MillraceException;
import dev.millrace.api.Page;
import dev.millrace.api.Topic;
import dev.millrace.api.task.Due;
import dev.millrace.api.task.Enqueued;
import dev.millrace.api.task.Task;
import dev.millrace.api.task.TaskAction;
import dev.millrace.api.task.TaskFilter;
import dev.millrace.api.task.TaskInfo;
import dev.millrace.api.task.TaskState;
import dev.millrace.api.task.Worker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Tasks that are chosen by an id of the application's own, or by their type; and instants at which they are due. */
public abstract class TaskChoiceContract extends TaskContractBase {
    @Test
    void ownId_isTakenUntilNothingOfItsTaskIsLeft() {
        Task welcome = task("a").id("welcome/7 \u00fc").delay(LONG).retention(LONG);
        Enqueued first = mails().enqueue(welcome);
        Enqueued repeat = new Enqueued(first.id(), true);
        assertThat(mails().enqueue(welcome)).isEqualTo(repeat);
        assertThat(mails().idOf("welcome/7 \u00fc")).contains(first.id());
        assertThat(info(first.id()).task().keys().id()).isEqualTo("welcome/7 \u00fc");
        assertThat(mails().archive(first.id())).isTrue();
        assertThat(mails().enqueue(welcome)).as("while it is dead").isEqualTo(repeat);
        assertThat(mails().redrive(first.id())).isTrue();
        try (Worker worker = logging()) {
            until(stats -> stats.done() == 1);
            assertThat(worker.ended()).isNotDone();
        }
        assertThat(mails().enqueue(welcome)).as("while it is kept").isEqualTo(repeat);
        assertThat(mails().delete(first.id())).isTrue();
        assertThat(mails().idOf("welcome/7 \u00fc")).isEmpty();
        Enqueued second = mails().enqueue(welcome);
        assertThat(second.duplicate()).isFalse();
        assertThat(get(mails().idOfAsync("welcome/7 \u00fc"))).contains(second.id());
    }

    @Test
    void ownId_thatNobodyCanHave_isRefused() {
        assertThatThrownBy(() -> task("a").id("")).isInstanceOf(MillraceException.Invalid.class);
        assertThatThrownBy(() -> task("a").id("x".repeat(256))).isInstanceOf(MillraceException.Invalid.class);
        assertThatThrownBy(() -> mails().enqueue(task("a").id("two\nlines")))
                .isInstanceOf(MillraceException.Invalid.class)
                .hasMessageContaining("control characters");
        enqueue(task("a"));
        assertThatThrownBy(() -> mails().idOf("")).isInstanceOf(MillraceException.Invalid.class);
    }

    @Test
    void at_isKept_andAnInstantThatIsPastIsNow() {
        Instant later = Instant.parse("2090-01-31T12:00:00Z");
        MessageId scheduled = enqueue(task("later").at(later));
        assertThat(info(scheduled).state()).isEqualTo(TaskState.SCHEDULED);
        assertThat(info(scheduled).task().due()).isEqualTo(new Due.At(later));
        assertThat(info(scheduled).times().until().orElseThrow())
                .isBetween(later.minusSeconds(60), later.plusSeconds(60));
        MessageId past = enqueue(task("now").at(Instant.parse("2001-01-31T12:00:00Z")));
        assertThat(info(past).state()).isEqualTo(TaskState.READY);
        assertThatThrownBy(() -> mails().enqueue(task("never").at(Instant.now().plus(Duration.ofDays(40_000)))))
                .isInstanceOf(MillraceException.Invalid.class)
                .hasMessageContaining("100 years");
    }

    @Test
    void at_ofAMessage_isNeverEarly_andAnInstantThatIsPastIsNow() {
        Instant due = Instant.now().plusMillis(300);
        Topic orders = m.topic("orders");
        orders.publish(Message.of("later").at(due));
        orders.publish(Message.of("now").at(Instant.EPOCH));
        Group mail = orders.group("mail");
        assertThat(mail.pull(1, Duration.ofSeconds(30), LONG).get(0).text()).isEqualTo("now");
        assertThat(mail.pull(1, Duration.ofSeconds(30), LONG).get(0).text()).isEqualTo("later");
        assertThat(Instant.now()).isAfterOrEqualTo(due);
        assertThatThrownBy(() -> orders.publish(Message.of("never").at(Instant.now().plus(Duration.ofDays(40_000)))))
                .isInstanceOf(MillraceException.Invalid.class)
                .hasMessageContaining("100 years");
    }

    @Test
    void type_choosesWhatIsListedAndChanged() {
        List<Task> tasks = IntStream.range(0, 1_500)
                .mapToObj(i -> Task.of(i % 3 == 0 ? "letter" : i % 500 == 1 ? "" : "mail", "t" + i).delay(LONG))
                .toList();
        mails().enqueueAll(tasks);
        TaskFilter letters = TaskFilter.of(TaskState.SCHEDULED).ofType("letter");
        List<String> found = new ArrayList<>();
        Optional<String> next = Optional.of("");
        while (next.isPresent()) {
            Page<TaskInfo> page = mails().list(letters, next.get(), 100);
            assertThat(page.items()).hasSizeLessThanOrEqualTo(100);
            page.items().forEach(one -> found.add(one.task().text()));
            next = page.next();
        }
        assertThat(found).isEqualTo(IntStream.range(0, 500).mapToObj(i -> "t" + 3 * i).toList());
        assertThat(mails().list(TaskFilter.of(TaskState.DEAD).ofType("letter"), "", 10).items()).isEmpty();
        assertThat(mails().all(letters, TaskAction.ARCHIVE)).isEqualTo(500);
        assertThat(mails().all(letters, TaskAction.ARCHIVE)).isZero();
        assertThat(mails().all(TaskFilter.of(TaskState.SCHEDULED).ofType(""), TaskAction.CANCEL)).isEqualTo(2);
        assertThat(mails().all(TaskFilter.of(TaskState.DEAD).ofType("mail"), TaskAction.DELETE)).isZero();
        assertThat(mails().all(TaskFilter.of(TaskState.DEAD).ofType("letter"), TaskAction.DELETE)).isEqualTo(500);
        assertThat(mails().stats().scheduled()).isEqualTo(998);
        assertThat(mails().stats().dead()).isZero();
    }

    @Test
    void whatWasCancelledOrHasExpired_isListedForItsRetention() {
        Task kept = task("x").retention(LONG).delay(LONG);
        MessageId cancelled = enqueue(kept);
        MessageId expired = enqueue(kept.expiresIn(Duration.ofMillis(1)));
        enqueue(task("counted only").delay(LONG).expiresIn(Duration.ofMillis(1)));
        assertThat(mails().cancel(cancelled)).isTrue();
        assertThat(mails().cancel(cancelled)).isFalse();
        until(stats -> stats.expired() == 2);
        assertThat(mails().stats().cancelled()).isEqualTo(1);
        assertThat(mails().list(TaskState.CANCELLED, "", 10).items()).extracting(TaskInfo::id)
                .containsExactly(cancelled);
        assertThat(mails().list(TaskState.EXPIRED, "", 10).items()).extracting(TaskInfo::id).containsExactly(expired);
        assertThat(info(expired).times().until()).isPresent();
        assertThat(mails().redrive(cancelled)).isFalse();
        assertThat(mails().delete(cancelled)).isTrue();
        assertThat(mails().all(TaskState.EXPIRED, TaskAction.DELETE)).isEqualTo(1);
        assertThat(mails().task(expired)).isEmpty();
    }

    @Test
    void cancellingAll_asksWhatRunsToStop_asCancellingOneDoes() {
        enqueue(task("a"));
        try (Worker worker = work(1, (task, context) -> {
            log.add("began");
            Thread.sleep(LONG.toMillis());
        })) {
            assertThat(take(log)).isEqualTo("began");
            assertThat(mails().all(TaskState.LEASED, TaskAction.DELETE)).as("left alone").isZero();
            assertThat(mails().all(TaskState.LEASED, TaskAction.CANCEL)).isEqualTo(1);
            until(stats -> stats.cancelled() == 1);
            assertThat(worker.ended()).isNotDone();
        }
    }
}
