package dev.millrace.interop.java;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.interop.java.JavaClient.Subscription;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What every client of NSQ may rely on, once for each client. One server serves all tests of a class. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class JavaClientContract {
    private static final int WAIT_SECONDS = 60;
    private static final int LONG_TIMEOUT_MILLIS = 60_000;

    private static final AtomicInteger TOPICS = new AtomicInteger();

    private NsqServer server;
    private JavaClient client;
    private String topic;
    private final BlockingQueue<Delivery> deliveries = new LinkedBlockingQueue<>();

    abstract JavaClient connect(NsqServer server);

    @BeforeAll
    void startServer(@TempDir Path dir) throws IOException {
        server = NsqServer.start(dir.resolve("data"));
    }

    @AfterAll
    void stopServer() {
        server.close();
    }

    @BeforeEach
    void connect() {
        topic = "interop_" + getClass().getSimpleName() + "_" + ProcessHandle.current().pid() + "_"
                + TOPICS.incrementAndGet();
        deliveries.clear();
        client = connect(server);
    }

    @AfterEach
    void disconnect() throws Exception {
        client.close();
    }

    private Subscription to(Consumer<Delivery> handler) {
        return new Subscription(topic, "ch", handler);
    }

    private Delivery next() throws InterruptedException {
        Delivery delivery = deliveries.poll(WAIT_SECONDS, TimeUnit.SECONDS);
        assertThat(delivery).as("a message within " + WAIT_SECONDS + " s").isNotNull();
        return delivery;
    }

    private List<String> nextBodies(int count) throws InterruptedException {
        List<String> bodies = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            bodies.add(next().body());
        }
        return bodies;
    }

    private static List<String> bodies(int count) {
        return IntStream.range(0, count).mapToObj(i -> "message " + i + " " + "x".repeat(i)).toList();
    }

    private void finishAndTake(Delivery delivery) {
        delivery.finish();
        deliveries.add(delivery);
    }

    @Test
    void publish_oneByOne_eachArrivesOnceAndIsFinished() throws Exception {
        List<String> bodies = bodies(200);
        for (String body : bodies) {
            client.publish(topic, body);
        }
        client.subscribe(server.tcp(), to(this::finishAndTake), LONG_TIMEOUT_MILLIS);
        assertThat(nextBodies(bodies.size())).containsExactlyInAnyOrderElementsOf(bodies);
        awaitChannelDone();
        assertThat(server.channelFigure(topic, "message_count")).isEqualTo(bodies.size());
        assertThat(server.channelFigure(topic, "timeout_count")).isZero();
        assertThat(deliveries).isEmpty();
    }

    /** The FINs are on their way when the last message is here; a message published now is delivered after them. */
    private void awaitChannelDone() throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
        while (server.channelFigure(topic, "in_flight_count") + server.channelFigure(topic, "depth") > 0) {
            assertThat(System.nanoTime() - deadline).as("all is finished within " + WAIT_SECONDS + " s").isNegative();
        }
    }

    @Test
    void publish_manyAtOnce_allArrive() throws Exception {
        List<String> bodies = bodies(500);
        client.subscribe(server.tcp(), to(this::finishAndTake), LONG_TIMEOUT_MILLIS);
        client.publishAll(topic, bodies);
        assertThat(nextBodies(bodies.size())).containsExactlyInAnyOrderElementsOf(bodies);
    }

    @Test
    void requeue_withDelay_comesAgainNotEarlierWithItsAttempts() throws Exception {
        client.publish(topic, "again");
        client.subscribe(server.tcp(), to(deliveries::add), LONG_TIMEOUT_MILLIS);
        Delivery first = next();
        assertThat(first.attempts()).isEqualTo(1);
        long requeued = System.nanoTime();
        first.requeue(700);
        Delivery second = next();
        assertThat(second.body()).isEqualTo("again");
        assertThat(second.attempts()).isEqualTo(2);
        assertThat(System.nanoTime() - requeued).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(700));
        second.finish();
    }

    @Test
    void answerThatNeverComes_messageComesAgain() throws Exception {
        client.publish(topic, "forgotten");
        client.subscribe(server.tcp(), to(deliveries::add), 1_000);
        assertThat(next().attempts()).isEqualTo(1);
        Delivery second = next();
        assertThat(second.attempts()).isEqualTo(2);
        second.finish();
    }

    @Test
    void touch_beyondTheTimeout_messageIsNotDeliveredAgain() throws Exception {
        client.publish(topic, "long work");
        client.subscribe(server.tcp(), to(deliveries::add), 1_500);
        Delivery delivery = next();
        try (ScheduledExecutorService worker = Executors.newSingleThreadScheduledExecutor()) {
            AtomicInteger touches = new AtomicInteger();
            Future<?> touching = worker.scheduleAtFixedRate(() -> {
                if (touches.incrementAndGet() <= 8) {
                    delivery.touch();
                } else {
                    delivery.finish();
                    worker.shutdown();
                }
            }, 400, 400, TimeUnit.MILLISECONDS);
            assertThat(worker.awaitTermination(WAIT_SECONDS, TimeUnit.SECONDS)).as("touching: %s", touching.state())
                    .isTrue();
        }
        awaitChannelDone();
        assertThat(server.channelFigure(topic, "timeout_count")).isZero();
        assertThat(deliveries).isEmpty();
    }

    @Test
    void publishDeferred_isNotEarly() throws Exception {
        client.subscribe(server.tcp(), to(this::finishAndTake), LONG_TIMEOUT_MILLIS);
        long published = System.nanoTime();
        client.publishDeferred(topic, "later", 700);
        assertThat(next().body()).isEqualTo("later");
        assertThat(System.nanoTime() - published).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(700));
    }

    @Test
    void subscribeByLookup_findsTheServer() throws Exception {
        client.publish(topic, "found");
        client.subscribeByLookup(server.lookup(), to(this::finishAndTake));
        assertThat(next().body()).isEqualTo("found");
    }
}
