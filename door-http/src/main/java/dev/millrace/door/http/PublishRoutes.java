package dev.millrace.door.http;

import dev.millrace.core.shard.OncePublish;
import dev.millrace.core.shard.Submission;
import dev.millrace.core.shard.TopicRef;
import dev.millrace.net.http.HttpExchange;
import dev.millrace.net.http.HttpFailure;
import dev.millrace.net.http.Router;
import dev.millrace.node.Broker;
import dev.millrace.node.PublishBatch;
import dev.millrace.node.Submissions;
import java.io.IOException;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Publishing: a JSON body with one or many messages, or any other body as the bytes of one. */
final class PublishRoutes {
    private final Broker broker;
    private final Submissions submissions;
    private final Budget budget;
    private final HttpDoorOptions options;

    PublishRoutes(Broker broker, Submissions submissions, Budget budget, HttpDoorOptions options) {
        this.broker = broker;
        this.submissions = submissions;
        this.options = options;
        this.budget = budget;
    }

    void addTo(Router router) {
        router.add("POST", "/api/v1/topics/{topic}/messages", this::publish);
    }

    private void publish(HttpExchange exchange) throws IOException, InterruptedException {
        String key = IdempotencyKey.key(exchange);
        TopicRef topic = broker.topic(Names.topic(exchange));
        int limit = JsonInput.isJson(exchange) ? options.maxRequestBytes() : options.maxMessageBytes();
        long declared = exchange.contentLength();
        try (Budget.Share _ = budget.take(2 * (declared < 0 ? limit : Math.min(declared, limit)))) {
            PublishRequest request = read(exchange, limit);
            if (key != null) {
                once(exchange, topic, request, request.once(topic, key));
                return;
            }
            Submission done = Answers.await(submissions.send(topic.shard(), request.submission(topic)));
            answer(exchange, request.ids(done, () -> broker.noRoom(topic.shard())));
        }
    }

    private void once(HttpExchange exchange, TopicRef topic, PublishRequest request, OncePublish messages) {
        byte outcome = Answers.await(broker.publishOnce(topic.name(), messages));
        List<String> ids = request.ids(messages, outcome, () -> broker.noRoom(topic.shard()));
        if (messages.published() > 0) {
            answer(exchange, ids);
            return;
        }
        ObjectNode answer = Json.object().put("duplicate", true);
        ArrayNode list = answer.putArray("ids");
        ids.forEach(list::add);
        Json.send(exchange, 200, answer);
    }

    private PublishRequest read(HttpExchange exchange, int limit) throws IOException {
        if (JsonInput.isJson(exchange)) {
            byte[] body = JsonInput.largeBody(exchange, limit);
            return PublishRequest.of(JsonInput.parse(body), options.maxMessageBytes(), body.length);
        }
        long delay = Queries.number(exchange, "delayMillis", 0, 0, PublishBatch.MAX_DELAY_MILLIS);
        byte[] body;
        try {
            body = exchange.bodyBytes(limit);
        } catch (HttpFailure e) {
            throw e.status() == 413 ? tooLarge() : e;
        }
        PublishRequest request = new PublishRequest(options.maxMessageBytes(), body.length);
        request.add(body, delay);
        return request;
    }

    private HttpFailure tooLarge() {
        return new HttpFailure(413, "MESSAGE_TOO_LARGE",
                "the message is larger than the setting max-message-size allows, " + options.maxMessageBytes());
    }

    private static void answer(HttpExchange exchange, List<String> ids) {
        ObjectNode answer = Json.object();
        ArrayNode list = answer.putArray("ids");
        ids.forEach(list::add);
        Json.send(exchange, 201, answer);
    }
}
