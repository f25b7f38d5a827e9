package dev.millrace.door.nsq.http;

import dev.millrace.door.nsq.lookup.KnownTopics;
import dev.millrace.door.nsq.tcp.Hub;
import dev.millrace.door.nsq.tcp.TopicStarter;
import dev.millrace.net.http.HttpExchange;
import dev.millrace.net.http.HttpFailure;
import dev.millrace.node.Broker;
import dev.millrace.node.BrokerException;
import dev.millrace.node.GroupStart;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** {@code /topic/...} and {@code /channel/...}. Every change is durable before its answer. */
final class TopicRoutes {
    private static final String NO_TOPIC = "TOPIC_NOT_FOUND";
    private static final String NO_CHANNEL = "CHANNEL_NOT_FOUND";

    private final Hub hub;
    private final Broker broker;
    private final KnownTopics topics;

    TopicRoutes(Hub hub, KnownTopics topics) {
        this.hub = hub;
        this.broker = hub.broker();
        this.topics = topics;
    }

    void createTopic(HttpExchange exchange) {
        String topic = Arguments.topic(exchange);
        TopicStarter starter = hub.starter();
        if (starter != null && !starter.isStarted(topic)) {
            starter.start(topic).join();
        }
        finish(exchange, broker.createTopic(topic), NO_TOPIC);
    }

    void deleteTopic(HttpExchange exchange) {
        String topic = existing(Arguments.required(exchange, "topic"));
        finish(exchange, broker.deleteTopic(topic), NO_TOPIC);
    }

    void emptyTopic(HttpExchange exchange) {
        String topic = existing(Arguments.topic(exchange));
        finish(exchange, broker.emptyTopic(topic), NO_TOPIC);
    }

    void pauseTopic(HttpExchange exchange, boolean paused) {
        String topic = existing(Arguments.required(exchange, "topic"));
        finish(exchange, broker.pauseTopic(topic, paused), NO_TOPIC);
    }

    /** The topic must be there already. */
    void createChannel(HttpExchange exchange) {
        String topic = Arguments.argTopic(exchange);
        String channel = Arguments.channel(exchange);
        existing(topic);
        finish(exchange, broker.createGroup(topic, channel, GroupStart.DEFAULT), NO_TOPIC);
    }

    void deleteChannel(HttpExchange exchange) {
        String topic = Arguments.argTopic(exchange);
        String channel = existing(topic, Arguments.channel(exchange));
        finish(exchange, broker.deleteGroup(topic, channel), NO_CHANNEL);
    }

    void emptyChannel(HttpExchange exchange) {
        String topic = Arguments.argTopic(exchange);
        String channel = existing(topic, Arguments.channel(exchange));
        finish(exchange, broker.emptyGroup(topic, channel), NO_CHANNEL);
    }

    void pauseChannel(HttpExchange exchange, boolean paused) {
        String topic = Arguments.argTopic(exchange);
        String channel = existing(topic, Arguments.channel(exchange));
        finish(exchange, broker.pauseGroup(topic, channel, paused), NO_CHANNEL);
    }

    private String existing(String topic) {
        if (!topics.has(topic)) {
            throw Failure.of(404, NO_TOPIC);
        }
        return topic;
    }

    private String existing(String topic, String channel) {
        existing(topic);
        if (!topics.has(topic, channel)) {
            throw Failure.of(404, NO_CHANNEL);
        }
        return channel;
    }

    private static void finish(HttpExchange exchange, CompletableFuture<?> change, String notFound) {
        try {
            change.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof BrokerException refused) {
                throw switch (refused.category()) {
                    case NOT_FOUND -> Failure.of(404, notFound);
                    case UNAVAILABLE -> Failure.of(503, "EXITING");
                    case LIMIT -> Failure.of(503, "LIMIT_REACHED");
                    case NO_ROOM -> Failure.of(507, "NO_ROOM");
                    case INVALID, INTERNAL -> new HttpFailure(500, HttpFailure.INTERNAL, "the change failed", e);
                };
            }
            throw e;
        }
        Answer.empty(exchange);
    }
}
