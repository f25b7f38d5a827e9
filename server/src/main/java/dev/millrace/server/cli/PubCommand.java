package dev.millrace.server.cli;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code pub}: publishes arguments, lines of standard input, or a file. */
@Command(name = "pub", description = "Publishes messages: the arguments, else the lines of standard input.",
        footer = {"",
            "Examples:", "  millrace pub orders 'first' 'second'", "  millrace pub orders --delay 10m 'later'",
            "  tail -f log.txt | millrace pub lines", "  millrace pub images --file picture.png"})
public final class PubCommand implements Callable<Integer> {
    private static final int BATCH = 500;
    private static final int BATCH_BYTES = 1 << 20;

    @Mixin private Common common;
    @Parameters(index = "0", paramLabel = "TOPIC", description = "made if it does not exist") private String topic;
    @Parameters(index = "1..*", arity = "0..*", paramLabel = "MESSAGE",
            description = "texts to publish") private @Nullable List<String> messages;
    @Option(names = "--file", paramLabel = "FILE",
            description = "publish this file's bytes as one message") private @Nullable Path file;
    @Option(names = "--delay", paramLabel = "DURATION", defaultValue = "0s",
            description = "deliver so much later: 10s, 5m, 1h30m, 7d") private String delay;

    private final ArrayBatch batch = new ArrayBatch();
    private long published;
    private @Nullable ProgressLine progress;

    /** Messages on their way, and their size. */
    private static final class ArrayBatch {
        private ArrayNode list = Api.JSON.createArrayNode();
        private int bytes;
    }

    @Override
    public Integer call() throws IOException {
        Api api = common.api();
        long delayMillis = Common.millis("--delay", delay);
        ProgressLine line = new ProgressLine(common.err());
        progress = line;
        Path input = file;
        List<String> texts = messages;
        if (input != null) {
            published = api
                    .postBytes(Api.path(topic, "", "messages?delayMillis=" + delayMillis), Files.readAllBytes(input))
                    .path("ids")
                    .size();
        } else if (texts != null) {
            for (String text : texts) {
                add(api, text.getBytes(StandardCharsets.UTF_8), delayMillis);
            }
        } else {
            readLines(api, delayMillis);
        }
        flush(api);
        line.end();
        ObjectNode answer = Api.JSON.createObjectNode();
        answer.put("published", published);
        common.print(answer, "published " + published + (published == 1 ? " message" : " messages") + " to " + topic);
        return 0;
    }

    /** A line becomes a message; empty lines are left out. A pause in the input sends what there is. */
    private void readLines(Api api, long delayMillis) throws IOException {
        InputStream in = new BufferedInputStream(System.in);
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b >= 0; b = in.read()) {
            if (b != '\n') {
                line.write(b);
                continue;
            }
            add(api, line.toByteArray(), delayMillis);
            line.reset();
            if (in.available() == 0) {
                flush(api);
            }
        }
        add(api, line.toByteArray(), delayMillis);
    }

    private void add(Api api, byte[] body, long delayMillis) {
        if (body.length == 0) {
            return;
        }
        ObjectNode message = batch.list.addObject();
        message.put("base64", Base64.getEncoder().encodeToString(body));
        if (delayMillis > 0) {
            message.put("delayMillis", delayMillis);
        }
        batch.bytes += body.length;
        if (batch.list.size() >= BATCH || batch.bytes >= BATCH_BYTES) {
            flush(api);
        }
    }

    private void flush(Api api) {
        if (batch.list.isEmpty()) {
            return;
        }
        ObjectNode body = Api.JSON.createObjectNode();
        body.set("messages", batch.list);
        api.post(Api.path(topic, "", "messages"), body.toString());
        published += batch.list.size();
        batch.list = Api.JSON.createArrayNode();
        batch.bytes = 0;
        ProgressLine line = progress;
        if (line != null) {
            line.show(published + " published");
        }
    }
}
