package dev.millrace.server.cli;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code top}: a table of every group, again and again. */
@Command(name = "top", description = "Shows every topic and group with rates, again and again.",
        footer = {"", "Examples:",
            "  millrace top", "  millrace top --interval 5s -n 1 --json"})
public final class TopCommand implements Callable<Integer> {
    private static final String[] COLUMNS = {"topic", "group", "in/s", "out/s", "ready", "leased", "retrying", "dead",
        "scheduled"};

    @Mixin private Common common;
    @Option(names = "--interval", paramLabel = "DURATION", defaultValue = "2s",
            description = "time between two tables") private String interval;
    @Option(names = "-n", paramLabel = "COUNT", defaultValue = "0",
            description = "end after so many tables; 0: never") private int count;

    private final Map<String, Long> before = new HashMap<>();
    private long beforeNanos;

    @Override
    public Integer call() {
        Api api = common.api();
        long nanos = Common.millis("--interval", interval) * 1_000_000;
        read(api);
        for (int shown = 0; count == 0 || shown < count; shown++) {
            long until = System.nanoTime() + nanos;
            while (System.nanoTime() < until) {
                LockSupport.parkNanos(until - System.nanoTime());
            }
            ArrayNode rows = read(api);
            String table = rows.isEmpty() ? "no topics" : Tables.of(rows, COLUMNS);
            boolean screen = Common.isTerminal() && !common.isJson();
            common.print(rows, screen ? "\u001b[H\u001b[2J" + table : table);
        }
        return 0;
    }

    private ArrayNode read(Api api) {
        ArrayNode topics = api.all("/api/v1/topics", "topics");
        long now = System.nanoTime();
        double seconds = Math.max(1e-3, (now - beforeNanos) / 1e9);
        ArrayNode rows = Api.JSON.createArrayNode();
        for (JsonNode topic : topics) {
            String name = topic.path("name").asString();
            long in = rate(name, topic.path("accepted").asLong(), seconds);
            if (topic.path("groups").isEmpty()) {
                row(rows, name, "").put("in/s", in)
                        .put("ready", topic.path("waiting").asLong())
                        .put("scheduled",
                                topic.path("scheduled").asLong());
            }
            for (JsonNode group : topic.path("groups")) {
                String groupName = group.path("name").asString();
                ObjectNode row = row(rows, name, groupName).put("in/s", in)
                        .put("out/s",
                                rate(name + ":" + groupName, group.path("done").asLong(), seconds));
                for (String figure : new String[]{"ready", "leased", "retrying", "dead"}) {
                    row.put(figure, group.path(figure).asLong());
                }
                row.put("scheduled", topic.path("scheduled").asLong());
            }
        }
        beforeNanos = now;
        return rows;
    }

    private static ObjectNode row(ArrayNode rows, String topic, String group) {
        return rows.addObject().put("topic", topic).put("group", group);
    }

    private long rate(String key, long total, double seconds) {
        Long last = before.put(key, total);
        return last == null ? 0 : Math.round((total - last) / seconds);
    }
}
