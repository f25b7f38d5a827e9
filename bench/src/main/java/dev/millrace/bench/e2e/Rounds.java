package dev.millrace.bench.e2e;

import dev.millrace.bench.e2e.load.Consumer;
import dev.millrace.bench.e2e.load.ConsumerFleet;
import dev.millrace.bench.e2e.load.ConsumerFleet.Subscription;
import dev.millrace.bench.e2e.load.LatencySink;
import dev.millrace.bench.e2e.load.Load;
import dev.millrace.bench.e2e.load.Pacing;
import dev.millrace.bench.e2e.load.Publisher;
import dev.millrace.bench.e2e.load.Sending;
import dev.millrace.bench.e2e.load.Threads;
import dev.millrace.bench.e2e.nsq.CommandRing;
import dev.millrace.bench.e2e.nsq.MessageSink;
import dev.millrace.bench.e2e.nsq.NsqConnection;
import dev.millrace.bench.e2e.nsq.NsqConnection.Settings;
import dev.millrace.bench.e2e.report.Measurement.Figures;
import dev.millrace.bench.e2e.report.Metric;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** One round of each workload that runs on a warm server. */
final class Rounds {
    private static final int TOPICS = 1_000;
    private static final int GROUPS = 10;
    private static final long DRAIN_SECONDS = 300;
    private static final long POLL_NANOS = 2_000_000;

    private Rounds() {}

    static Figures run(Bench bench, long backlog) throws IOException {
        return switch (bench.workload().kind()) {
            case PRODUCE -> produce(bench);
            case CONSUME -> consume(bench, backlog);
            case BOTH, TOPICS, GROUPS -> both(bench);
            case LATENCY -> latency(bench);
            case QUIET_SATURATED, QUIET_BACKLOG, QUIET_DEFERRED, QUIET_VANISHED -> new Quiet(bench).run(backlog);
            case TASKS -> RemoteTasks.run(bench, bench.count());
            case IDLE_TOPICS, BACKLOG, SOAK, IDLE -> throw new IllegalArgumentException(
                    bench.workload() + " starts its own servers");
        };
    }

    /** The topics of a round, all names of one length. */
    static List<String> topics(Bench bench) {
        if (bench.workload().kind() != Workload.Kind.TOPICS) {
            return List.of(bench.topic());
        }
        List<String> topics = new ArrayList<>();
        for (int i = 0; i < TOPICS; i++) {
            topics.add(bench.topic() + "-" + (TOPICS + i));
        }
        return topics;
    }

    static CommandRing ring(Bench bench) {
        Workload.Shape shape = bench.shape();
        return new CommandRing(topics(bench), shape.bodyBytes(), shape.batch(),
                Math.max(1, shape.windowMessages() / shape.batch()));
    }

    static Publisher publisher(Bench bench, NsqConnection connection) {
        return new Publisher(connection, ring(bench), bench.shape().windowMessages());
    }

    static Load startConsumers(Bench bench, Settings settings) throws IOException {
        InetSocketAddress address = bench.server().tcp();
        int ready = bench.options().amounts().readyCount();
        List<Subscription> subscriptions = new ArrayList<>();
        switch (bench.workload().kind()) {
            case TOPICS -> topics(bench).forEach(topic -> subscriptions.add(new Subscription(topic, Bench.CHANNEL)));
            case GROUPS -> {
                for (int i = 0; i < GROUPS; i++) {
                    subscriptions.add(new Subscription(bench.topic(), Bench.CHANNEL + i));
                }
            }
            default -> {
                NsqConnection connection = NsqConnection.open(address, settings);
                connection.subscribe(bench.topic(), Bench.CHANNEL);
                return Consumer.start(connection, ready);
            }
        }
        return ConsumerFleet.start(address, subscriptions, ready);
    }

    /** NSQ makes a topic when it is first used. */
    private static void createIfForeign(Bench bench) throws IOException {
        if (!bench.kind().speaksNsq()) {
            bench.client().create(bench.topic());
        }
    }

    private static Sending sending(Bench bench) throws IOException {
        return bench.workload().kind() == Workload.Kind.TOPICS
                ? publisher(bench, NsqConnection.open(bench.server().tcp(), Settings.plain()))
                : bench.client().sending(bench.stream());
    }

