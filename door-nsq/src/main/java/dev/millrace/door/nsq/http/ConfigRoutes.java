package dev.millrace.door.nsq.http;

import dev.millrace.door.nsq.json.JsonException;
import dev.millrace.door.nsq.json.JsonObject;
import dev.millrace.door.nsq.options.NsqdOptions;
import dev.millrace.door.nsq.options.OptionException;
import dev.millrace.net.http.HttpExchange;
import dev.millrace.net.http.HttpFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** {@code /config/...}. */
final class ConfigRoutes {
    private static final int MAX_VALUE_BYTES = 1 << 20;
    private static final List<String> LOOKUPDS = List.of("nsqlookupd_tcp_addresses");

    private final Config config;

    ConfigRoutes(Config config) {
        this.config = config;
    }

    void get(HttpExchange exchange) {
        show(exchange, exchange.parameter("option"));
    }

    void put(HttpExchange exchange) throws IOException {
        String option = exchange.parameter("option");
        byte[] value = value(exchange);
        try {
            if (LOOKUPDS.contains(option)) {
                config.lookupds(JsonObject.parseStrings(value));
            } else if ("log_level".equals(option)) {
                config.logLevel(new String(value, StandardCharsets.UTF_8));
            } else {
                throw Failure.of(400, "INVALID_OPTION");
            }
        } catch (JsonException | OptionException e) {
            throw new HttpFailure(400, "INVALID_VALUE", String.valueOf(e.getMessage()), e);
        }
        show(exchange, option);
    }

    private static byte[] value(HttpExchange exchange) throws IOException {
        try {
            byte[] value = exchange.bodyBytes(MAX_VALUE_BYTES);
            if (value.length > 0) {
                return value;
            }
        } catch (HttpFailure e) {
            if (!e.code().equals(HttpFailure.BODY_TOO_LARGE)) {
                throw e;
            }
        }
        throw Failure.of(413, "INVALID_VALUE");
    }

    private void show(HttpExchange exchange, String option) {
        String shown = config.show(option);
        if (shown == null) {
            throw Failure.of(400, "INVALID_OPTION");
        }
        if (NsqdOptions.isText(option)) {
            Answer.text(exchange, shown);
        } else {
            Answer.json(exchange, shown.getBytes(StandardCharsets.UTF_8));
        }
    }
}
