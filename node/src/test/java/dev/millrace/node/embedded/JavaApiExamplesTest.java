package dev.millrace.node.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.DeadLetter;
import dev.millrace.api.Delivery;
import dev.millrace.api.Group;
import dev.millrace.api.GroupStart;
import dev.millrace.api.GroupStats;
import dev.millrace.api.Message;
import dev.millrace.api.MessageId;
import dev.millrace.api.Millrace;
import dev.millrace.api.MillraceException;
import dev.millrace.api.Page;
import dev.millrace.api.RetryPolicy;
import dev.millrace.api.SkipRetry;
import dev.millrace.api.SubscribeOptions;
import dev.millrace.api.Subscription;
import dev.millrace.api.Topic;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples of docs/java-api.md, word for word. */
final class JavaApiExamplesTest {
    private static final int EXAMPLES = 13;
    private static final List<String> SOURCES = List.of(
            "src/test/java/dev/millrace/node/embedded/JavaApiExamplesTest.java",
            "src/test/java/dev/millrace/node/embedded/TaskExamplesTest.java",
            "../testkit/src/test/java/dev/millrace/testkit/MillraceKitTest.java",
            "../opentelemetry/src/test/java/dev/millrace/opentelemetry/TaskTracingTest.java");

    @TempDir java.nio.file.Path folder;
    private final BlockingQueue<String> sent = new LinkedBlockingQueue<>();
    private final BlockingQueue<Object> logged = new LinkedBlockingQueue<>();

    /** The examples open "data" in the folder of the test. */
    private static final class Path {
        private static final ThreadLocal<java.nio.file.Path> HERE = new ThreadLocal<>();

        static java.nio.file.Path of(String name) {
            return java.util.Objects.requireNonNull(HERE.get()).resolve(name);
        }
    }

    private void send(String order) {
        sent.add(order);
    }

    private void log(Object what) {
        logged.add(what);
    }

    private void bill(String order) throws IOException {
        if (order.equals("order 18")) {
            throw new IOException("no paper");
        }
        sent.add("bill of " + order);
    }

    private void later(String order) {
        logged.add("later: " + order);
    }

    private void look(String order) {
        logged.add("look: " + order);
    }

    private void stop(Exception why) {
        logged.add(why);
    }

