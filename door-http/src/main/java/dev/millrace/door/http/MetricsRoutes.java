package dev.millrace.door.http;

import dev.millrace.net.http.HttpExchange;
import dev.millrace.net.http.Router;
import dev.millrace.node.Broker;
import dev.millrace.node.GroupStats;
import dev.millrace.node.ShardFigures;
import dev.millrace.node.ShardHealth;
import dev.millrace.node.TopicStats;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntSupplier;
import java.util.function.ToLongFunction;

/** {@code /metrics}: what a Prometheus server scrapes. docs/operations.md says what each is good for. */
final class MetricsRoutes {
    private static final String SHARD = "shard";

    private final Broker broker;
    private final Map<String, IntSupplier> connections;
    private final List<DoorFigure> figures;

    /** {@code connections} counts the open connections of each door, by its name. */
    MetricsRoutes(Broker broker, Map<String, IntSupplier> connections, List<DoorFigure> figures) {
        this.figures = List.copyOf(figures);
        this.broker = broker;
        this.connections = new TreeMap<>(connections);
    }

    void addTo(Router router) {
        router.add("GET", "/metrics", this::scrape);
    }

    private void scrape(HttpExchange exchange) {
        MetricsPage page = new MetricsPage();
        health(page);
        shards(page, Answers.await(broker.figures()));
        List<TopicStats> topics = Answers.await(broker.stats(null));
        topics(page, topics);
        groups(page, topics);
        page.metric("millrace_connections", "gauge", "Open connections by door.");
        connections.forEach((door, count) -> page.sample("millrace_connections", count.getAsInt(), "door", door));
        for (DoorFigure figure : figures) {
            page.metric(figure.name(), figure.type(), figure.help());
            page.sample(figure.name(), figure.value().getAsLong());
        }
        process(page);
        exchange.send(200, MetricsPage.TYPE, page.toString());
    }

    private void health(MetricsPage page) {
        page.metric("millrace_shard_serving", "gauge", "1 if the shard takes commands.");
        for (ShardHealth shard : broker.health()) {
            page.sample("millrace_shard_serving", shard.serving() ? 1 : 0, SHARD, "" + shard.shard());
        }
    }

    private static void mail(MetricsPage page, List<ShardFigures> shards) {
        each(page, shards, "mail_waiting", "gauge",
                "Next steps, groups and ends of batches that are not tasks yet.",
                shard -> shard.traffic().mail().waiting());
        each(page, shards, "mail_carried_total", "counter", "Of these, how many became tasks.",
                shard -> shard.traffic().mail().carried());
        each(page, shards, "mail_refused_total", "counter",
                "Attempts to make them tasks that were refused; each is made again.",
                shard -> shard.traffic().mail().refused());
    }

