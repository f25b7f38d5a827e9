package dev.millrace.server.cli;

import dev.millrace.door.nsq.backlog.BacklogImport;
import dev.millrace.door.nsq.backlog.Survey;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What an import found and did, for a person or a program. */
public final class ImportReport {
    private final Survey survey;
    private final Path data;
    private @Nullable Map<String, Long> imported;

    /** {@code data}: the folder to import into. */
    public ImportReport(Survey survey, Path data) {
        this.survey = survey;
        this.data = data;
    }

    /** The import was done. */
    public void imported(List<BacklogImport.Count> counts) {
        Map<String, Long> byQueue = new HashMap<>();
        counts.forEach(count -> byQueue.put(count.topic() + ":" + count.channel(), count.messages()));
        imported = byQueue;
    }

    /** Every queue with what was found and, unless this was only a look, what was imported. */
    public ObjectNode json() {
        ObjectNode answer = Api.JSON.createObjectNode();
        ArrayNode queues = answer.putArray("queues");
        Map<String, Long> done = imported;
        for (Survey.Queue queue : survey.queues()) {
            ObjectNode row = queues.addObject()
                    .put("topic", queue.topic())
                    .put("channel", queue.channel())
                    .put("paused", queue.paused())
                    .put("messages", queue.messages())
                    .put("bytes", queue.bytes());
            if (done != null) {
                row.put("imported", done.getOrDefault(queue.topic() + ":" + queue.channel(), 0L));
            }
            row.put("damagedBytes", queue.damagedBytes());
            ArrayNode damages = row.putArray("damages");
            queue.damages()
                    .forEach(damage -> damages.addObject()
                            .put("file", damage.file().toString())
                            .put("offset", damage.offset())
                            .put("bytes", damage.bytes())
                            .put("what", damage.what()));
        }
        answer.put("messages", survey.messages());
        if (done != null) {
            answer.put("imported", total(done));
        }
        ArrayNode others = answer.putArray("otherFiles");
        survey.others().forEach(file -> others.add(file.toString()));
        return answer;
    }

    private static long total(Map<String, Long> done) {
        return done.values().stream().mapToLong(Long::longValue).sum();
    }

    /** The same as lines. */
    public String text() {
        StringBuilder text = new StringBuilder();
        ObjectNode json = json();
        Map<String, Long> done = imported;
        for (JsonNode queue : json.path("queues")) {
            if (queue.path("channel").asString().isEmpty()) {
                ((ObjectNode) queue).put("channel", "(topic)");
            }
        }
        if (!survey.queues().isEmpty()) {
            text.append(done == null
                    ? Tables.of(json.path("queues"), "topic", "channel", "messages", "bytes", "paused")
                    : Tables.of(json.path("queues"), "topic", "channel", "messages", "imported", "bytes", "paused"));
            text.append('\n');
        }
        for (Survey.Queue queue : survey.queues()) {
            for (Survey.Damage damage : queue.damages()) {
                text.append("left: ").append(damage.file()).append(", ").append(damage.bytes());
                text.append(" bytes from ").append(damage.offset()).append(" on: ").append(damage.what()).append('\n');
            }
        }
        survey.others()
                .forEach(file -> text.append("left: ")
                        .append(file)
                        .append(": no topic and channel of nsqd.dat reads it\n"));
        if (done == null) {
            return text.append("would import ")
                    .append(survey.messages())
                    .append(" messages into ")
                    .append(data)
                    .toString();
        }
        return text.append("imported ").append(total(done)).append(" messages into ").append(data).toString();
    }
}
