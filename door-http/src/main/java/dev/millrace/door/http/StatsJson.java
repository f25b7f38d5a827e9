package dev.millrace.door.http;

import dev.millrace.node.GroupStats;
import dev.millrace.node.TopicStats;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Figures of topics and groups as JSON. */
final class StatsJson {
    private StatsJson() {}

    static ObjectNode of(TopicStats topic) {
        ObjectNode json = Json.object();
        json.put("name", topic.name());
        json.put("paused", topic.paused());
        json.put("accepted", topic.accepted());
        json.put("acceptedBytes", topic.acceptedBytes());
        json.put("scheduled", topic.scheduled());
        json.put("joined", topic.joined());
        json.put("cancelled", topic.cancelled());
        json.put("expired", topic.expired());
        json.put("purged", topic.purged());
        json.put("dropped", topic.dropped());
        json.put("waiting", topic.waiting());
        json.put("tracked", topic.tracked());
        ArrayNode groups = json.putArray("groups");
        topic.groups().forEach(group -> groups.add(of(group)));
        return json;
    }

    static ObjectNode of(GroupStats group) {
        ObjectNode json = Json.object();
        json.put("name", group.name());
        json.put("paused", group.paused());
        json.put("offered", group.offered());
        json.put("scheduled", group.scheduled());
        json.put("ready", group.ready());
        json.put("leased", group.leased());
        json.put("retrying", group.retrying());
        json.put("done", group.done());
        json.put("dead", group.dead());
        json.put("cancelled", group.cancelled());
        json.put("expired", group.expired());
        json.put("purged", group.purged());
        json.put("filtered", group.filtered());
        json.put("dropped", group.dropped());
        json.put("retries", group.retries());
        json.put("timeouts", group.timeouts());
        json.put("subscriptions", group.subscriptions());
        json.putObject("retryPolicy")
                .put("maxAttempts", group.retryPolicy().maxAttempts())
                .put("minBackoffMillis", group.retryPolicy().minBackoff().toMillis())
                .put("maxBackoffMillis", group.retryPolicy().maxBackoff().toMillis())
                .put("jitterPercent", group.retryPolicy().jitterPercent());
        return json;
    }

    /** accepted = scheduled + joined + cancelled + expired + purged. */
    static boolean conserved(TopicStats topic) {
        return topic.accepted() == topic.scheduled() + topic.joined() + topic.cancelled() + topic.expired()
                + topic.purged();
    }

    /** offered = scheduled + ready + leased + retrying + done + dead + cancelled + expired + purged + filtered + dropped. */
    static boolean conserved(GroupStats group) {
        return group.offered() == group.scheduled() + group.ready() + group.leased() + group.retrying() + group.done()
                + group.dead()
                + group.cancelled() + group.expired() + group.purged() + group.filtered() + group.dropped();
    }
}
