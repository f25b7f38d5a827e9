package dev.millrace.server.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MappingIterator;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Tasks of a file, as the HTTP API takes them: objects one after the other, or a list of them. */
final class TaskFile {
    /** The API takes so many in one request. */
    private static final int PART = 1_000;
    /** Well below what a server takes in one request. */
    private static final int PART_BYTES = 4 << 20;

    private TaskFile() {}

    static List<ObjectNode> read(String file) throws IOException {
        byte[] bytes;
        try {
            bytes = file.equals("-") ? System.in.readAllBytes() : Files.readAllBytes(Path.of(file));
        } catch (NoSuchFileException e) {
            throw new CliException("there is no file " + file);
        }
        List<ObjectNode> tasks = new ArrayList<>();
        try (MappingIterator<JsonNode> values = Api.JSON.readerFor(JsonNode.class)
                .readValues(new String(bytes, StandardCharsets.UTF_8))) {
            while (values.hasNext()) {
                JsonNode value = values.next();
                for (JsonNode task : value.isArray() ? value : List.of(value)) {
                    tasks.add(task(task, tasks.size()));
                }
            }
        } catch (JacksonException e) {
            throw new CliException(file + " is not JSON, after " + tasks.size() + " tasks: " + e.getOriginalMessage());
        }
        if (tasks.isEmpty()) {
            throw new CliException(file + " has no task: write one object for each, or a list of them");
        }
        return tasks;
    }

    private static ObjectNode task(JsonNode value, int index) {
        if (value instanceof ObjectNode object) {
            return object;
        }
        throw new CliException("task " + index + " of the file must be a JSON object such as"
                + " {\"type\":\"welcome\",\"json\":{\"user\":7}}, not " + value);
    }

    /** Enqueues them in order; what became of each. A failure says how many were before it. */
    static ArrayNode enqueue(Api api, String queue, List<ObjectNode> tasks, ProgressLine progress) {
        ArrayNode done = Api.JSON.createArrayNode();
        while (done.size() < tasks.size()) {
            ObjectNode request = Api.JSON.createObjectNode();
            ArrayNode part = request.putArray("tasks");
            int bytes = 0;
            for (int i = done.size(); i < tasks.size() && part.size() < PART && bytes < PART_BYTES; i++) {
                part.add(tasks.get(i));
                bytes += tasks.get(i).toString().length();
            }
            try {
                api.post(Api.queue(queue, "tasks"), request.toString()).path("tasks").forEach(done::add);
            } catch (CliException e) {
                throw done.isEmpty() ? e
                        : new CliException("of " + tasks.size() + " tasks the first " + done.size()
                                + " were enqueued, then: " + e.getMessage());
            }
            progress.show(done.size() + " of " + tasks.size() + " tasks");
        }
        progress.end();
        return done;
    }

    /** As one line. */
    static String summary(ArrayNode done) {
        long duplicates = 0;
        for (JsonNode task : done) {
            duplicates += task.path("duplicate").asBoolean() ? 1 : 0;
        }
        return "enqueued " + (done.size() - duplicates) + (done.size() - duplicates == 1 ? " task" : " tasks")
                + (duplicates == 0 ? "" : ", " + duplicates + (duplicates == 1 ? " duplicate" : " duplicates"));
    }
}
