package dev.millrace.door.http;

import dev.millrace.net.http.HttpExchange;
import dev.millrace.net.http.HttpHandler;
import dev.millrace.net.http.Router;
import dev.millrace.node.Broker;
import dev.millrace.node.GroupStats;
import dev.millrace.node.TopicStats;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Topics, and the figures of all. */
final class TopicRoutes {
    private static final int MAX_BODY_BYTES = 64 << 10;
    private static final int MAX_PAGE = 1_000;

    private final Broker broker;
    private final Access access;

    TopicRoutes(Broker broker, Access access) {
        this.broker = broker;
        this.access = access;
    }

    void addTo(Router router) {
        router.add("GET", "/api/v1/topics", this::list);
        router.add("POST", "/api/v1/topics", this::create);
        router.add("GET", "/api/v1/topics/{topic}", exchange -> Json.send(exchange, 200, StatsJson.of(find(exchange))));
        router.add("DELETE", "/api/v1/topics/{topic}", access.withToken(exchange -> {
            Answers.await(broker.deleteTopic(find(exchange).name()));
            exchange.send(204);
        }));
        router.add("POST", "/api/v1/topics/{topic}/empty", access.withToken(change(Broker::emptyTopic)));
        router.add("POST", "/api/v1/topics/{topic}/pause", change((to, topic) -> to.pauseTopic(topic, true)));
        router.add("POST", "/api/v1/topics/{topic}/resume", change((to, topic) -> to.pauseTopic(topic, false)));
        router.add("GET", "/api/v1/stats", this::stats);
    }

    private HttpHandler change(BiFunction<Broker, String, CompletableFuture<Void>> what) {
        return exchange -> {
            JsonInput.of(exchange, MAX_BODY_BYTES).end();
            Answers.await(what.apply(broker, find(exchange).name()));
            exchange.send(204);
        };
    }

    private TopicStats find(HttpExchange exchange) {
        return find(broker, Names.topic(exchange));
    }

    static TopicStats find(Broker broker, String topic) {
        List<TopicStats> found = Answers.await(broker.stats(topic));
        if (found.isEmpty()) {
            throw Problems.notFound("there is no topic '" + topic + "'");
        }
        return found.getFirst();
    }

    private void list(HttpExchange exchange) {
        int limit = (int) Queries.number(exchange, "limit", 100, 1, MAX_PAGE);
        String after = exchange.query("after");
        List<TopicStats> page = Answers.await(broker.stats(null))
                .stream()
                .filter(topic -> after == null || topic.name().compareTo(after) > 0)
                .limit(limit + 1L)
                .toList();
        ObjectNode answer = Json.object();
        ArrayNode topics = answer.putArray("topics");
        page.stream().limit(limit).forEach(topic -> topics.add(StatsJson.of(topic)));
        answer.put("next", page.size() > limit ? page.get(limit - 1).name() : null);
        Json.send(exchange, 200, answer);
    }

    private void create(HttpExchange exchange) throws IOException {
        JsonInput input = JsonInput.of(exchange, MAX_BODY_BYTES);
        String name = Names.check("topic", input.text("name"));
        input.end();
        boolean created = Answers.await(broker.createTopic(name));
        ObjectNode answer = Json.object();
        answer.put("name", name);
        answer.put("created", created);
        Json.send(exchange, created ? 201 : 200, answer);
    }

    /** Everything summed up, the two conservation laws checked, and a page of topics. */
    private void stats(HttpExchange exchange) {
        int limit = (int) Queries.number(exchange, "limit", MAX_PAGE, 1, MAX_PAGE);
        String after = exchange.query("after");
        List<TopicStats> all = Answers.await(broker.stats(null));
        ObjectNode answer = Json.object();
        ObjectNode totals = answer.putObject("totals");
        totals.put("topics", all.size());
        totals.put("accepted", all.stream().mapToLong(TopicStats::accepted).sum());
        totals.put("acceptedBytes", all.stream().mapToLong(TopicStats::acceptedBytes).sum());
        totals.put("scheduled", all.stream().mapToLong(TopicStats::scheduled).sum());
        totals.put("ready", groups(all).mapToLong(GroupStats::ready).sum());
        totals.put("leased", groups(all).mapToLong(GroupStats::leased).sum());
        totals.put("retrying", groups(all).mapToLong(GroupStats::retrying).sum());
        totals.put("done", groups(all).mapToLong(GroupStats::done).sum());
        totals.put("dead", groups(all).mapToLong(GroupStats::dead).sum());
        ObjectNode conservation = answer.putObject("conservation");
        ArrayNode broken = conservation.putArray("broken");
        for (TopicStats topic : all) {
            if (!StatsJson.conserved(topic)) {
                broken.add(topic.name());
            }
            topic.groups()
                    .stream()
                    .filter(group -> !StatsJson.conserved(group))
                    .forEach(group -> broken.add(topic.name() + ":" + group.name()));
        }
        conservation.put("holds", broken.isEmpty());
        ArrayNode topics = answer.putArray("topics");
        List<TopicStats> page = all.stream()
                .filter(topic -> after == null || topic.name().compareTo(after) > 0)
                .limit(limit + 1L)
                .toList();
        page.stream().limit(limit).forEach(topic -> topics.add(StatsJson.of(topic)));
        answer.put("next", page.size() > limit ? page.get(limit - 1).name() : null);
        Json.send(exchange, 200, answer);
    }

    private static Stream<GroupStats> groups(List<TopicStats> all) {
        return all.stream().flatMap(topic -> topic.groups().stream());
    }
}
