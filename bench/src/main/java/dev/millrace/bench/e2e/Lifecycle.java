package dev.millrace.bench.e2e;

import dev.millrace.bench.contest.PageCache;
import dev.millrace.bench.e2e.load.Publisher;
import dev.millrace.bench.e2e.load.Threads;
import dev.millrace.bench.e2e.nsq.CommandRing;
import dev.millrace.bench.e2e.nsq.NsqCommands;
import dev.millrace.bench.e2e.nsq.NsqConnection;
import dev.millrace.bench.e2e.nsq.NsqConnection.Settings;
import dev.millrace.bench.e2e.report.Measurement.Figures;
import dev.millrace.bench.e2e.report.Metric;
import dev.millrace.bench.e2e.server.JavaHeap;
import dev.millrace.bench.e2e.server.ProcessFigures;
import dev.millrace.bench.e2e.server.RunningServer;
import dev.millrace.bench.e2e.server.Server;
import dev.millrace.bench.e2e.server.ServerKind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * Rounds that start a server of their own on an empty folder: what it takes when idle, with many topics, with a backlog,
 * and how it comes back from kill -9.
 */
final class Lifecycle {
    private static final double MEGABYTE = 1e6;
    private static final int TOPICS_AT_ONCE = 500;
    private static final long FIRST_MESSAGE_SECONDS = 60;

    private final ServerKind kind;
    private final Path dir;
    private final Options options;
    private final Figures figures = new Figures();

    Lifecycle(ServerKind kind, Path dir, Options options) {
        this.kind = kind;
        this.dir = dir;
        this.options = options;
    }

    private RunningServer start() throws IOException {
        Server server = kind.start(dir, options.jvmOptions());
        if (server instanceof RunningServer running) {
            return running;
        }
        throw new IOException(kind.name() + " was not started by the tool, so it cannot be killed and restarted");
    }

    Figures run(Workload workload) throws IOException {
        RunningServer server = start();
        try {
            figures.put(Metric.READY, server.readyMillis());
            firstConnection(server);
            Threads.sleepUntil(System.nanoTime() + TimeUnit.SECONDS.toNanos(2));
            Memory idle = Memory.of(server);
            figures.put(Metric.IDLE_RSS_ANON, idle.rssAnon() / MEGABYTE);
            long count = options.amounts().messages() > 0 ? options.amounts().messages() : workload.count();
            switch (workload.kind()) {
                case IDLE_TOPICS -> idleTopics(server, idle, count);
                case BACKLOG -> backlog(new Bench(workload, options, kind, server, "backlog"), idle, count);
                case IDLE -> figures.put(Metric.RSS, ProcessFigures.rssBytes(server.process().pid()).orElse(0)
                        / MEGABYTE);
                default -> throw new IllegalArgumentException(workload + " runs on a warm server");
            }
        } finally {
            server.kill();
        }
        if (workload.kind() != Workload.Kind.IDLE_TOPICS) {
            restart(workload.kind() == Workload.Kind.BACKLOG);
        }
        return figures;
    }

    private void firstConnection(RunningServer server) throws IOException {
        long before = System.nanoTime();
        NsqConnection.open(server.tcp(), Settings.plain()).close();
        figures.put(Metric.FIRST_CONNECTION, (System.nanoTime() - before) / 1e6);
    }

    /** Every topic gets a channel and one message that is consumed, then nothing happens on it any more. */
    private void idleTopics(RunningServer server, Memory idle, long count) throws IOException {
        for (long done = 0; done < count; done += TOPICS_AT_ONCE) {
            List<NsqConnection> consumers = new ArrayList<>();
            List<String> topics = new ArrayList<>();
            for (long i = done; i < Math.min(count, done + TOPICS_AT_ONCE); i++) {
                topics.add(String.format("idle-%08d", i));
                NsqConnection consumer = NsqConnection.open(server.tcp(), Settings.small());
                consumers.add(consumer);
                consumer.subscribe(topics.getLast(), Bench.CHANNEL);
                consumer.send(NsqCommands.ready(1));
            }
            try (NsqConnection connection = NsqConnection.open(server.tcp(), Settings.plain())) {
                new Publisher(connection, new CommandRing(topics, 100, 1, 1), 100).publish(topics.size(),
                        System.nanoTime() + TimeUnit.MINUTES.toNanos(5));
            }
            for (NsqConnection consumer : consumers) {
                while (consumer.parser().messages() < 1) {
                    consumer.pump();
                }
                consumer.close();
            }
        }
        memory(server, idle, count);
    }

    private void backlog(Bench bench, Memory idle, long count) throws IOException {
        figures.put(Metric.PRODUCED, Rounds.fill(bench, count));
        memory((RunningServer) bench.server(), idle, count);
    }

    private void memory(RunningServer server, Memory idle, long count) throws IOException {
        Threads.sleepUntil(System.nanoTime() + TimeUnit.SECONDS.toNanos(2));
        Memory full = Memory.of(server);
        figures.put(Metric.RSS_ANON, full.rssAnon() / MEGABYTE)
                .put(Metric.RSS_ANON_EACH,
                        (full.rssAnon() - idle.rssAnon()) / count);
        if (full.heap().isPresent() && idle.heap().isPresent()) {
            figures.put(Metric.HEAP, full.heap().getAsLong() / MEGABYTE)
                    .put(Metric.HEAP_EACH,
                            (full.heap().getAsLong() - idle.heap().getAsLong()) / (double) count);
        }
    }

    private record Memory(double rssAnon, OptionalLong heap) {
        static Memory of(RunningServer server) throws IOException {
            long pid = server.process().pid();
            OptionalLong heap = JavaHeap.usedAfterCollection(pid);
            OptionalLong rssAnon = ProcessFigures.rssAnonBytes(pid);
            return new Memory(rssAnon.isPresent() ? rssAnon.getAsLong() : Double.NaN, heap);
        }
    }

    private void restart(boolean expectMessages) throws IOException {
        if (!PageCache.drop()) {
            figures.note("the page cache could not be dropped before the restart: that needs root");
        }
        RunningServer server = start();
        try {
            figures.put(Metric.RESTART_READY, server.readyMillis());
            if (expectMessages) {
                firstMessage(server);
            }
        } finally {
            server.kill();
        }
    }

    private void firstMessage(RunningServer server) throws IOException {
        try (NsqConnection connection = NsqConnection.open(server.tcp(), Settings.plain())) {
            connection.subscribe("backlog", Bench.CHANNEL);
            connection.send(NsqCommands.ready(1));
            connection.channel().configureBlocking(false);
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(FIRST_MESSAGE_SECONDS);
            while (connection.parser().messages() < 1 && System.nanoTime() - deadline < 0) {
                connection.pump();
                Threads.sleepUntil(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(1));
            }
            if (connection.parser().messages() > 0) {
                figures.put(Metric.FIRST_MESSAGE, server.process().ageMillis());
            } else {
                figures.note("no message came within " + FIRST_MESSAGE_SECONDS
                        + " s after kill -9 and restart: the backlog was lost");
            }
        }
    }
}