    private static void shards(MetricsPage page, List<ShardFigures> shards) {
        each(page, shards, "publishes_total", "counter", "Publish commands taken.",
                shard -> shard.traffic().publishes());
        each(page, shards, "published_bytes_total", "counter", "Bytes of bodies taken.",
                shard -> shard.traffic().publishedBytes());
        each(page, shards, "delivered_total", "counter", "Messages handed out.", shard -> shard.traffic().delivered());
        each(page, shards, "log_batches_total", "counter", "Batches written.", shard -> shard.traffic().appends());
        each(page, shards, "retries_at_once_total", "counter",
                "Retries given back at once because max-retrying messages wait.",
                shard -> shard.traffic().retriesAtOnce());
        each(page, shards, "attempts_left_out_total", "counter",
                "Failed attempts of which nothing was kept because of max-attempt-notes.",
                shard -> shard.traffic().attemptsLeftOut());
        mail(page, shards);
        each(page, shards, "cycles_total", "counter", "Turns of the shard's loop.", shard -> shard.loop().cycles());
        each(page, shards, "slow_cycles_total", "counter", "Turns that took more than 5 ms.",
                shard -> shard.loop().slowCycles());
        each(page, shards, "inbox_bytes", "gauge", "Bytes of bodies that wait to be taken.",
                shard -> shard.loop().inboxBytes());
        each(page, shards, "failed_moves_total", "counter",
                "Attempts to move live messages out of mostly dead segments that failed; each is tried again.",
                shard -> shard.loop().failedMoves());
        faults(page, shards);
        each(page, shards, "log_segments", "gauge", "Files that hold batches.",
                shard -> shard.log().files().segments());
        each(page, shards, "log_disk_bytes", "gauge",
                "What those files, and files prepared for coming ones, take of the disk.",
                shard -> shard.log().files().bytesOnDisk());
        each(page, shards, "log_used_bytes", "gauge", "Of that, up to the end of the batches in each file.",
                shard -> shard.log().files().bytesUsed());
        each(page, shards, "log_written_bytes_total", "counter",
                "Bytes written to disk; divided by millrace_published_bytes_total: the write amplification.",
                shard -> shard.log().bytesWritten());
        each(page, shards, "log_syncs_total", "counter", "Syncs.", shard -> shard.log().syncs());
        each(page, shards, "log_free_bytes", "gauge", "Free bytes of the file system.",
                shard -> shard.log().freeBytes());
        each(page, shards, "log_needed_bytes", "gauge", "Free bytes below which nothing that adds messages is taken.",
                shard -> shard.log().neededBytes());
        page.metric("millrace_log_sync_seconds_total", "counter", "Time spent in syncs.");
        shards.forEach(shard -> page.seconds("millrace_log_sync_seconds_total", shard.log().syncNanos(), SHARD,
                "" + shard.shard()));
        page.metric("millrace_longest_cycle_seconds", "gauge", "The longest turn since the start.");
        shards.forEach(shard -> page.seconds("millrace_longest_cycle_seconds", shard.loop().longestCycleNanos(), SHARD,
                "" + shard.shard()));
        page.metric("millrace_publish_durable_seconds", "histogram", "From a publish until it is durable.");
        shards.forEach(shard -> page.histogram("millrace_publish_durable_seconds", shard.publishToDurable(), SHARD,
                "" + shard.shard()));
        page.metric("millrace_due_delivered_seconds", "histogram",
                "From the due instant of a deferral or retry until it left for a consumer that waited.");
        shards.forEach(shard -> page.histogram("millrace_due_delivered_seconds", shard.dueToDelivered(), SHARD,
                "" + shard.shard()));
        page.metric("millrace_append_seconds", "histogram", "Writing a batch, at sync level always with its sync.");
        shards.forEach(shard -> page.histogram("millrace_append_seconds", shard.append(), SHARD, "" + shard.shard()));
        page.metric("millrace_slow_slices_total", "counter",
                "Parts of a turn that took more than 5 ms, without syncs.");
        shards.forEach(shard -> shard.loop()
                .slowSlices()
                .forEach((part, count) -> page.sample("millrace_slow_slices_total", count, SHARD, "" + shard.shard(),
                        "part", part)));
    }

    private static void faults(MetricsPage page, List<ShardFigures> shards) {
        each(page, shards, "failed_commands_total", "counter",
                "Commands that failed by a defect and were refused; each is logged.",
                shard -> shard.faults().failedCommands());
        each(page, shards, "failed_snapshots_total", "counter", "Snapshots that failed; each is tried again.",
                shard -> shard.faults().failedSnapshots());
        each(page, shards, "clock_jumps_total", "counter", "Jumps of the wall clock by more than a second.",
                shard -> shard.faults().clockJumps());
    }

    private static void each(MetricsPage page, List<ShardFigures> shards, String name, String type, String help,
            ToLongFunction<ShardFigures> value) {
        page.metric("millrace_" + name, type, help);
        shards.forEach(shard -> page.sample("millrace_" + name, value.applyAsLong(shard), SHARD, "" + shard.shard()));
    }

