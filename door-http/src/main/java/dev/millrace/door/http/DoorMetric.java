package dev.millrace.door.http;

import java.util.function.LongSupplier;

/**
 * A figure of another door for {@code /metrics}.
 *
 * @param name
 *            without {@code millrace_}; a counter's ends in {@code _total}
 * @param help
 *            one sentence
 * @param value
 *            asked at each scrape, by any thread
 */
public record DoorMetric(String name, String help, LongSupplier value) {
    String type() {
        return name.endsWith("_total") ? "counter" : "gauge";
    }
}
