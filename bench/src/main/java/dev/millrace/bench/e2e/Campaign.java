package dev.millrace.bench.e2e;

import dev.millrace.bench.e2e.load.Threads;
import dev.millrace.bench.e2e.peers.Peer;
import dev.millrace.bench.e2e.report.Machine;
import dev.millrace.bench.e2e.report.Measurement;
import dev.millrace.bench.e2e.report.Measurement.Figures;
import dev.millrace.bench.e2e.report.Metric;
import dev.millrace.bench.e2e.report.Report;
import dev.millrace.bench.e2e.server.HttpAdmin;
import dev.millrace.bench.e2e.server.Server;
import dev.millrace.bench.e2e.server.ServerKind;
import dev.millrace.bench.e2e.server.ServerKinds;
import dev.millrace.verification.process.Folders;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.concurrent.TimeUnit;

/** A whole run: every workload on every server, the servers alternating round by round. */
final class Campaign {
    private final Options options;
    private final PrintStream out;
    private final List<Measurement> measurements = new ArrayList<>();
    private final SequencedMap<String, String> facts = new LinkedHashMap<>();
    private final SequencedMap<String, String> titles = new LinkedHashMap<>();
    private final SequencedMap<String, String> servers = new LinkedHashMap<>();

    Campaign(Options options, PrintStream out) {
        this.options = options;
        this.out = out;
    }

    /** A server of a workload, with what has been learned about it. */
    private static final class Contender {
        final ServerKind kind;
        final Server server;
        double consumeRate;

        Contender(ServerKind kind, Server server) {
            this.kind = kind;
            this.server = server;
        }
    }

    Report run() throws IOException {
        Files.createDirectories(options.places().data());
        facts.putAll(Machine.describe(options.places().data()));
        facts.put("rounds", String.valueOf(options.rounds()));
        facts.put("warm-up", options.timing().warmupMessages() + " messages (JVM servers), a sixth of it (others)");
        facts.put("timed", options.timing().seconds() + " s after " + options.timing().warmupSeconds() + " s");
        facts.put("JVM options of the server", String.join(" ", options.jvmOptions()));
        facts.forEach((name, value) -> out.println(name + ": " + value));
        for (Workload workload : options.workloads()) {
            titles.put(workload.id(), workload.title());
            out.println("\n" + workload.id() + ": " + workload.title());
            if (workload.kind().lifecycle()) {
                lifecycle(workload);
            } else {
                warm(workload);
            }
            out.println();
            out.println(Report.section(workload.id(), workload.title(),
                    measurements.stream().filter(m -> m.workload().equals(workload.id())).toList()));
        }
        return new Report(facts, titles, servers, List.copyOf(measurements));
    }

    private List<ServerKind> kinds(Workload workload) throws IOException {
        ServerKinds parser = new ServerKinds(options.places().peersBin(), options.places().launcher(),
                workload.memQueueSize());
        List<ServerKind> kinds = new ArrayList<>();
        for (String name : options.servers()) {
            ServerKind named = Peer.Product.of(name.trim())
                    .<ServerKind>map(
                            product -> new Peer(product, options.places().peersBin().resolve("..").normalize()))
                    .orElseGet(() -> parser.parse(name.trim()));
            if (!named.speaksNsq() && !workload.kind().anyClient()) {
                throw new IOException(named.name() + " does not speak the NSQ protocol, which " + workload.id()
                        + " needs: leave one of them out");
            }
            ServerKind kind = workload.kind() == Workload.Kind.TASKS ? named.withTasks() : named;
            kinds.add(workload.syncByOs() ? kind.withSyncByOs() : kind);
        }
        kinds.forEach(kind -> servers.putIfAbsent(kind.name(), kind.durability()));
        return kinds;
    }

    private void lifecycle(Workload workload) throws IOException {
        for (int round = 1; round <= options.rounds(); round++) {
            for (ServerKind kind : kinds(workload)) {
                Path dir = options.places().data().resolve(kind.name());
                double load = Machine.loadAverage();
                try {
                    record(workload, kind.name(), round, load, lifecycle(workload, kind, dir));
                } finally {
                    Folders.delete(dir);
                }
            }
        }
    }

    private Figures lifecycle(Workload workload, ServerKind kind, Path dir) throws IOException {
        return workload.kind() == Workload.Kind.SOAK
                ? new Soak(workload, kind, dir, options).run()
                : new Lifecycle(kind, dir, options).run(workload);
    }