    private static Load consumers(Bench bench, @Nullable MessageSink sink) throws IOException {
        return switch (bench.workload().kind()) {
            case TOPICS, GROUPS -> startConsumers(bench, Settings.plain());
            default -> bench.client().consume(bench.topic(), bench.options().amounts().readyCount(), sink);
        };
    }

    private static int copies(Bench bench) {
        return bench.workload().kind() == Workload.Kind.GROUPS ? GROUPS : 1;
    }

    /** Publishes and consumes so many messages, as the workload does; returns the rate of the last half. */
    static double warmUp(Bench bench, long messages) throws IOException {
        if (bench.workload().kind() == Workload.Kind.TASKS) {
            RemoteTasks.run(bench, messages);
            return 0;
        }
        long goal = messages * copies(bench);
        if (bench.workload().kind() == Workload.Kind.CONSUME) {
            fill(bench, messages);
        } else {
            createIfForeign(bench);
        }
        try (Sending publisher = sending(bench); Load consumers = consumers(bench, null)) {
            if (bench.workload().kind() != Workload.Kind.CONSUME) {
                publisher.publish(messages, deadline(DRAIN_SECONDS));
            }
            long halfWay = await(consumers, goal / 2);
            long end = await(consumers, goal);
            return goal * 0.5e9 / Math.max(1, end - halfWay);
        }
    }

    static long deadline(long seconds) {
        return System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    }

    /** Waits for so many messages and returns when that was, within a few milliseconds. */
    static long await(Load load, long messages) throws IOException {
        long deadline = deadline(DRAIN_SECONDS);
        while (load.messages() < messages) {
            if (System.nanoTime() - deadline > 0) {
                throw new IOException("only " + load.messages() + " of " + messages + " messages came within "
                        + DRAIN_SECONDS + " s");
            }
            Threads.sleepUntil(System.nanoTime() + POLL_NANOS);
        }
        return System.nanoTime();
    }

    private static Figures produce(Bench bench) throws IOException {
        if (!bench.kind().speaksNsq() || bench.options().amounts().produceChannel().with(bench.kind())) {
            bench.client().create(bench.topic());
        }
        try (Sending publisher = sending(bench)) {
            CpuMeter cpu = CpuMeter.start(bench);
            long start = System.nanoTime();
            // Other brokers go by time where the count would take them many minutes.
            long sent = publisher.publish(bench.count(),
                    deadline(bench.kind().speaksNsq() ? DRAIN_SECONDS : 3L * bench.options().timing().seconds()));
            double seconds = (System.nanoTime() - start) / 1e9;
            Figures figures = new Figures().put(Metric.RATE, sent / seconds)
                    .put(Metric.WINDOW, seconds)
                    .put(Metric.MEGABYTES, sent * (double) bench.shape().bodyBytes() / seconds / 1e6);
            cpu.stop(figures, sent);
            return figures;
        }
    }

    /** Puts up a backlog in one channel, as fast as a wide window allows; returns messages per second. */
    static double fill(Bench bench, long messages) throws IOException {
        bench.client().create(bench.topic());
        try (Sending publisher = sending(bench)) {
            long start = System.nanoTime();
            long sent = publisher.publish(messages, deadline(3_600));
            if (sent < messages) {
                throw new IOException("only " + sent + " of " + messages + " messages were published in an hour");
            }
            return sent * 1e9 / (System.nanoTime() - start);
        }
    }

    /** A minute of publishing where a broker takes long to put up what it delivers in no time. */
    private static long fillForAMinute(Bench bench, long messages) throws IOException {
        bench.client().create(bench.topic());
        try (Sending publisher = sending(bench)) {
            return publisher.publish(messages, deadline(60));
        }
    }

