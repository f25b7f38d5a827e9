package dev.millrace.door.http;

import dev.millrace.core.message.MessageView;
import dev.millrace.net.http.HttpExchange;
import dev.millrace.node.tasks.Tasks;
import tools.jackson.databind.node.ObjectNode;

/** Where messages are pulled from: a group of a topic, or a task queue. */
enum PullPlace {
    GROUP, QUEUE;

    String prefix() {
        return switch (this) {
            case GROUP -> "/api/v1/topics/{topic}/groups/{group}";
            case QUEUE -> "/api/v1/queues/{queue}";
        };
    }

    String topic(HttpExchange exchange) {
        return switch (this) {
            case GROUP -> Names.topic(exchange);
            case QUEUE -> Names.queue(exchange);
        };
    }

    String group(HttpExchange exchange) {
        return switch (this) {
            case GROUP -> Names.group(exchange);
            case QUEUE -> Tasks.GROUP;
        };
    }

    /** The member of the answer that lists what was pulled. */
    String member() {
        return switch (this) {
            case GROUP -> "messages";
            case QUEUE -> "tasks";
        };
    }

    ObjectNode json(MessageView view, boolean alwaysBase64) {
        return switch (this) {
            case GROUP -> MessageJson.of(view, alwaysBase64);
            case QUEUE -> TaskJson.of(view, alwaysBase64);
        };
    }
}
