package dev.millrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.task.Batch;
import dev.millrace.api.task.BatchProgress;
import dev.millrace.api.task.PreviousResult;
import dev.millrace.api.task.QueueGroups;
import dev.millrace.api.task.Task;
import dev.millrace.api.task.Worker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Chains, batches and groups, one task at a time on the test's thread. */
class FlowKitTest {
    private final MillraceKit kit = MillraceKit.start();
    private final List<String> log = new ArrayList<>();

    @AfterEach
    void close() {
        kit.close();
    }

    private Worker.Builder worker(String... queues) {
        Worker.Builder worker = kit.millrace().worker();
        List.of(queues).forEach(worker::queue);
        return worker;
    }

    @Test
    void runDue_runsAllStepsOfAChain_delaysAreThoseOfTheClock() {
        kit.millrace()
                .queue("pictures")
                .enqueue(Task.of("resize", "cat")
                        .then("pages", Task.of("publish", "page"), PreviousResult.HEADER)
                        .then("pictures", Task.of("remove", "cat").delay(Duration.ofDays(30))));
        Worker.Builder worker = worker("pictures", "pages").handle("resize", (task, context) -> context.result("small"))
                .handle("publish", (task, context) -> log.add(task.previous().orElseThrow().resultText()))
                .handle("remove", (task, context) -> log.add("removed"));
        assertThat(kit.runDue(worker)).isEqualTo(2);
        kit.queue("pictures").enqueued("resize", 1).scheduled(1);
        kit.restart();
        kit.advance(Duration.ofDays(30));
        kit.queue("pictures").ready(1);
        assertThat(kit.runDue(worker("pictures").handle("remove", (task, context) -> log.add("removed")))).isEqualTo(1);
        assertThat(log).containsExactly("small", "removed");
    }

    @Test
    void runDue_runsTheEndOfABatch() {
        Batch batch = kit.millrace().queue("ends").openBatch(Task.of("report", "all"));
        batch.addAll("mails", List.of(Task.of("mail", "a"), Task.of("mail", "b").maxAttempts(1)));
        batch.close();
        Worker.Builder worker = worker("mails", "ends").handle("mail", (task, context) -> {
            if (task.text().equals("b")) {
                throw new IllegalStateException("no");
            }
        })
                .handle("report", (task, context) -> {
                    BatchProgress end = BatchProgress.of(task).orElseThrow();
                    log.add(end.done() + " done, " + end.dead() + " dead");
                });
        assertThat(kit.runDue(worker)).isEqualTo(3);
        assertThat(log).containsExactly("1 done, 1 dead");
        assertThat(batch.progress().isOver()).isTrue();
        kit.queue("ends").isEmpty();
    }

    @Test
    void advance_deliversWhatHasGathered() {
        kit.millrace().queue("notices").groups(QueueGroups.DEFAULTS.grace(Duration.ofMinutes(5)).maxSize(3));
        Worker.Builder worker = worker("notices").handleOthers((task, context) -> log.add("" + task.texts()));
        kit.millrace().queue("notices").enqueue(Task.of("digest", "a").group("ada"));
        kit.advance(Duration.ofMinutes(4));
        kit.millrace().queue("notices").enqueue(Task.of("digest", "b").group("ada"));
        kit.advance(Duration.ofMinutes(4));
        assertThat(kit.runDue(worker)).as("another one may come").isZero();
        kit.queue("notices").scheduled(2);
        kit.advance(Duration.ofMinutes(1));
        kit.queue("notices").ready(1);
        assertThat(kit.runDue(worker)).isEqualTo(1);
        for (String text : List.of("c", "d", "e")) {
            kit.millrace().queue("notices").enqueue(Task.of("digest", text).group("ada"));
        }
        assertThat(kit.runDue(worker)).as("it is full").isEqualTo(1);
        assertThat(log).containsExactly("[a, b]", "[c, d, e]");
    }
}
