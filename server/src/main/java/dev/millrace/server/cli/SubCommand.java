package dev.millrace.server.cli;

import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code sub}: prints messages as they come. */
@Command(name = "sub", description = "Prints messages as they come, and acknowledges them.", footer = {"",
    "Without --group it watches: it makes a group of its own that starts now and goes with it.", "", "Examples:",
    "  millrace sub orders --group billing", "  millrace sub orders --group billing -n 1",
    "  millrace sub orders --filter error", "  millrace sub orders --group billing --no-ack --lease 5s"})
public final class SubCommand implements Callable<Integer> {
    private static final int WAIT_MILLIS = 20_000;

    @Mixin private Common common;
    @Parameters(index = "0", paramLabel = "TOPIC") private String topic;
    @Option(names = "--group", paramLabel = "GROUP",
            description = "take the messages of this group; made if it does not exist") private @Nullable String group;
    @Option(names = "-n", paramLabel = "COUNT", defaultValue = "0",
            description = "end after so many messages; 0: never") private int count;
    @Option(names = "--filter", paramLabel = "TEXT", defaultValue = "",
            description = "print only messages that hold this text; only without --group") private String filter;
    @Option(names = "--ack", negatable = true, defaultValue = "true", fallbackValue = "true",
            description = "acknowledge what was printed; with --no-ack it comes again when the lease ends") private boolean ack;
    @Option(names = "--lease", paramLabel = "DURATION", defaultValue = "30s",
            description = "how long a message is ours") private String lease;
    @Option(names = "--batch", paramLabel = "COUNT", defaultValue = "100",
            description = "messages to ask for at once, 1 to 1000") private int batch;
    @Option(names = "--wait", paramLabel = "DURATION",
            description = "end when nothing came for so long") private @Nullable String patience;

    private int printed;

    @Override
    public Integer call() {
        Api api = common.api();
        String watched = group;
        if (watched != null && !filter.isEmpty()) {
            throw new CliException("--filter with --group would acknowledge messages that nobody saw; leave --group out"
                    + " to watch with a group of its own");
        }
        if (watched != null) {
            return follow(api, watched);
        }
        String own = "sub" + ThreadLocalRandom.current().nextInt(100_000, 1_000_000) + "#ephemeral";
        api.post(Api.path(topic, "", "groups"),
                Api.JSON.createObjectNode().put("name", own).put("start", "now").toString());
        return follow(api, own);
    }

    private int follow(Api api, String from) {
        long waitMillis = patience == null ? WAIT_MILLIS : Math.min(60_000, Common.millis("--wait", patience));
        while (count == 0 || printed < count) {
            ObjectNode ask = Api.JSON.createObjectNode();
            ask.put("max", count == 0 ? batch : Math.min(batch, count - printed));
            ask.put("waitMillis", waitMillis);
            ask.put("leaseMillis", Common.millis("--lease", lease));
            JsonNode messages = api.post(Api.path(topic, from, "pull"), ask.toString()).path("messages");
            if (messages.isEmpty() && patience != null) {
                return 0;
            }
            take(api, from, messages);
        }
        return 0;
    }

    private void take(Api api, String from, JsonNode messages) {
        ArrayNode tokens = Api.JSON.createArrayNode();
        for (JsonNode message : messages) {
            tokens.add(message.path("token").asString());
            String text = message.path("text").asString(message.path("base64").asString(""));
            if (text.contains(filter)) {
                common.print(message, text);
                printed++;
            }
        }
        if (ack && !tokens.isEmpty()) {
            ObjectNode done = Api.JSON.createObjectNode();
            done.set("tokens", tokens);
            int stale = api.post(Api.path(topic, from, "ack"), done.toString()).path("stale").size();
            if (stale > 0) {
                common.err()
                        .println(stale
                                + " messages took longer than their lease and will come again; use a longer --lease");
                common.err().flush();
            }
        }
    }
}
