package dev.millrace.door.nsq.http;

import dev.millrace.door.nsq.http.TopicFigures.ChannelFigures;
import dev.millrace.door.nsq.latency.LatencyBook.Summary;
import dev.millrace.door.nsq.options.GoDuration;
import dev.millrace.door.nsq.tcp.ClientSnapshot;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Formatter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** {@code GET /stats}: the figures for people, laid out as nsqd does. */
final class StatsText {
    private final StringBuilder out = new StringBuilder();
    private final Formatter to = new Formatter(out, Locale.ROOT);
    private final Instant now;

    StatsText(Instant now) {
        this.now = now;
    }

    String write(Figures.Snapshot figures, String program, String health, Instant start, boolean withMemory) {
        String since = DateTimeFormatter.ISO_OFFSET_DATE_TIME
                .format(start.truncatedTo(ChronoUnit.SECONDS).atZone(ZoneId.systemDefault()));
        to.format("%s\n", program);
        to.format("start_time %s\n", since);
        to.format("uptime %s\n", GoDuration.format(Duration.between(start, now)));
        to.format("\nHealth: %s\n", health);
        if (withMemory) {
            to.format("\nMemory:\n");
            MemoryFigures.read().forEach((name, value) -> to.format("   %-25s\t%d\n", name, value));
        }
        List<TopicFigures> topics = figures.topics() == null ? List.of() : figures.topics();
        if (topics.isEmpty()) {
            to.format("\nTopics: None\n");
        } else {
            out.append("\nTopics:");
            topics.forEach(this::topic);
        }
        List<ClientSnapshot> producers = figures.producers() == null ? List.of() : figures.producers();
        out.append(producers.isEmpty() ? "\nProducers: None\n" : "\nProducers:\n");
        producers.forEach(producer -> to.format("   %s\n", client(producer)));
        return out.toString();
    }

    private void topic(TopicFigures topic) {
        to.format("\n%s[%-15s] depth: %-5d be-depth: %-5d msgs: %-8d e2e%%: %s\n", topic.paused() ? "*P " : "   ",
                topic.name(),
                topic.depth(), topic.depth(), topic.messages(), latency(topic.latency()));
        topic.channels().forEach(this::channel);
    }

    private void channel(ChannelFigures channel) {
        to.format(
                "%s[%-25s] depth: %-5d be-depth: %-5d inflt: %-4d def: %-4d re-q: %-5d timeout: %-5d msgs: %-8d e2e%%: %s\n",
                channel.paused() ? "   *P " : "      ", channel.name(), channel.depth(), channel.depth(),
                channel.flow().inFlight(), channel.flow().deferred(), channel.flow().requeued(),
                channel.flow().timedOut(),
                channel.flow().messages(), latency(channel.latency()));
        channel.clients().forEach(client -> to.format("        %s\n", client(client)));
    }

    private String client(ClientSnapshot client) {
        String address = client.remoteAddress();
        String id = client.about().hostname() + ":" + address.substring(address.lastIndexOf(':') + 1) + " "
                + client.about().userAgent();
        String connected = GoDuration.format(Duration.ofSeconds(now.getEpochSecond() - client.connectedAtSeconds()));
        if (!client.published().isEmpty()) {
            String topics = client.published()
                    .entrySet()
                    .stream()
                    .limit(1)
                    .map(one -> one.getKey() + "=" + one.getValue())
                    .collect(Collectors.joining());
            long total = client.published().values().stream().limit(1).mapToLong(Long::longValue).sum();
            return String.format(Locale.ROOT, "[V2 %-21s] msgs: %-8d topics: %s connected: %s", id, total, topics,
                    connected);
        }
        ClientSnapshot.Counts counts = client.counts();
        return String.format(Locale.ROOT,
                "[V2 %-21s] state: %d inflt: %-4d rdy: %-4d fin: %-8d re-q: %-8d msgs: %-8d connected: %s", id,
                client.state(), counts.inFlight(), counts.ready(), counts.finished(), counts.requeued(), counts.sent(),
                connected);
    }

    private static String latency(Summary latency) {
        return latency.percentiles().stream().map(one -> human((double) one.nanos())).collect(Collectors.joining(", "));
    }

    static String human(double nanos) {
        if (nanos > 1e9) {
            return String.format(Locale.ROOT, "%.1fs", nanos / 1e9);
        }
        if (nanos > 1e6) {
            return String.format(Locale.ROOT, "%.1fms", nanos / 1e6);
        }
        return nanos > 1e3 ? String.format(Locale.ROOT, "%.1fus", nanos / 1e3)
                : String.format(Locale.ROOT, "%.1fns", nanos);
    }
}
