package dev.millrace.bench.e2e;

import dev.millrace.bench.e2e.load.Consumer;
import dev.millrace.bench.e2e.load.ConsumerFleet;
import dev.millrace.bench.e2e.load.ConsumerFleet.Subscription;
import dev.millrace.bench.e2e.load.LatencySink;
import dev.millrace.bench.e2e.load.Load;
import dev.millrace.bench.e2e.load.PacedPublisher;
import dev.millrace.bench.e2e.load.Threads;
import dev.millrace.bench.e2e.nsq.CommandRing;
import dev.millrace.bench.e2e.nsq.NsqCommands;
import dev.millrace.bench.e2e.nsq.NsqConnection;
import dev.millrace.bench.e2e.nsq.NsqConnection.Settings;
import dev.millrace.bench.e2e.report.Measurement.Figures;
import dev.millrace.bench.e2e.report.Metric;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * What a quiet topic's users notice of a loud one: a few hundred messages a second go through the quiet topic at a fixed
 * rate, while something happens on another topic of the same server.
 */
final class Quiet {
    private static final int RATE = 500;
    private static final int CONSUMERS = 1_000;

    private final Bench bench;
    private final InetSocketAddress address;
    private final Figures figures = new Figures();

    Quiet(Bench bench) {
        this.bench = bench;
        this.address = bench.server().tcp();
    }

    /** The topic that is measured; the loud one is {@link Bench#topic}. */
    static String topic(Bench bench) {
        return bench.topic() + "-quiet";
    }

    /** @param backlog messages that wait in the loud topic where the workload wants a backlog */
    Figures run(long backlog) throws IOException {
        switch (bench.workload().kind()) {
            case QUIET_SATURATED -> saturated();
            case QUIET_BACKLOG -> emptied(backlog);
            case QUIET_DEFERRED -> deferred();
            case QUIET_VANISHED -> vanished();
            default -> throw new IllegalArgumentException(bench.workload() + " has no quiet topic");
        }
        return figures;
    }

    private double seconds() {
        return bench.options().timing().warmupSeconds() + bench.options().timing().seconds();
    }

    /** Publishes and consumes at the fixed rate for the whole time; what falls into the warm-up is not counted. */
    private void probe() throws IOException {
        long start = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(100);
        long messages = (long) (RATE * seconds());
        LatencySink sink = new LatencySink(start + TimeUnit.SECONDS.toNanos(bench.options().timing().warmupSeconds()));
        Settings settings = Settings.unbuffered(sink);
        NsqConnection consuming = NsqConnection.open(address, settings);
        consuming.subscribe(topic(bench), Bench.CHANNEL);
        try (NsqConnection connection = NsqConnection.open(address, Settings.unbuffered(null));
                Load consumer = Consumer.start(consuming, bench.options().amounts().readyCount())) {
            if (!Threads.wakePrecisely()) {
                figures.note("the sender's thread is woken with the system's default slack");
            }
            new PacedPublisher(connection, topic(bench), bench.shape().bodyBytes()).publish(messages, start,
                    TimeUnit.SECONDS.toNanos(1) / RATE);
            Rounds.await(consumer, messages);
        }
        Rounds.put(figures, sink);
    }

    private void saturated() throws IOException {
        try (NsqConnection connection = NsqConnection.open(address, Settings.plain());
                Load consumers = Rounds.startConsumers(bench, Settings.plain())) {
            long before = System.nanoTime();
            CompletableFuture<Long> sent = Rounds.publishInBackground(Rounds.publisher(bench, connection),
                    before + (long) ((seconds() + 0.1) * 1e9));
            probe();
            long total = sent.join();
            figures.put(Metric.PRODUCED, total * 1e9 / (System.nanoTime() - before));
            Rounds.await(consumers, total);
        }
    }

    private void emptied(long backlog) throws IOException {
        Rounds.fill(bench, backlog);
        try (Load consumers = Rounds.startConsumers(bench, Settings.plain())) {
            long before = System.nanoTime();
            probe();
            long consumed = consumers.messages();
            figures.put(Metric.CONSUMED, consumed * 1e9 / (System.nanoTime() - before));
            if (consumed >= backlog) {
                figures.note(String.format("the backlog of %,d messages was empty before the end", backlog));
            }
        }
    }

    /** All due in the middle of the measurement, as exactly as delays in milliseconds allow. */
    private void deferred() throws IOException {
        long count = bench.count();
        byte[] body = CommandRing.letters(bench.shape().bodyBytes(), new SplittableRandom(11));
        try (NsqConnection connection = NsqConnection.open(address, Settings.plain());
                Load consumers = Rounds.startConsumers(bench, Settings.plain())) {
            long fillNanos = TimeUnit.SECONDS.toNanos(10);
            long due = System.nanoTime() + fillNanos
                    + TimeUnit.SECONDS.toNanos(bench.options().timing().warmupSeconds())
                    + TimeUnit.SECONDS.toNanos(bench.options().timing().seconds()) / 2;
            long answered = connection.parser().responses();
            for (long i = 0; i < count; i++) {
                connection.send(NsqCommands.publishDeferred(bench.topic(),
                        TimeUnit.NANOSECONDS.toMillis(due - System.nanoTime()), body));
                if (i % 100 == 99) {
                    connection.awaitResponses(answered + i + 1);
                }
            }
            connection.awaitResponses(answered + count);
            long left = due - System.nanoTime() - (long) (seconds() * 0.4e9);
            if (left < 0) {
                figures.note("the deferred messages took so long that they may be due before the measurement began");
            }
            Threads.sleepUntil(System.nanoTime() + Math.max(0, left));
            probe();
            Rounds.await(consumers, count);
        }
    }

    private void vanished() throws IOException {
        long held = bench.count();
        int ready = (int) Math.ceilDiv(held, CONSUMERS);
        Rounds.fill(bench, held);
        ConsumerFleet fleet = ConsumerFleet.start(address,
                Collections.nCopies(CONSUMERS, new Subscription(bench.topic(), Bench.CHANNEL)), ready,
                Settings.holding());
        CompletableFuture<Void> end = new CompletableFuture<>();
        try {
            Rounds.await(fleet, held);
            Thread.ofPlatform().daemon().name("vanishing").start(() -> vanish(fleet, held, end));
            probe();
            end.join();
        } finally {
            fleet.close();
        }
    }

    private void vanish(ConsumerFleet fleet, long held, CompletableFuture<Void> end) {
        Threads.sleepUntil(System.nanoTime() + (long) (seconds() * 0.4e9));
        try {
            long gone = System.nanoTime();
            fleet.close();
            try (Load heirs = ConsumerFleet.start(address, List.of(new Subscription(bench.topic(), Bench.CHANNEL)),
                    bench.options().amounts().readyCount())) {
                long all = Rounds.await(heirs, held);
                figures.put(Metric.REDELIVERED, (all - gone) / 1e9);
            }
            end.complete(null);
        } catch (IOException | RuntimeException e) {
            end.completeExceptionally(e);
        }
    }
}
