package dev.millrace.bench.e2e;

import dev.millrace.bench.e2e.load.Load;
import dev.millrace.bench.e2e.load.Publisher;
import dev.millrace.bench.e2e.load.Threads;
import dev.millrace.bench.e2e.nsq.NsqConnection;
import dev.millrace.bench.e2e.nsq.NsqConnection.Settings;
import dev.millrace.bench.e2e.report.Measurement.Figures;
import dev.millrace.bench.e2e.report.Metric;
import dev.millrace.bench.e2e.report.Spread;
import dev.millrace.bench.e2e.server.HttpAdmin;
import dev.millrace.bench.e2e.server.JavaHeap;
import dev.millrace.bench.e2e.server.Pauses;
import dev.millrace.bench.e2e.server.ProcessFigures;
import dev.millrace.bench.e2e.server.RunningServer;
import dev.millrace.bench.e2e.server.ServerKind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A long run at half the peak rate on a server of its own: whether the heap grows, how long the JVM stands still, how many
 * bytes are written for each byte accepted, and whether the disk is given back after the drain.
 */
final class Soak {
    private static final int HEAP_SAMPLES = 12;
    private static final double HEAP_GROWTH = 1.05;
    private static final double PAUSE_MILLIS = 10;
    private static final double WRITTEN_PER_ACCEPTED = 3;
    private static final int DISK_SECONDS = 60;
    private static final int DISK_GIVEN_UP_SECONDS = 180;
    /**
     * What a log that keeps nothing may hold: the segment in use, one ready, four spares, four since the last snapshot and
     * one of relocated bodies, 64 MiB each.
     */
    private static final long EMPTY_LOG_BYTES = 11L * (64 << 20);
    private static final double MEGABYTE = 1e6;

    private final Workload workload;
    private final ServerKind kind;
    private final Path dir;
    private final Options options;
    private final Figures figures = new Figures();
    private final List<Double> heaps = new ArrayList<>();
    private long folderMax;

    Soak(Workload workload, ServerKind kind, Path dir, Options options) {
        this.workload = workload;
        this.kind = kind;
        this.dir = dir;
        this.options = options;
    }

    Figures run() throws IOException {
        Files.createDirectories(options.places().data());
        Path pauses = options.places().data().resolve(kind.name() + "-pauses.log");
        Files.deleteIfExists(pauses);
        List<String> jvmOptions = new ArrayList<>(options.jvmOptions());
        jvmOptions.add(Pauses.jvmOption(pauses));
        if (!(kind.start(dir, jvmOptions) instanceof RunningServer server)) {
            throw new IOException(kind.name() + " was not started by the tool, so its memory is not known");
        }
        try (server; HttpAdmin admin = new HttpAdmin()) {
            double peak = peak(server, admin);
            long logged = Files.exists(pauses) ? Files.size(pauses) : 0;
            soak(server, peak / 2);
            if (Files.exists(pauses)) {
                judge(Pauses.read(pauses, logged));
            }
        } finally {
            Files.deleteIfExists(pauses);
        }
        return figures;
    }

    /** Messages a second through P5, after the warm-up. */
    private double peak(RunningServer server, HttpAdmin admin) throws IOException {
        Bench bench = new Bench(Workload.P5, options, kind, server, "soak-peak");
        if (options.timing().warmupMessages() > 0) {
            Rounds.warmUp(bench, options.timing().warmupMessages());
        }
        double rate = Rounds.run(bench, 0)
                .of(workload.id(), kind.name(), 0, 0)
                .figures()
                .getOrDefault(Metric.RATE, 0.0);
        admin.deleteTopic(server.http(), bench.topic());
        return rate;
    }

    private void soak(RunningServer server, double rate) throws IOException {
        Bench bench = new Bench(workload, options, kind, server, "soak");
        long seconds = options.timing().soakSeconds();
        try (NsqConnection connection = NsqConnection.open(server.tcp(), Settings.plain());
                Load consumers = Rounds.startConsumers(bench, Settings.plain())) {
            Publisher publisher = new Publisher(connection, Rounds.ring(bench), bench.shape().windowMessages(), rate);
            CpuMeter cpu = CpuMeter.start(bench);
            OptionalLong writtenBefore = ProcessFigures.writtenBytes(server.process().pid());
            long start = System.nanoTime();
            long end = start + TimeUnit.SECONDS.toNanos(seconds);
            CompletableFuture<Long> sent = Rounds.publishInBackground(publisher, end);
            watch(server, sent, start, end);
            long total = sent.join();
            double published = (System.nanoTime() - start) / 1e9;
            long drained = Rounds.await(consumers, total);
            OptionalLong writtenAfter = ProcessFigures.writtenBytes(server.process().pid());
            cpu.stop(figures, total);
            figures.put(Metric.RATE, total * 1e9 / (drained - start))
                    .put(Metric.PRODUCED, total / published)
                    .put(Metric.WINDOW, published);
            if (total / published < 0.97 * rate) {
                figures.note(
                        String.format("half the peak was %,.0f messages/s, which the server did not keep up", rate));
            }
            judgeHeap();
            if (writtenBefore.isPresent() && writtenAfter.isPresent()) {
                judgeWritten((writtenAfter.getAsLong() - writtenBefore.getAsLong())
                        / ((double) total * bench.shape().bodyBytes()));
            }
            diskBack(drained);
        }
    }

