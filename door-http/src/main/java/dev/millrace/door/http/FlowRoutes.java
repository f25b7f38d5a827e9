package dev.millrace.door.http;

import dev.millrace.net.http.HttpExchange;
import dev.millrace.net.http.HttpFailure;
import dev.millrace.net.http.Router;
import dev.millrace.node.Broker;
import dev.millrace.node.tasks.BatchFilter;
import dev.millrace.node.tasks.BatchInfo;
import dev.millrace.node.tasks.BatchPage;
import dev.millrace.node.tasks.Enqueued;
import dev.millrace.node.tasks.GroupPage;
import dev.millrace.node.tasks.QueueGroups;
import dev.millrace.node.tasks.TaskFlows;
import dev.millrace.node.tasks.TaskSpec;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;

/** Batches, and when the tasks of a group are delivered together. */
final class FlowRoutes {
    private static final int MAX_BODY_BYTES = 64 << 10;
    private static final long MAX_WAIT_MILLIS = 60_000;
    private static final int DEFAULT_PAGE = 100;
    private static final int MAX_PAGE = 1_000;

    private final Broker broker;
    private final HttpDoorOptions options;
    private final Budget budget;

    FlowRoutes(Broker broker, Budget budget, HttpDoorOptions options) {
        this.broker = broker;
        this.options = options;
        this.budget = budget;
    }

    void addTo(Router router) {
        String queue = "/api/v1/queues/{queue}";
        router.add("PUT", queue + "/groups", this::setGroups);
        router.add("GET", queue + "/groups", this::groups);
        router.add("GET", queue + "/groups/waiting", this::waiting);
        router.add("POST", queue + "/batches", this::open);
        router.add("GET", queue + "/batches", this::list);
        router.add("GET", queue + "/batches/{id}", this::show);
        router.add("POST", queue + "/batches/{id}/close", this::close);
    }

    private TaskFlows flows() {
        return broker.tasks().flows();
    }

    private void setGroups(HttpExchange exchange) throws IOException {
        String queue = Names.queue(exchange);
        QueueGroups groups = FlowRequest.groups(JsonInput.of(exchange, MAX_BODY_BYTES));
        QueueRoutes.find(broker, queue);
        Answers.await(flows().groups(queue, groups));
        exchange.send(204);
    }

    private void groups(HttpExchange exchange) {
        String queue = Names.queue(exchange);
        QueueRoutes.find(broker, queue);
        Json.send(exchange, 200, FlowJson.of(Answers.await(flows().groups(queue))));
    }

    private void waiting(HttpExchange exchange) {
        String queue = Names.queue(exchange);
        int limit = (int) Queries.number(exchange, "limit", DEFAULT_PAGE, 1, MAX_PAGE);
        String after = exchange.query("after");
        QueueRoutes.find(broker, queue);
        GroupPage page = Answers.await(flows()
                .waiting(queue, after == null ? 0 : MessageJson.parse("cursor", after), limit));
        Json.send(exchange, 200, FlowJson.of(page));
    }

    /** The body is the task that is enqueued when all is over, or says that none is. */
    private void open(HttpExchange exchange) throws IOException, InterruptedException {
        String queue = Names.queue(exchange);
        JsonInput.requireJson(exchange);
        long declared = exchange.contentLength();
        int limit = options.maxRequestBytes();
        try (Budget.Share _ = budget.take(2 * (declared < 0 ? limit : Math.min(declared, limit)))) {
            Enqueued opened = Answers.await(open(exchange, queue, JsonInput.large(exchange, limit)));
            if (!opened.refusal().isEmpty()) {
                throw TaskRoutes.refused(opened, "the batch was not opened: " + opened.refusal());
            }
            Json.send(exchange, opened.duplicate() ? 200 : 201,
                    FlowJson.of(new TaskSpec.BatchRef(queue, opened.id())).put("duplicate", opened.duplicate()));
        }
    }

    private CompletableFuture<Enqueued> open(HttpExchange exchange, String queue, JsonInput input) {
        if (input.flag("silent")) {
            input.end();
            return flows().openBatch(queue);
        }
        List<TaskSpec> tasks = TraceContext.apply(exchange,
                TaskRequest.read(input, queue, options.maxMessageBytes()));
        if (tasks.size() != 1) {
            throw new HttpFailure(400, "INVALID", "a batch has one task that is enqueued when it is over, not "
                    + tasks.size());
        }
        return flows().openBatch(queue, tasks.getFirst());
    }

    private void list(HttpExchange exchange) {
        String queue = Names.queue(exchange);
        BatchFilter which = FlowRequest.batches(exchange.query("state"));
        int limit = (int) Queries.number(exchange, "limit", DEFAULT_PAGE, 1, MAX_PAGE);
        String after = exchange.query("after");
        QueueRoutes.find(broker, queue);
        BatchPage page = Answers.await(flows()
                .batches(queue, which, after == null ? 0 : MessageJson.parse("cursor", after), limit));
        Json.send(exchange, 200, FlowJson.of(page));
    }

    private static TaskSpec.BatchRef batch(HttpExchange exchange) {
        return new TaskSpec.BatchRef(Names.queue(exchange), MessageJson.parse("batch id", exchange.parameter("id")));
    }

    private static HttpFailure missing(TaskSpec.BatchRef batch) {
        return Problems.notFound(TaskFlows.missing(batch));
    }

    private void show(HttpExchange exchange) {
        TaskSpec.BatchRef batch = batch(exchange);
        long waitMillis = Queries.number(exchange, "waitMillis", 0, 0, MAX_WAIT_MILLIS);
        QueueRoutes.find(broker, batch.queue());
        BatchInfo info = over(exchange, batch, waitMillis).orElseThrow(() -> missing(batch));
        Json.send(exchange, 200, FlowJson.of(info));
    }

    /** As it stands when it is over, the time is up, the client goes away or the server stops. */
    private Optional<BatchInfo> over(HttpExchange exchange, TaskSpec.BatchRef batch, long waitMillis) {
        CompletableFuture<Optional<BatchInfo>> waiting = flows().batch(batch, Duration.ofMillis(waitMillis));
        exchange.onDisconnect(() -> waiting.cancel(false));
        exchange.onDrain(() -> waiting.cancel(false));
        try {
            return Answers.awaitBulk(waiting);
        } catch (CancellationException e) {
            return Answers.await(flows().batch(batch));
        }
    }

    private void close(HttpExchange exchange) throws IOException {
        JsonInput.of(exchange, MAX_BODY_BYTES).end();
        TaskSpec.BatchRef batch = batch(exchange);
        QueueRoutes.find(broker, batch.queue());
        if (!Answers.await(flows().closeBatch(batch))) {
            throw missing(batch);
        }
        exchange.send(204);
    }
}
