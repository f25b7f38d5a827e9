package dev.millrace.door.http;

import dev.millrace.net.http.HttpExchange;
import dev.millrace.net.http.HttpHandler;
import dev.millrace.net.http.Router;
import dev.millrace.node.Broker;
import dev.millrace.node.GroupStats;
import dev.millrace.node.TopicStats;
import dev.millrace.node.tasks.QueueLimits;
import dev.millrace.node.tasks.Tasks;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Task queues: their figures, limits and pauses. */
final class QueueRoutes {
    private static final int MAX_BODY_BYTES = 64 << 10;
    private static final int MAX_PAGE = 1_000;

    private final Broker broker;
    private final Access access;

    QueueRoutes(Broker broker, Access access) {
        this.broker = broker;
        this.access = access;
    }

    void addTo(Router router) {
        String queue = "/api/v1/queues/{queue}";
        router.add("GET", "/api/v1/queues", this::list);
        router.add("PUT", queue, this::create);
        router.add("GET", queue, this::show);
        router.add("DELETE", queue, access.withToken(exchange -> {
            String name = Names.queue(exchange);
            find(broker, name);
            Answers.await(broker.deleteTopic(name));
            exchange.send(204);
        }));
        router.add("PUT", queue + "/limits", this::setLimits);
        router.add("POST", queue + "/pause", pause(true));
        router.add("POST", queue + "/resume", pause(false));
    }

    /** The queue's figures; 404 when there is none of this name. */
    static GroupStats find(Broker broker, String queue) {
        List<TopicStats> found = Answers.await(broker.stats(queue));
        if (found.isEmpty()) {
            throw Problems.notFound("there is no queue '" + queue + "'; enqueueing makes it");
        }
        if (!found.getFirst().tracked()) {
            throw Problems.notFound("'" + queue + "' is a topic, not a task queue; see /api/v1/topics/" + queue);
        }
        return workers(found.getFirst());
    }

    /** The figures of a queue that was there; null if it is gone or no queue any more. */
    static @Nullable GroupStats findOrNull(Broker broker, String queue) {
        return Answers.await(broker.stats(queue))
                .stream()
                .filter(TopicStats::tracked)
                .flatMap(topic -> topic.groups().stream())
                .filter(group -> group.name().equals(Tasks.GROUP))
                .findFirst()
                .orElse(null);
    }

    private static GroupStats workers(TopicStats topic) {
        return topic.groups()
                .stream()
                .filter(group -> group.name().equals(Tasks.GROUP))
                .findFirst()
                .orElseThrow(() -> Problems.notFound("queue '" + topic.name() + "' has lost its group "
                        + Tasks.GROUP + "; enqueueing makes it anew"));
    }

    private void list(HttpExchange exchange) {
        int limit = (int) Queries.number(exchange, "limit", 100, 1, MAX_PAGE);
        String after = exchange.query("after");
        List<TopicStats> page = Answers.await(broker.stats(null))
                .stream()
                .filter(topic -> topic.tracked()
                        && topic.groups().stream().anyMatch(group -> group.name().equals(Tasks.GROUP)))
                .filter(topic -> after == null || topic.name().compareTo(after) > 0)
                .limit(limit + 1L)
                .toList();
        ObjectNode answer = Json.object();
        ArrayNode queues = answer.putArray("queues");
        page.stream().limit(limit).forEach(topic -> queues.add(figures(topic.name(), workers(topic))));
        answer.put("next", page.size() > limit ? page.get(limit - 1).name() : null);
        Json.send(exchange, 200, answer);
    }

    static ObjectNode figures(String queue, GroupStats workers) {
        return StatsJson.of(workers).put("name", queue);
    }

    private void show(HttpExchange exchange) {
        String queue = Names.queue(exchange);
        ObjectNode json = figures(queue, find(broker, queue));
        json.set("limits", TaskJson.of(Answers.await(broker.tasks().limits(queue))));
        Json.send(exchange, 200, json);
    }

    private void create(HttpExchange exchange) throws IOException {
        String queue = Names.queue(exchange);
        JsonInput input = JsonInput.of(exchange, MAX_BODY_BYTES);
        QueueLimits limits = input.has("limits") ? TaskRequest.limits(input.object("limits")) : null;
        input.end();
        boolean created = Answers.await(broker.tasks().createQueue(queue));
        if (limits != null) {
            Answers.await(broker.tasks().limits(queue, limits));
        }
        Json.send(exchange, created ? 201 : 200, Json.object().put("name", queue).put("created", created));
    }

    private void setLimits(HttpExchange exchange) throws IOException {
        String queue = Names.queue(exchange);
        QueueLimits limits = TaskRequest.limits(JsonInput.of(exchange, MAX_BODY_BYTES));
        find(broker, queue);
        Answers.await(broker.tasks().limits(queue, limits));
        exchange.send(204);
    }

    private HttpHandler pause(boolean paused) {
        return exchange -> {
            JsonInput.of(exchange, MAX_BODY_BYTES).end();
            String queue = Names.queue(exchange);
            find(broker, queue);
            Answers.await(broker.pauseGroup(queue, Tasks.GROUP, paused));
            exchange.send(204);
        };
    }
}
