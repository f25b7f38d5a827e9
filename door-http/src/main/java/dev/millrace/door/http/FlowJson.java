package dev.millrace.door.http;

import dev.millrace.node.tasks.BatchInfo;
import dev.millrace.node.tasks.BatchPage;
import dev.millrace.node.tasks.GroupPage;
import dev.millrace.node.tasks.QueueGroups;
import dev.millrace.node.tasks.TaskReader;
import dev.millrace.node.tasks.TaskSpec;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Locale;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What tasks are a part of, as JSON has it. What is not set is left out. */
final class FlowJson {
    private FlowJson() {}

    /** Adds the payload of a task, or the payloads that it was made of, and what it is a part of. */
    static void add(ObjectNode json, TaskSpec spec, boolean alwaysBase64) {
        TaskSpec.Flow flow = spec.flow();
        if (!flow.group().isEmpty()) {
            json.put("group", flow.group());
        }
        if (!flow.batch().isNone()) {
            json.set("batch", of(flow.batch()));
        }
        if (!flow.then().isEmpty()) {
            ArrayNode then = json.putArray("then");
            for (TaskSpec.Step step : flow.then()) {
                ObjectNode object = then.addObject();
                object.put("queue", step.queue());
                object.put("result", step.result().name().toLowerCase(Locale.ROOT));
                object.put("delayMillis", step.task().terms().delayMillis());
                TaskJson.spec(object, step.task(), alwaysBase64);
            }
        }
        if (flow.gathered() == 0) {
            MessageJson.body(json, spec.payload(), alwaysBase64);
            return;
        }
        ArrayNode payloads = json.putArray("payloads");
        for (ByteBuffer payload : TaskReader.payloads(spec)) {
            MessageJson.body(payloads.addObject(), payload, alwaysBase64);
        }
    }

    static ObjectNode of(TaskSpec.BatchRef batch) {
        return Json.object().put("queue", batch.queue()).put("id", MessageJson.hex(batch.id()));
    }

    static ObjectNode of(BatchInfo batch) {
        return of(batch.batch()).put("closed", batch.closed())
                .put("over", batch.over())
                .put("added", batch.added())
                .put("open", batch.open())
                .put("done", batch.done())
                .put("dead", batch.dead())
                .put("cancelled", batch.cancelled())
                .put("expired", batch.expired());
    }

    static ObjectNode of(BatchPage page) {
        ObjectNode json = Json.object();
        ArrayNode batches = json.putArray("batches");
        page.batches().forEach(batch -> batches.add(of(batch)));
        return json.put("next", page.next() == 0 ? null : MessageJson.hex(page.next()));
    }

    static ObjectNode of(GroupPage page) {
        ObjectNode json = Json.object();
        ArrayNode groups = json.putArray("groups");
        page.groups()
                .forEach(each -> groups.addObject()
                        .put("group", each.group())
                        .put("size", each.size())
                        .put("since", Instant.ofEpochMilli(each.sinceMillis()).toString()));
        return json.put("next", page.next() == 0 ? null : MessageJson.hex(page.next()));
    }

    static ObjectNode of(QueueGroups groups) {
        return Json.object()
                .put("maxSize", groups.maxSize())
                .put("maxDelayMillis", groups.maxDelay().toMillis())
                .put("graceMillis", groups.grace().toMillis());
    }
}
