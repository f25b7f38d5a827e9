package dev.millrace.door.http;

import dev.millrace.net.http.HttpExchange;
import dev.millrace.node.BrokerException;
import dev.millrace.node.NameRules;

/** Names of topics and groups in requests. */
final class Names {
    private Names() {}

    static String topic(HttpExchange exchange) {
        return check("topic", exchange.parameter("topic"));
    }

    static String group(HttpExchange exchange) {
        return check("group", exchange.parameter("group"));
    }

    static String queue(HttpExchange exchange) {
        return check("queue", exchange.parameter("queue"));
    }

    static String check(String kind, String name) {
        try {
            return NameRules.check(kind, name);
        } catch (BrokerException e) {
            throw Problems.of(e);
        }
    }
}
