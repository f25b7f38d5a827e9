package dev.millrace.door.nsq.http;

import dev.millrace.door.nsq.http.TopicFigures.ChannelFigures;
import dev.millrace.door.nsq.latency.LatencyBook.Summary;
import dev.millrace.door.nsq.options.NsqdOptions;
import dev.millrace.door.nsq.tcp.Hub;
import dev.millrace.door.nsq.tcp.TcpDoor;
import dev.millrace.door.nsq.wire.Names;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pushes the figures to a statsd: counts as what was added since the last push, everything else as gauges, spread over the
 * interval so that the receiver is not flooded. A thread of its own.
 */
public final class StatsdPusher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StatsdPusher.class);

    private final Figures figures;
    private final NsqdOptions.Statsd settings;
    private final String prefix;
    private final Map<String, Long> last = new HashMap<>();
    private final Thread thread;

    private StatsdPusher(Figures figures, NsqdOptions.Statsd settings, String prefix) {
        this.figures = figures;
        this.settings = settings;
        this.prefix = prefix;
        this.thread = Thread.ofVirtual().name("statsd").unstarted(this::run);
    }

    /** What all keys start with: {@code %s} in the setting stands for the host, its colons and points underscores. */
    public static String prefix(NsqdOptions.Statsd settings, String host) {
        String named = settings.prefix().replace("%s", host.replace('.', '_').replace(':', '_'));
        return named.isEmpty() || named.endsWith(".") ? named : named + ".";
    }

    /** Starts pushing, with keys that start with {@code prefix}. */
    public static StatsdPusher start(Hub hub, TcpDoor tcp, NsqdOptions.Statsd settings, String prefix) {
        StatsdPusher pusher = new StatsdPusher(new Figures(hub, tcp), settings, prefix);
        pusher.thread.start();
        return pusher;
    }

    private void run() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                Duration spread = settings.interval().minusSeconds(1);
                long spreadMillis = Math.max(0, spread.toMillis());
                Thread.sleep(settings.interval().toMillis() - spreadMillis);
                push(spreadMillis);
            }
        } catch (InterruptedException e) {
            LOG.debug("no more figures are pushed to statsd");
        }
    }

    private void push(long spreadMillis) throws InterruptedException {
        List<byte[]> packets;
        try {
            packets = packets(lines());
        } catch (CompletionException | IllegalStateException e) {
            LOG.warn("no figures for statsd this time: {}", e.toString());
            Thread.sleep(spreadMillis);
            return;
        }
        long pauseMillis = spreadMillis / packets.size();
        try (DatagramSocket socket = new DatagramSocket()) {
            int colon = settings.address().lastIndexOf(':');
            InetSocketAddress target = new InetSocketAddress(settings.address().substring(0, colon),
                    Integer.parseInt(settings.address().substring(colon + 1)));
            for (byte[] packet : packets) {
                socket.send(new DatagramPacket(packet, packet.length, target));
                Thread.sleep(pauseMillis);
            }
        } catch (IOException | IllegalArgumentException e) {
            LOG.warn("statsd at {} cannot be reached: {}", settings.address(), e.toString());
            Thread.sleep(spreadMillis);
        }
    }

    /** Whole lines, as many as fit into one packet. */
    private List<byte[]> packets(List<String> lines) {
        List<byte[]> packets = new ArrayList<>();
        StringBuilder packet = new StringBuilder();
        for (String line : lines) {
            if (!packet.isEmpty() && packet.length() + line.length() > settings.packetBytes()) {
                packets.add(packet.toString().getBytes(StandardCharsets.UTF_8));
                packet.setLength(0);
            }
            packet.append(line);
        }
        packets.add(packet.toString().getBytes(StandardCharsets.UTF_8));
        return packets;
    }

    private List<String> lines() {
        List<String> lines = new ArrayList<>();
        List<TopicFigures> topics = figures.read("", "", false).topics();
        for (TopicFigures topic : topics == null ? List.<TopicFigures>of() : topics) {
            if (!(settings.excludeEphemeral() && Names.isEphemeral(topic.name()))) {
                topic(topic, lines);
            }
        }
        if (settings.memory()) {
            Map<String, Long> memory = new HashMap<>(MemoryFigures.read());
            long runs = memory.getOrDefault("gc_total_runs", 0L);
            memory.remove("gc_total_runs");
            memory.forEach((name, value) -> gauge(lines, "mem." + name, value));
            count(lines, "mem.gc_runs", runs);
        }
        return lines;
    }

    private void topic(TopicFigures topic, List<String> lines) {
        String name = "topic." + topic.name() + ".";
        count(lines, name + "message_count", topic.messages());
        count(lines, name + "message_bytes", topic.bytes());
        gauge(lines, name + "depth", topic.depth());
        gauge(lines, name + "backend_depth", topic.depth());
        latency(lines, name, topic.latency());
        for (ChannelFigures channel : topic.channels()) {
            if (!(settings.excludeEphemeral() && Names.isEphemeral(channel.name()))) {
                channel(name + "channel." + channel.name() + ".", channel, lines);
            }
        }
    }

    private void channel(String name, ChannelFigures channel, List<String> lines) {
        count(lines, name + "message_count", channel.flow().messages());
        gauge(lines, name + "depth", channel.depth());
        gauge(lines, name + "backend_depth", channel.depth());
        gauge(lines, name + "in_flight_count", channel.flow().inFlight());
        gauge(lines, name + "deferred_count", channel.flow().deferred());
        count(lines, name + "requeue_count", channel.flow().requeued());
        count(lines, name + "timeout_count", channel.flow().timedOut());
        gauge(lines, name + "clients", channel.clientCount());
        latency(lines, name, channel.latency());
    }

    private void latency(List<String> lines, String name, Summary latency) {
        latency.percentiles()
                .forEach(one -> gauge(lines, name + "e2e_processing_latency_" + Math.round(one.quantile() * 100),
                        one.nanos()));
    }

    private void gauge(List<String> lines, String name, long value) {
        lines.add(prefix + name + ":" + value + "|g\n");
    }

    private void count(List<String> lines, String name, long value) {
        Long before = last.put(name, value);
        lines.add(prefix + name + ":" + (value - (before == null ? 0 : before)) + "|c\n");
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