    private void warm(Workload workload) throws IOException {
        List<Contender> contenders = new ArrayList<>();
        try (HttpAdmin admin = new HttpAdmin()) {
            for (ServerKind kind : kinds(workload)) {
                Contender contender = new Contender(kind,
                        kind.start(options.places().data().resolve(kind.name()), options.jvmOptions()));
                contenders.add(contender);
                warmUp(workload, contender, admin);
            }
            for (int round = 1; round <= options.rounds(); round++) {
                for (Contender contender : contenders) {
                    round(workload, contender, round, admin);
                }
                diskLoop(workload, round);
            }
        } finally {
            for (Contender contender : contenders) {
                contender.server.close();
                Folders.delete(options.places().data().resolve(contender.kind.name()));
            }
        }
    }

    private void warmUp(Workload workload, Contender contender, HttpAdmin admin) throws IOException {
        long messages = options.timing().warmupMessages() / contender.kind.warmUpDivisor();
        if (workload.kind() == Workload.Kind.CONSUME) {
            // The size of the backlog rests on the rate that is seen here.
            messages = Math.max(messages, leastBacklog(contender.kind));
        }
        if (messages > 0) {
            out.printf("  warm-up of %s with %,d messages%n", contender.kind.name(), messages);
            Bench bench = bench(workload, contender, 0);
            contender.consumeRate = Rounds.warmUp(bench, messages);
            deleteTopics(bench, admin);
        }
    }

    private Bench bench(Workload workload, Contender contender, int round) {
        return new Bench(workload, options, contender.kind, contender.server,
                "bench-" + workload.id() + "-" + ProcessHandle.current().pid() + "-" + round);
    }

    private void round(Workload workload, Contender contender, int round, HttpAdmin admin) throws IOException {
        settle();
        Bench bench = bench(workload, contender, round);
        double load = Machine.loadAverage();
        Figures figures = Rounds.run(bench, backlog(contender));
        Measurement measurement = record(workload, contender.kind.name(), round, load, figures);
        contender.consumeRate = Math.max(contender.consumeRate,
                measurement.figures().getOrDefault(Metric.RATE, contender.consumeRate));
        deleteTopics(bench, admin);
        if (workload.kind().quiet()) {
            admin.deleteTopic(bench.server().http(), Quiet.topic(bench));
        }
    }

    /** As many messages as the server is expected to deliver in the warm-up and the measurement, and a third more. */
    private long backlog(Contender contender) {
        double seconds = options.timing().warmupSeconds() + options.timing().seconds();
        long least = leastBacklog(contender.kind);
        return Math.clamp((long) (contender.consumeRate * seconds * 4 / 3), least,
                Math.max(least, options.amounts().maxBacklog()));
    }

    /** Some other brokers would take minutes to put up a million. */
    private static long leastBacklog(ServerKind kind) {
        return kind.speaksNsq() ? 1_000_000 : 20_000;
    }

    /** Lets what the last round left behind (dirty pages, collections) come to rest. */
    private static void settle() throws IOException {
        try {
            new ProcessBuilder("sync").inheritIO().start().waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted between two rounds", e);
        }
        Threads.sleepUntil(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(500));
    }

    private static void deleteTopics(Bench bench, HttpAdmin admin) throws IOException {
        if (!bench.kind().speaksNsq()) {
            bench.client().delete(bench.topic());
            return;
        }
        for (String topic : Rounds.topics(bench)) {
            admin.deleteTopic(bench.server().http(), topic);
        }
    }

    private void diskLoop(Workload workload, int round) throws IOException {
        if (!options.diskLoop() || workload.syncByOs()) {
            return;
        }
        Workload.Shape shape = workload.shape()
                .with(options.amounts().shape().bodyBytes(), options.amounts().shape().batch(),
                        options.amounts().shape().windowMessages());
        int group = switch (workload.kind()) {
            case PRODUCE, BOTH -> shape.windowMessages();
            case LATENCY -> 1;
            default -> 0;
        };
        if (group > 0) {
            servers.putIfAbsent(DiskLoop.NAME, DiskLoop.DURABILITY);
            settle();
            record(workload, DiskLoop.NAME, round, Machine.loadAverage(),
                    DiskLoop.run(options.places().data(), group, shape.bodyBytes(), 2));
        }
    }

    private Measurement record(Workload workload, String server, int round, double load, Figures figures) {
        Measurement measurement = figures.of(workload.id(), server, round, load);
        measurements.add(measurement);
        StringBuilder line = new StringBuilder(String.format("  round %d %-16s", round, server));
        measurement.figures()
                .forEach((metric, value) -> line
                        .append(String.format(" %s %,." + metric.decimals() + "f;", metric.label(), value)));
        out.println(line);
        return measurement;
    }
}
