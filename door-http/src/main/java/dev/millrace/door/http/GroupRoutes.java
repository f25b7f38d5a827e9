package dev.millrace.door.http;

import dev.millrace.net.http.HttpExchange;
import dev.millrace.net.http.HttpHandler;
import dev.millrace.net.http.Router;
import dev.millrace.node.Broker;
import dev.millrace.node.GroupStart;
import dev.millrace.node.GroupStats;
import dev.millrace.node.RetryPolicy;
import dev.millrace.node.TopicStats;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Groups of a topic and their retry policies. */
final class GroupRoutes {
    private static final int MAX_BODY_BYTES = 64 << 10;
    private static final int MAX_PAGE = 1_000;
    static final long MAX_BACKOFF_MILLIS = 365L * 86_400_000;

    /** A change of one group. */
    private interface Change {
        CompletableFuture<Void> of(String topic, String group);
    }

    private final Broker broker;
    private final Access access;

    GroupRoutes(Broker broker, Access access) {
        this.broker = broker;
        this.access = access;
    }

    void addTo(Router router) {
        String groups = "/api/v1/topics/{topic}/groups";
        String group = groups + "/{group}";
        router.add("GET", groups, this::list);
        router.add("POST", groups, this::create);
        router.add("GET", group, exchange -> Json.send(exchange, 200, StatsJson.of(find(exchange))));
        router.add("DELETE", group, access.withToken(exchange -> {
            find(exchange);
            Answers.await(broker.deleteGroup(Names.topic(exchange), Names.group(exchange)));
            exchange.send(204);
        }));
        router.add("POST", group + "/empty", access.withToken(change(broker::emptyGroup)));
        router.add("POST", group + "/pause", change((topic, name) -> broker.pauseGroup(topic, name, true)));
        router.add("POST", group + "/resume", change((topic, name) -> broker.pauseGroup(topic, name, false)));
        router.add("PUT", group + "/retry-policy", this::setPolicy);
    }

    private HttpHandler change(Change change) {
        return exchange -> {
            JsonInput.of(exchange, MAX_BODY_BYTES).end();
            find(exchange);
            Answers.await(change.of(Names.topic(exchange), Names.group(exchange)));
            exchange.send(204);
        };
    }

    private GroupStats find(HttpExchange exchange) {
        return find(broker, Names.topic(exchange), Names.group(exchange));
    }

    static GroupStats find(Broker broker, String topic, String group) {
        for (GroupStats found : TopicRoutes.find(broker, topic).groups()) {
            if (found.name().equals(group)) {
                return found;
            }
        }
        throw Problems.notFound("topic '" + topic + "' has no group '" + group + "'");
    }

    private void list(HttpExchange exchange) {
        TopicStats topic = TopicRoutes.find(broker, Names.topic(exchange));
        int limit = (int) Queries.number(exchange, "limit", 100, 1, MAX_PAGE);
        String after = exchange.query("after");
        List<GroupStats> page = topic.groups()
                .stream()
                .filter(group -> after == null || group.name().compareTo(after) > 0)
                .limit(limit + 1L)
                .toList();
        ObjectNode answer = Json.object();
        ArrayNode groups = answer.putArray("groups");
        page.stream().limit(limit).forEach(group -> groups.add(StatsJson.of(group)));
        answer.put("next", page.size() > limit ? page.get(limit - 1).name() : null);
        Json.send(exchange, 200, answer);
    }

    private void create(HttpExchange exchange) throws IOException {
        String topic = Names.topic(exchange);
        JsonInput input = JsonInput.of(exchange, MAX_BODY_BYTES);
        String name = Names.check("group", input.text("name"));
        GroupStart start = start(input);
        RetryPolicy policy = input.has("retryPolicy") ? policy(input.object("retryPolicy")) : null;
        input.end();
        boolean created = Answers.await(broker.createGroup(topic, name, start));
        if (policy != null) {
            Answers.await(broker.setRetryPolicy(topic, name, policy));
        }
        ObjectNode answer = Json.object();
        answer.put("name", name);
        answer.put("created", created);
        Json.send(exchange, created ? 201 : 200, answer);
    }

    private static GroupStart start(JsonInput input) {
        @Nullable String start = input.textOrNull("start");
        return switch (start) {
            case null -> GroupStart.DEFAULT;
            case "default", "earliest", "now" -> GroupStart.valueOf(start.toUpperCase(Locale.ROOT));
            default -> throw input.refuse("start", "must be default, earliest or now");
        };
    }

    private void setPolicy(HttpExchange exchange) throws IOException {
        find(exchange);
        RetryPolicy policy = policy(JsonInput.of(exchange, MAX_BODY_BYTES));
        Answers.await(broker.setRetryPolicy(Names.topic(exchange), Names.group(exchange), policy));
        exchange.send(204);
    }

    private static RetryPolicy policy(JsonInput input) {
        int maxAttempts = (int) input.number("maxAttempts", 0, 65_535);
        long min = input.numberOr("minBackoffMillis", 0, 0, MAX_BACKOFF_MILLIS);
        long max = input.numberOr("maxBackoffMillis", min, 0, MAX_BACKOFF_MILLIS);
        if (max < min) {
            throw input.refuse("maxBackoffMillis", "must be at least minBackoffMillis");
        }
        int jitter = (int) input.numberOr("jitterPercent", 0, 0, 100);
        input.end();
        return new RetryPolicy(maxAttempts, Duration.ofMillis(min), Duration.ofMillis(max), jitter);
    }
}