    private static void topics(MetricsPage page, List<TopicStats> topics) {
        topic(page, topics, "accepted_total", "counter", "Messages ever published.", TopicStats::accepted);
        topic(page, topics, "accepted_bytes_total", "counter", "Their bodies' bytes.", TopicStats::acceptedBytes);
        topic(page, topics, "scheduled", "gauge", "Deferred, not yet due.", TopicStats::scheduled);
        topic(page, topics, "joined_total", "counter", "Entered the topic's order.", TopicStats::joined);
        topic(page, topics, "cancelled_total", "counter", "Cancelled before joining.", TopicStats::cancelled);
        topic(page, topics, "expired_total", "counter", "Expired before joining.", TopicStats::expired);
        topic(page, topics, "purged_total", "counter", "Emptied before joining.", TopicStats::purged);
        topic(page, topics, "dropped_total", "counter", "Dropped as the oldest, with no group to count it.",
                TopicStats::dropped);
        topic(page, topics, "waiting", "gauge", "Kept for want of a group.", TopicStats::waiting);
    }

    private static void topic(MetricsPage page, List<TopicStats> topics, String name, String type, String help,
            ToLongFunction<TopicStats> value) {
        page.metric("millrace_topic_" + name, type, help);
        topics.forEach(
                topic -> page.sample("millrace_topic_" + name, value.applyAsLong(topic), "topic", topic.name()));
    }

    private static void groups(MetricsPage page, List<TopicStats> topics) {
        group(page, topics, "offered_total", "counter", "Offered, replays counted again.", GroupStats::offered);
        group(page, topics, "scheduled", "gauge", "Tasks that are not due yet.", GroupStats::scheduled);
        group(page, topics, "ready", "gauge", "Can be delivered now.", GroupStats::ready);
        group(page, topics, "leased", "gauge", "In flight.", GroupStats::leased);
        group(page, topics, "retrying", "gauge", "Wait for their next attempt.", GroupStats::retrying);
        group(page, topics, "done_total", "counter", "Acknowledged.", GroupStats::done);
        group(page, topics, "dead", "gauge", "Dead letters.", GroupStats::dead);
        group(page, topics, "cancelled_total", "counter", "Cancelled.", GroupStats::cancelled);
        group(page, topics, "expired_total", "counter", "Expired.", GroupStats::expired);
        group(page, topics, "purged_total", "counter", "Emptied by an operator.", GroupStats::purged);
        group(page, topics, "filtered_total", "counter", "Sampled out.", GroupStats::filtered);
        group(page, topics, "dropped_total", "counter", "Taken by the topic's quota.", GroupStats::dropped);
        group(page, topics, "retries_total", "counter", "Attempts given back.", GroupStats::retries);
        group(page, topics, "timeouts_total", "counter", "Leases that ended by time.", GroupStats::timeouts);
        group(page, topics, "subscriptions", "gauge", "Live subscriptions.", GroupStats::subscriptions);
    }

    private static void group(MetricsPage page, List<TopicStats> topics, String name, String type, String help,
            ToLongFunction<GroupStats> value) {
        page.metric("millrace_group_" + name, type, help);
        for (TopicStats topic : topics) {
            for (GroupStats group : topic.groups()) {
                page.sample("millrace_group_" + name, value.applyAsLong(group), "topic", topic.name(), "group",
                        group.name());
            }
        }
    }

    private static void process(MetricsPage page) {
        Runtime runtime = Runtime.getRuntime();
        page.metric("millrace_heap_used_bytes", "gauge", "Heap in use.");
        page.sample("millrace_heap_used_bytes", runtime.totalMemory() - runtime.freeMemory());
        page.metric("millrace_heap_max_bytes", "gauge", "Largest heap allowed.");
        page.sample("millrace_heap_max_bytes", runtime.maxMemory());
    }
}
