package dev.millrace.verification.simulation;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.verification.simulation.TaskTerms.Retries;
import dev.millrace.verification.simulation.TaskTerms.Times;
import dev.millrace.verification.simulation.TaskTerms.Unique;
import org.junit.jupiter.api.Test;

/** What the simulator expects of unique keys. */
class UniqueKeysTest {
    private static final long WINDOW_MILLIS = 200;

    private final Ledger ledger = new Ledger(new VirtualClock(0));
    private final TopicBook topic = new TopicBook("q", 0);
    private final TaskQueue queue = new TaskQueue(new GroupBook(topic, TaskQueue.GROUP), ledger);

    private void taken(long millis) {
        Moment submitted = at(millis);
        Message message = ledger.newMessage(topic, millis, new Message.Payload(60, 0, 0), submitted);
        queue.newTask(message, new TaskTerms(4, "", "", new Unique("key", WINDOW_MILLIS, false), new Times(0, 0, 0, 0),
                Retries.BY_GROUP));
        ledger.accepted(message, millis, at(millis + 1));
    }

    private static Moment at(long millis) {
        return new Moment(millis, millis * 1_000_000, 0, 0, 0);
    }

    @Test
    void aKeyTakenTwiceInItsWindow_isFound() {
        taken(10);
        assertThatThrownBy(() -> taken(10 + WINDOW_MILLIS - 2)).isInstanceOf(Violation.class)
                .hasMessageContaining("in the window of");
    }

    @Test
    void aKeyTakenAgainAfterItsWindow_isRight() {
        taken(10);
        assertThatCode(() -> taken(10 + WINDOW_MILLIS)).doesNotThrowAnyException();
    }

    @Test
    void aKeyOfAQueueThatWasDeletedSince_isFree() {
        taken(10);
        topic.deleteSubmittedOrder = 20;
        assertThatCode(() -> taken(30)).doesNotThrowAnyException();
    }
}