    /** Looks at the heap now and then, and at the folder each second, until the last message was sent. */
    private void watch(RunningServer server, CompletableFuture<Long> sent, long start, long end) throws IOException {
        long step = (end - start) / HEAP_SAMPLES;
        long nextHeap = start + step / 2;
        while (!sent.isDone()) {
            Threads.sleepUntil(System.nanoTime() + TimeUnit.SECONDS.toNanos(1));
            folderMax = Math.max(folderMax, folderBytes());
            if (System.nanoTime() - nextHeap > 0 && System.nanoTime() - end < 0) {
                nextHeap += step;
                JavaHeap.usedAfterCollection(server.process().pid()).ifPresent(bytes -> heaps.add(bytes / MEGABYTE));
            }
        }
    }

    private void judgeHeap() {
        int third = heaps.size() / 3;
        if (third == 0) {
            figures.note("the heap was not measured: the server is no JVM, or the soak was too short");
            return;
        }
        double first = median(heaps.subList(0, third));
        double last = median(heaps.subList(heaps.size() - third, heaps.size()));
        figures.put(Metric.HEAP, last);
        figures.judge("M5: heap after a collection, median of the first and the last third",
                String.format("%.1f MB, %.1f MB", first, last), "at most 5 % more", last <= first * HEAP_GROWTH);
    }

    private static double median(List<Double> values) {
        return Spread.of(values.stream().mapToDouble(Double::doubleValue).toArray()).median();
    }

    private void judge(Pauses pauses) {
        if (pauses.count() + pauses.left() == 0) {
            figures.note("the server's JVM logged no pause, not even those of the collections that were asked for");
            return;
        }
        figures.put(Metric.PAUSE_P99, pauses.percentile(99)).put(Metric.PAUSE_MAX, pauses.percentile(100));
        figures.judge("M5: pauses, p99 of " + pauses.count(), String.format("%.2f ms", pauses.percentile(99)), "10 ms",
                pauses.percentile(99) <= PAUSE_MILLIS);
    }

    private void judgeWritten(double ratio) {
        figures.put(Metric.WRITTEN_EACH, ratio);
        figures.judge("M7: bytes written / bytes of bodies", String.format("%.2f", ratio), "3",
                ratio <= WRITTEN_PER_ACCEPTED);
    }

    private void diskBack(long drained) throws IOException {
        long limit = drained + TimeUnit.SECONDS.toNanos(DISK_GIVEN_UP_SECONDS);
        long bytes = folderBytes();
        while (bytes > EMPTY_LOG_BYTES && System.nanoTime() - limit < 0) {
            Threads.sleepUntil(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(250));
            bytes = folderBytes();
        }
        double seconds = (System.nanoTime() - drained) / 1e9;
        figures.put(Metric.DISK_MAX, folderMax / MEGABYTE).put(Metric.DISK_BACK, seconds);
        figures.judge("M7: folder after the drain",
                String.format("%,.0f MB after %.1f s (at most %,.0f MB during the soak)", bytes / MEGABYTE, seconds,
                        folderMax / MEGABYTE),
                String.format("%,.0f MB after %d s", EMPTY_LOG_BYTES / MEGABYTE, DISK_SECONDS),
                bytes <= EMPTY_LOG_BYTES && seconds <= DISK_SECONDS);
    }

    /** The files of the data folder; one that goes meanwhile counts nothing. */
    private long folderBytes() throws IOException {
        try (Stream<Path> files = Files.walk(dir)) {
            return files.mapToLong(Soak::fileBytes).sum();
        } catch (UncheckedIOException e) {
            if (e.getCause() instanceof NoSuchFileException) {
                return folderBytes();
            }
            throw e.getCause();
        }
    }

    private static long fileBytes(Path file) {
        try {
            return Files.isRegularFile(file) ? Files.size(file) : 0;
        } catch (IOException e) {
            return 0;
        }
    }
}