    private static Figures consume(Bench bench, long wanted) throws IOException {
        long backlog = wanted;
        if (bench.kind().speaksNsq()) {
            fill(bench, backlog);
        } else {
            backlog = fillForAMinute(bench, wanted);
        }
        long enough = backlog - backlog / 32;
        try (Load consumer = consumers(bench, null)) {
            if (bench.kind().speaksNsq()) {
                Threads.sleepUntil(deadline(bench.options().timing().warmupSeconds()));
            }
            CpuMeter cpu = CpuMeter.start(bench);
            long start = System.nanoTime();
            long end = start + TimeUnit.SECONDS.toNanos(bench.options().timing().seconds());
            long first = consumer.messages();
            long now = start;
            long last = first;
            while (now - end < 0 && last < enough) {
                Threads.sleepUntil(now + POLL_NANOS);
                now = System.nanoTime();
                last = consumer.messages();
            }
            double seconds = (now - start) / 1e9;
            Figures figures = new Figures().put(Metric.WINDOW, seconds);
            if (last > first) {
                figures.put(Metric.RATE, (last - first) / seconds);
            }
            if (now - end < 0) {
                figures.note(String.format("the backlog of %,d messages was drained %.1f s after the warm-up", backlog,
                        seconds));
            }
            cpu.stop(figures, last - first);
            return figures;
        }
    }

    private static Figures both(Bench bench) throws IOException {
        createIfForeign(bench);
        try (Sending publisher = sending(bench); Load consumers = consumers(bench, null)) {
            long warm = deadline(bench.options().timing().warmupSeconds());
            long end = warm + TimeUnit.SECONDS.toNanos(bench.options().timing().seconds());
            CompletableFuture<Long> sent = publishInBackground(publisher, end);
            Threads.sleepUntil(warm);
            CpuMeter cpu = CpuMeter.start(bench);
            long start = System.nanoTime();
            long published = publisher.acknowledged();
            long consumed = consumers.messages();
            Threads.sleepUntil(end);
            double seconds = (System.nanoTime() - start) / 1e9;
            Figures figures = new Figures().put(Metric.PRODUCED, (publisher.acknowledged() - published) / seconds)
                    .put(Metric.CONSUMED, (consumers.messages() - consumed) / seconds);
            long total = sent.join() * copies(bench);
            double untilDrained = (await(consumers, total) - start) / 1e9;
            figures.put(Metric.RATE, (total - consumed) / untilDrained).put(Metric.WINDOW, untilDrained);
            cpu.stop(figures, total - consumed);
            return figures;
        }
    }

    static CompletableFuture<Long> publishInBackground(Sending publisher, long deadlineNanos) {
        CompletableFuture<Long> sent = new CompletableFuture<>();
        Thread.ofPlatform().daemon().name("publisher").start(() -> {
            try {
                sent.complete(publisher.publish(Long.MAX_VALUE / 2, deadlineNanos));
            } catch (IOException | RuntimeException e) {
                sent.completeExceptionally(e);
            }
        });
        return sent;
    }

    private static Figures latency(Bench bench) throws IOException {
        int rate = bench.options().amounts().rate();
        long intervalNanos = TimeUnit.SECONDS.toNanos(1) / rate;
        long messages = (long) rate * (bench.options().timing().warmupSeconds() + bench.options().timing().seconds());
        long start = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
        LatencySink sink = new LatencySink(start + TimeUnit.SECONDS.toNanos(bench.options().timing().warmupSeconds()));
        Figures figures = new Figures();
        createIfForeign(bench);
        try (Pacing publisher = bench.client().pacing(bench.topic(), bench.shape().bodyBytes());
                Load consumer = consumers(bench, sink)) {
            if (!Threads.wakePrecisely()) {
                figures.note("the sender's thread is woken with the system's default slack");
            }
            CpuMeter cpu = CpuMeter.start(bench);
            publisher.publish(messages, start, intervalNanos);
            await(consumer, messages);
            cpu.stop(figures, messages);
        }
        return put(figures, sink);
    }

    static Figures put(Figures figures, LatencySink sink) {
        Histogram due = sink.sinceDue();
        Histogram late = sink.senderLate();
        return figures.put(Metric.P50, micros(due, 50))
                .put(Metric.P90, micros(due, 90))
                .put(Metric.P99, micros(due, 99))
                .put(Metric.P999, micros(due, 99.9))
                .put(Metric.MAX, due.getMaxValue() / 1e3)
                .put(Metric.SENDER_P50, micros(late, 50))
                .put(Metric.SENDER_P99, micros(late, 99));
    }

    private static double micros(Histogram nanos, double percentile) {
        return nanos.getValueAtPercentile(percentile) / 1e3;
    }
}
