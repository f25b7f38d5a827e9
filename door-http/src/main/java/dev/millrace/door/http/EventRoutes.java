package dev.millrace.door.http;

import dev.millrace.net.http.BodyWriter;
import dev.millrace.net.http.HttpExchange;
import dev.millrace.net.http.HttpFailure;
import dev.millrace.net.http.Router;
import dev.millrace.node.Broker;
import dev.millrace.node.GroupStats;
import dev.millrace.node.TopicStats;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Live figures as server-sent events: first as they stand, then, every so often, what changed. A look without a change
 * sends an empty comment, so that both sides know that the other is there. A stream ends when the client goes, when the
 * server stops, and when there is nothing more to tell.
 */
final class EventRoutes {
    static final int MAX_STREAMS = 64;
    private static final String TYPE = "text/event-stream";
    private static final long MIN_INTERVAL_MILLIS = 250;
    private static final long MAX_INTERVAL_MILLIS = 15_000;
    private static final long DEFAULT_INTERVAL_MILLIS = 1_000;

    /** What a stream tells. */
    private interface Source {
        /** Adds what is new; false when that was the last. */
        boolean look(Events to);
    }

    /** Events on their way out. */
    private static final class Events {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        void add(String event, ObjectNode data) {
            bytes.writeBytes(("event: " + event + "\ndata: ").getBytes(StandardCharsets.UTF_8));
            bytes.writeBytes(Json.bytes(data)); // JSON as it is written here has no line ends
            bytes.writeBytes("\n\n".getBytes(StandardCharsets.UTF_8));
        }

        /** In one write; an empty comment if there is nothing. */
        void send(BodyWriter out) throws IOException {
            out.write(bytes.size() == 0 ? ":\n\n".getBytes(StandardCharsets.UTF_8) : bytes.toByteArray());
            bytes.reset();
        }
    }

    private final Broker broker;
    private final Semaphore free = new Semaphore(MAX_STREAMS);
    private final ReentrantLock looking = new ReentrantLock();
    private List<TopicStats> seen = List.of();
    private long seenNanos = System.nanoTime() - TimeUnit.MINUTES.toNanos(1);

    EventRoutes(Broker broker) {
        this.broker = broker;
    }

    void addTo(Router router) {
        router.add("GET", "/api/v1/events", exchange -> {
            TopicChanges changes = new TopicChanges();
            stream(exchange, to -> {
                changes.since(all(), data -> to.add("topics", data));
                return true;
            });
        });
        router.add("GET", "/api/v1/queues/{queue}/events", exchange -> {
            String queue = Names.queue(exchange);
            QueueRoutes.find(broker, queue);
            stream(exchange, new QueueSource(broker, queue));
        });
    }

    /** All topics, looked at once for all streams that ask within the shortest interval. */
    private List<TopicStats> all() {
        looking.lock();
        try {
            if (System.nanoTime() - seenNanos >= TimeUnit.MILLISECONDS.toNanos(MIN_INTERVAL_MILLIS)) {
                seen = List.copyOf(Answers.await(broker.stats(null)));
                seenNanos = System.nanoTime();
            }
            return seen;
        } finally {
            looking.unlock();
        }
    }

    private void stream(HttpExchange exchange, Source source) throws IOException {
        long interval = Queries.number(exchange, "intervalMillis", DEFAULT_INTERVAL_MILLIS, MIN_INTERVAL_MILLIS,
                MAX_INTERVAL_MILLIS);
        if (exchange.method().equals("HEAD")) {
            exchange.send(200, TYPE, new byte[0]);
            return;
        }
        if (!free.tryAcquire()) {
            throw new HttpFailure(429, Problems.OVERLOADED, MAX_STREAMS + " streams of events are open, and no more are"
                    + " allowed; close one, or ask /api/v1/stats now and then");
        }
        CompletableFuture<Void> over = new CompletableFuture<>();
        exchange.onDisconnect(() -> over.complete(null));
        exchange.onDrain(() -> over.complete(null));
        try (BodyWriter out = exchange.stream(200, TYPE)) {
            Events events = new Events();
            boolean more;
            do {
                more = look(source, events);
                events.send(out);
            } while (more && !within(over, interval));
        } finally {
            free.release();
        }
    }

    /** The answer has begun, so a problem is an event, too, and the last one. */
    private static boolean look(Source source, Events events) {
        try {
            return source.look(events);
        } catch (HttpFailure e) {
            events.add("problem", Problems.document(e));
            return false;
        }
    }

    private static boolean within(CompletableFuture<Void> over, long millis) {
        try {
            over.get(millis, TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("nobody fails this", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** One queue; its last event says that it is gone. */
    private static final class QueueSource implements Source {
        private final Broker broker;
        private final String queue;
        private @Nullable GroupStats before;

        QueueSource(Broker broker, String queue) {
            this.broker = broker;
            this.queue = queue;
        }

        @Override
        public boolean look(Events to) {
            GroupStats now = QueueRoutes.findOrNull(broker, queue);
            if (now == null) {
                to.add("gone", Json.object().put("name", queue));
                return false;
            }
            if (!now.equals(before)) {
                to.add("queue", QueueRoutes.figures(queue, now));
                before = now;
            }
            return true;
        }
    }
}
