package dev.millrace.door.nsq.lookupd;

import dev.millrace.door.nsq.http.Answer;
import dev.millrace.door.nsq.http.Arguments;
import dev.millrace.door.nsq.http.Failure;
import dev.millrace.door.nsq.json.JsonText;
import dev.millrace.net.http.HttpExchange;
import dev.millrace.net.http.Router;

/** nsqlookupd's HTTP API. */
final class LookupdRoutes {
    private final Registry registry;

    private LookupdRoutes(Registry registry) {
        this.registry = registry;
    }

    static Router router(Registry registry, String version) {
        LookupdRoutes routes = new LookupdRoutes(registry);
        return new Router().add("GET", "/ping", exchange -> exchange.send(200, "text/plain; charset=utf-8", "OK"))
                .add("GET", "/info",
                        exchange -> Answer.json(exchange, new JsonText().object().put("version", version).end()))
                .add("GET", "/topics", routes::topics)
                .add("GET", "/channels", routes::channels)
                .add("GET", "/lookup", routes::lookup)
                .add("GET", "/nodes", exchange -> Answer.json(exchange, registry.nodes(new JsonText())))
                .add("GET", "/debug", exchange -> Answer.json(exchange, registry.debug(new JsonText())))
                .add("POST", "/topic/create", routes::createTopic)
                .add("POST", "/topic/delete", routes::deleteTopic)
                .add("POST", "/topic/tombstone", routes::tombstone)
                .add("POST", "/channel/create", routes::createChannel)
                .add("POST", "/channel/delete", routes::deleteChannel);
    }

    private void topics(HttpExchange exchange) {
        Answer.json(exchange, new JsonText().object().put("topics", registry.topics()).end());
    }

    private void channels(HttpExchange exchange) {
        String topic = Arguments.required(exchange, "topic");
        Answer.json(exchange, new JsonText().object().put("channels", registry.channels(topic)).end());
    }

    private void lookup(HttpExchange exchange) {
        String topic = Arguments.required(exchange, "topic");
        if (!registry.has(topic)) {
            throw Failure.of(404, "TOPIC_NOT_FOUND");
        }
        Answer.json(exchange, registry.lookup(topic, new JsonText()));
    }

    private void createTopic(HttpExchange exchange) {
        registry.createTopic(Arguments.argTopic(exchange));
        Answer.empty(exchange);
    }

    private void deleteTopic(HttpExchange exchange) {
        registry.deleteTopic(Arguments.required(exchange, "topic"));
        Answer.empty(exchange);
    }

    private void tombstone(HttpExchange exchange) {
        String topic = Arguments.required(exchange, "topic");
        registry.tombstone(topic, Arguments.required(exchange, "node"));
        Answer.empty(exchange);
    }

    private void createChannel(HttpExchange exchange) {
        String topic = Arguments.argTopic(exchange);
        registry.createChannel(topic, Arguments.channel(exchange));
        Answer.empty(exchange);
    }

    private void deleteChannel(HttpExchange exchange) {
        String topic = Arguments.argTopic(exchange);
        if (!registry.deleteChannel(topic, Arguments.channel(exchange))) {
            throw Failure.of(404, "CHANNEL_NOT_FOUND");
        }
        Answer.empty(exchange);
    }
}
