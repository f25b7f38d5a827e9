package dev.millrace.door.nsq.http;

import dev.millrace.door.nsq.wire.Names;
import dev.millrace.net.http.HttpExchange;

/** Topic and channel from the query, checked in the order and with the codes of NSQ's HTTP servers. */
public final class Arguments {
    private Arguments() {}

    /** The parameter as it is; 400 MISSING_ARG_... without it. */
    public static String required(HttpExchange exchange, String name) {
        String value = exchange.query(name);
        if (value == null) {
            throw Failure.of(400, "MISSING_ARG_" + name.toUpperCase(java.util.Locale.ROOT));
        }
        return value;
    }

    /** The topic, with the code that nsqd has for topic commands: INVALID_TOPIC. */
    public static String topic(HttpExchange exchange) {
        return valid(required(exchange, "topic"), "INVALID_TOPIC");
    }

    /** The topic, with the code that goes with channel commands and nsqlookupd: INVALID_ARG_TOPIC. */
    public static String argTopic(HttpExchange exchange) {
        return valid(required(exchange, "topic"), "INVALID_ARG_TOPIC");
    }

    public static String channel(HttpExchange exchange) {
        return valid(required(exchange, "channel"), "INVALID_ARG_CHANNEL");
    }

    private static String valid(String name, String code) {
        if (!Names.isValid(name)) {
            throw Failure.of(400, code);
        }
        return name;
    }
}