    private static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
        return java.util.Objects.requireNonNull(queue.poll(30, TimeUnit.SECONDS), "nothing came");
    }

    @Test
    void page_showsTheExamples() throws IOException {
        String page = Files.readString(java.nio.file.Path.of("..", "docs", "java-api.md"))
                + Files.readString(java.nio.file.Path.of("..", "README.md"));
        StringBuilder source = new StringBuilder();
        for (String file : SOURCES) {
            source.append(squeeze(Files.readString(java.nio.file.Path.of(file))));
        }
        var examples = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(page);
        int found = 0;
        while (examples.find()) {
            assertThat(source.toString()).contains(squeeze(examples.group(1)));
            found++;
        }
        assertThat(found).isEqualTo(EXAMPLES);
    }

    private static String squeeze(String text) {
        return text.replaceAll("\\s+", "");
    }

    @Test
    void first() {
        Path.HERE.set(folder);
        try (Millrace m = Millrace.open(Path.of("data"))) {
            m.topic("orders").publish("order 17");
            m.topic("orders").group("mail").subscribe(order -> send(order.text()));
        }
        // Closed at once: either it was sent, or it waits.
        try (Millrace m = Millrace.open(Path.of("data"))) {
            GroupStats mail = m.topic("orders").group("mail").stats();
            assertThat(mail.done() + mail.ready()).isEqualTo(1);
            assertThat(sent).hasSize((int) mail.done());
        }
    }

    @Test
    void publishing() {
        try (Millrace m = Millrace.open(folder)) {
            Topic orders = m.topic("orders");
            MessageId id = orders.publish("order 17");
            orders.publish(Message.of("remind 17").delay(Duration.ofDays(3)));
            List<MessageId> ids = orders.publishAll(List.of(Message.of("order 18"), Message.of("order 19")));
            CompletableFuture<MessageId> later = orders.publishAsync(Message.of("order 20"));
            assertThat(later.join()).isGreaterThan(ids.get(1));
            assertThat(ids).hasSize(2).allMatch(one -> one.compareTo(id) > 0);
            assertThat(orders.stats().scheduled()).isEqualTo(1);
        }
    }

    @Test
    void consuming() throws InterruptedException {
        try (Millrace m = Millrace.open(folder)) {
            m.topic("orders").publishAll(List.of(Message.of("order 17"), Message.of(" ")));
            SubscribeOptions options = SubscribeOptions.defaults()
                    .concurrency(8)
                    .lease(Duration.ofSeconds(30))
                    .timeout(Duration.ofMinutes(1))
                    .backoff(Duration.ofSeconds(1), Duration.ofMinutes(10));
            Subscription subscription = m.topic("orders").group("mail").subscribe(options, order -> {
                if (order.text().isBlank()) {
                    throw new SkipRetry("an order without text"); // a dead letter at once
                }
                send(order.text());
            });
            assertThat(next(sent)).isEqualTo("order 17");
            subscription.close();
            assertThat(m.topic("orders").group("mail").stats().done()).isEqualTo(1);
        }
    }

    @Test
    void pulling() {
        try (Millrace m = Millrace.open(folder)) {
            m.topic("orders").publishAll(List.of(Message.of("order 17"), Message.of("order 18")));
            for (Delivery order : m.topic("orders")
                    .group("billing")
                    .pull(10, Duration.ofSeconds(5), Duration.ofMinutes(1))) {
                try {
                    bill(order.text());
                    order.ack();
                } catch (IOException e) {
                    order.retry(Duration.ofSeconds(30), "cannot bill: " + e);
                }
            }
            assertThat(sent).containsExactly("bill of order 17");
            assertThat(m.topic("orders").group("billing").stats().retrying()).isEqualTo(1);
        }
    }

    @Test
    void administration() {
        try (Millrace m = Millrace.open(folder)) {
            m.topic("orders").publish("order 17");
            Delivery poison = m.topic("orders")
                    .group("mail")
                    .pull(1, Duration.ofSeconds(30), Duration.ofMinutes(1))
                    .getFirst();
            poison.bury("no such customer");
            Group mail = m.topic("orders").group("mail");
            mail.create(GroupStart.EARLIEST);
            mail.retryPolicy(new RetryPolicy(5, Duration.ofSeconds(1), Duration.ofMinutes(10)));
            mail.pause();
            GroupStats stats = mail.stats();
            mail.resume();
            Page<DeadLetter> dead = mail.deadLetters().list();
            dead.items().forEach(letter -> log(letter.id() + ": " + letter.error()));
            mail.deadLetters().replayAll();
            assertThat(stats.paused()).isTrue();
            assertThat(logged).containsExactly(poison.id() + ": no such customer");
            assertThat(mail.stats().ready()).isEqualTo(1);
        }
    }

    @Test
    void errors() {
        Millrace m = Millrace.open(folder);
        tryToPublish(m);
        assertThat(m.topic("orders").stats().accepted()).isEqualTo(1);
        m.close();
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> tryToPublish(m))
                .isInstanceOf(MillraceException.Closed.class);
        assertThat(logged).isEmpty();
    }

    private void tryToPublish(Millrace m) {
        try {
            m.topic("orders").publish("order 21");
        } catch (MillraceException e) {
            switch (e.category()) {
                case CALLER -> throw e; // the call is wrong; nothing was done
                case RETRY -> later("order 21"); // nothing was done
                case UNKNOWN_OUTCOME -> look("order 21"); // it may have been done
                case FATAL -> stop(e); // an operator has to act
            }
        }
    }
}
