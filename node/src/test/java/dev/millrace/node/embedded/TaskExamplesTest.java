package dev.millrace.node.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.MessageId;
import dev.millrace.api.Millrace;
import dev.millrace.api.Snooze;
import dev.millrace.api.task.AfterFailure;
import dev.millrace.api.task.Batch;
import dev.millrace.api.task.BatchProgress;
import dev.millrace.api.task.Enqueued;
import dev.millrace.api.task.PreviousResult;
import dev.millrace.api.task.QueueGroups;
import dev.millrace.api.task.QueueLimits;
import dev.millrace.api.task.QueueStats;
import dev.millrace.api.task.Task;
import dev.millrace.api.task.TaskAction;
import dev.millrace.api.task.TaskInfo;
import dev.millrace.api.task.TaskQueue;
import dev.millrace.api.task.TaskState;
import dev.millrace.api.task.Worker;
import java.net.ConnectException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples on tasks of docs/java-api.md, word for word. */
final class TaskExamplesTest {
    @TempDir Path folder;
    private Millrace m;
    private final BlockingQueue<String> sent = new LinkedBlockingQueue<>();

    @BeforeEach
    void open() {
        m = Millrace.open(folder);
    }

    @AfterEach
    void close() {
        m.close();
    }

    private String send(String what) throws ConnectException {
        if (what.equals("user 18")) {
            throw new ConnectException("smtp");
        }
        sent.add(what);
        return "mail to " + what;
    }

    private void log(Object what) {
        sent.add(String.valueOf(what));
    }

    /** As {@link java.nio.file.Path}, in the folder of the test. */
    private record Folder(Path path) {
        Path of(String name) {
            return path.resolve(name);
        }
    }

    private void serve(Worker worker) {
        sent.add("healthy " + worker.health().isHealthy());
    }

    @Test
    void readme() {
        Folder Path = new Folder(folder.resolve("other"));
        try (Millrace m = Millrace.open(Path.of("data"));
                Worker worker = m.worker()
                        .queue("mails")
                        .concurrency(10)
                        .handle("welcome", (task, context) -> send(task.text())) // tried again when it throws
                        .start()) {
            m.queue("mails").enqueue(Task.of("welcome", "user 17").delay(Duration.ofMinutes(5)).maxAttempts(10));
            serve(worker);
        }
        assertThat(sent).containsExactly("healthy true");
    }

    private static String next(BlockingQueue<String> queue) throws InterruptedException {
        return Objects.requireNonNull(queue.poll(30, TimeUnit.SECONDS), "nothing came");
    }

    @Test
    void enqueueing() {
        TaskQueue mails = m.queue("mails");
        mails.enqueue(Task.of("welcome", "user 17"));
        mails.enqueue(Task.of("remind", "user 17").delay(Duration.ofDays(3)).priority(7).maxAttempts(5));
        Enqueued once = mails.enqueue(Task.of("digest", "user 17")
                .uniqueUntilDone("digest 17")
                .timeout(Duration.ofMinutes(1))
                .retention(Duration.ofDays(7)));
        assertThat(once.duplicate()).isFalse();
        assertThat(mails.enqueue(Task.of("digest", "user 17").uniqueUntilDone("digest 17")).id()).isEqualTo(once.id());
        assertThat(mails.stats().ready()).isEqualTo(2);
    }

    @Test
    void working() throws InterruptedException {
        m.queue("mails").enqueue(Task.of("welcome", "user 17").retention(Duration.ofDays(1)));
        m.queue("mails").enqueue(Task.of("welcome", "user 18"));
        m.queue("mails").enqueue(Task.of("remind", "user 19"));
        Worker worker = m.worker()
                .queue("critical", 3)
                .queue("mails", 1)
                .concurrency(10)
                .handle("welcome", (task, context) -> {
                    context.progress(50, "written");
                    context.result(send(task.text()));
                })
                .handle("remind", (task, context) -> {
                    throw new Snooze(Duration.ofHours(1)); // not now, and no failure
                })
                .onFailure((task, context, error) -> error instanceof ConnectException
                        ? AfterFailure.retryIn(Duration.ofMinutes(2))
                        : AfterFailure.retry())
                .start();
        assertThat(next(sent)).isEqualTo("user 17");
        awaitRetrying(2);
        worker.close();
        assertThat(m.queue("mails").list(TaskState.DONE, "", 1).items().getFirst().output().resultText())
                .isEqualTo("mail to user 17");
    }

    private void awaitRetrying(long count) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        QueueStats stats = m.queue("mails").stats();
        while (stats.retrying() < count) {
            assertThat(System.nanoTime()).as("%s", stats).isLessThan(deadline);
            stats = m.queue("mails").stats(); // each asks the shard's owner
        }
    }

    @Test
    void operating() {
        TaskQueue mails = m.queue("mails");
        MessageId id = mails.enqueue(Task.of("welcome", "user 17").delay(Duration.ofDays(1))).id();
        TaskInfo info = mails.task(id).orElseThrow();
        log(info.state() + " until " + info.times().until().orElseThrow() + ", " + info.output().percent() + " %");
        mails.runNow(id); // or cancel, archive, redrive, delete
        mails.list(TaskState.DEAD, "", 100).items().forEach(dead -> log(dead.history()));
        mails.allAsync(TaskState.DEAD, TaskAction.REDRIVE, done -> log(done + " so far")).join();
        mails.limits(QueueLimits.NONE.concurrencyPerKey(2).ratePerKey(100, Duration.ofSeconds(1)));
        mails.pause();
        assertThat(mails.stats().ready()).isEqualTo(1);
        assertThat(mails.stats().paused()).isTrue();
        assertThat(sent.poll()).startsWith("SCHEDULED until ");
    }

    @Test
    void flows() throws InterruptedException {
        m.queue("pictures")
                .enqueue(Task.of("resize", "cat.png")
                        .then("pages", Task.of("publish", "cat.html").maxAttempts(3), PreviousResult.HEADER)
                        .then("mails", Task.of("tell", "Ada")));

        Batch batch = m.queue("summaries").openBatch(Task.of("report", "the mails are out"));
        batch.add("letters", Task.of("mail", "to Ada"));
        batch.addAll("letters", List.of(Task.of("mail", "to Bob"), Task.of("mail", "to Eve")));
        batch.close();

        m.queue("notices").groups(QueueGroups.DEFAULTS.maxSize(100).grace(Duration.ofSeconds(30)));
        m.queue("notices").enqueue(Task.of("digest", "news 1").group("user 7"));

        Worker worker = m.worker()
                .queue("pictures")
                .queue("pages")
                .queue("letters")
                .queue("summaries")
                .queue("notices")
                .handle("resize", (task, context) -> context.result("cat-small.png"))
                .handle("publish", (task, context) -> log(task.text() + " with "
                        + task.previous().orElseThrow().resultText()))
                .handle("mail", (task, context) -> send(task.text()))
                .handle("report", (task, context) -> log(BatchProgress.of(task).orElseThrow().done()
                        + " mails are out"))
                .handle("digest", (task, context) -> log(task.flow().group() + ": " + task.texts()))
                .start();
        BatchProgress end = batch.await(Duration.ofMinutes(10));
        assertThat(end.done()).isEqualTo(3);
        assertThat(List.of(next(sent), next(sent), next(sent), next(sent), next(sent))).containsExactlyInAnyOrder(
                "to Ada", "to Bob", "to Eve", "3 mails are out", "cat.html with cat-small.png");
        worker.close();
    }
}
