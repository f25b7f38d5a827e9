package dev.millrace.api.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.Delivery;
import dev.millrace.api.Group;
import dev.millrace.api.GroupStart;
import dev.millrace.api.Message;
import dev.millrace.api.task.Worker;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/**
 * What has an instant, be it a task, a step of a chain or a message, follows the engine's wall clock when that is set, and
 * is never early by it. What has a delay does not follow.
 */
public abstract class WallClockContract extends TaskContractBase {
    private static final Duration HOUR = Duration.ofHours(1);

    private Instant inAnHour() {
        return clock().now().plus(HOUR);
    }

    /** Writes payloads to the log; payloads that begin with an instant must not be early. */
    private Worker punctual(Instant due) {
        return work(1, (task, context) -> log
                .add(task.text() + (task.text().startsWith("at") && clock().now().isBefore(due) ? ", early" : "")));
    }

    /** A task, a step of a chain, which a worker brings on its way, and a message, all at this instant. */
    private void schedule(Instant due) {
        long before = mails().stats().scheduled();
        m.topic("news").publish(Message.of("at, message").at(due));
        enqueue(task("at, task").at(due));
        enqueue(task("first").then("mails", task("at, step").at(due)));
        assertThat(take(log)).isEqualTo("first");
        until(stats -> stats.scheduled() == before + 2 && stats.leased() == 0);
    }

    private void assertAllWait(int tasks) {
        // Whoever answers the second question has seen the clock as it is.
        for (int asked = 0; asked < 2; asked++) {
            assertThat(mails().stats().scheduled()).isEqualTo(tasks);
            assertThat(m.topic("news").stats().scheduled()).isEqualTo(1);
        }
        assertThat(log).isEmpty();
    }

    private void awaitAll(Instant due) {
        assertThat(taken(2)).containsExactlyInAnyOrder("at, task", "at, step");
        Delivery message = pullOne(readers());
        assertThat(message.text()).isEqualTo("at, message");
        assertThat(clock().now()).isAfterOrEqualTo(due);
        message.ack();
    }

    private Group readers() {
        return group("news", "readers");
    }

    @Test
    void setForward_instantsFollow_andDelaysDoNot() {
        Instant due = inAnHour();
        try (Worker worker = punctual(due)) {
            enqueue(task("delayed").delay(HOUR));
            schedule(due);
            setWallClock(Duration.ofMinutes(58));
            assertAllWait(3);
            setWallClock(Duration.ofMinutes(3));
            awaitAll(due);
            until(stats -> stats.done() == 3 && stats.scheduled() == 1);
            assertThat(log).as("the delay goes on").isEmpty();
            assertThat(worker.ended()).isNotDone();
        }
    }

    @Test
    void setBack_instantsWaitForTheClockToShowThem() {
        Instant due = inAnHour();
        try (Worker worker = punctual(due)) {
            schedule(due);
            setWallClock(Duration.ofMinutes(-30));
            setWallClock(Duration.ofMinutes(88));
            assertAllWait(2);
            setWallClock(Duration.ofMinutes(3));
            awaitAll(due);
            assertThat(worker.ended()).isNotDone();
        }
    }

    @Test
    void setBack_whatComesForTheHourThatIsLivedAgain_waitsForIt_alsoWhenTheEngineStopsMeanwhile() {
        Instant due = inAnHour();
        try (Worker worker = punctual(due)) {
            schedule(due);
            setWallClock(Duration.ofMinutes(61));
            awaitAll(due);
            setWallClock(HOUR.negated());
            schedule(due);
            assertAllWait(2);
            until(stats -> stats.done() == 4);
            assertThat(worker.ended()).isNotDone();
        }
        reopen();
        assertAllWait(2);
        m.close();
        setWallClock(HOUR.negated());
        reopen();
        assertAllWait(2);
        setWallClock(Duration.ofMinutes(118));
        assertAllWait(2);
        setWallClock(Duration.ofMinutes(3));
        try (Worker worker = punctual(due)) {
            awaitAll(due);
            assertThat(worker.ended()).isNotDone();
        }
    }

    @Test
    void whatWasDue_isNotTakenBack() {
        Instant due = inAnHour();
        readers().create(GroupStart.EARLIEST);
        m.topic("news").publish(Message.of("at, message").at(due));
        enqueue(task("at, task").at(due));
        setWallClock(Duration.ofMinutes(61));
        until(stats -> stats.ready() == 1);
        await("the message is due", () -> m.topic("news").stats().scheduled() == 0);
        setWallClock(HOUR.negated());
        try (Worker worker = logging()) {
            assertThat(take(log)).isEqualTo("at, task");
            assertThat(worker.ended()).isNotDone();
        }
        assertThat(pullOne(readers()).text()).isEqualTo("at, message");
    }
}
