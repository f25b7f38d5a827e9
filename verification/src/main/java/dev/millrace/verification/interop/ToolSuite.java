package dev.millrace.verification.interop;

import com.sun.net.httpserver.HttpServer;
import dev.millrace.verification.process.ManagedProcess;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/** NSQ's own command-line tools, and what they must see. */
final class ToolSuite {
    private static final int WAIT_SECONDS = 30;
    private static final long LINE_MILLIS = 30_000;

    private final Programs programs;
    private final Addresses at;
    private final Results results;
    private final String prefix;

    ToolSuite(Programs programs, String target, Addresses at, Results results) {
        this.programs = programs;
        this.at = at;
        this.results = results;
        this.prefix = target + ": ";
    }

    void run() {
        results.check(prefix + "to_nsq publishes each line", this::toNsq);
        results.check(prefix + "nsq_tail prints a backlog and leaves no channel behind", this::tail);
        results.check(prefix + "nsq_tail finds the topic through nsqlookupd", this::tailByLookup);
        for (List<String> features : List.of(List.of("tls_v1"), List.of("snappy"), List.of("deflate"),
                List.of("tls_v1", "snappy"), List.of("tls_v1", "deflate"))) {
            results.check(prefix + "to_nsq and nsq_tail with " + String.join(" and ", features),
                    () -> features(features));
        }
        results.check(prefix + "nsq_stat shows depth and counts", () -> stat(List.of("-nsqd-http-address", at.http())));
        results.check(prefix + "nsq_stat through nsqlookupd",
                () -> stat(List.of("-lookupd-http-address", at.lookupdHttp())));
        results.check(prefix + "nsq_to_file writes and finishes every message", () -> toFile(false));
        results.check(prefix + "nsq_to_file with gzip", () -> toFile(true));
        results.check(prefix + "nsq_to_nsq copies a topic", this::toOtherTopic);
        results.check(prefix + "nsq_to_http posts every message", this::toHttp);
    }

    private static String unique(String name) {
        return "interop_" + name + "_" + Long.toString(System.nanoTime(), 36);
    }

    private void toNsq() throws Exception {
        String topic = unique("to_nsq");
        programs.runTool("to_nsq", "one\ntwo\nthree\n", List.of("-nsqd-tcp-address", at.tcp(), "-topic", topic));
        at.awaitDepth(topic, 3);
    }

    private void tail() throws Exception {
        String topic = unique("tail");
        at.publishLines(topic, "alpha\nbeta\ngamma");
        expectLines(programs.runTool("nsq_tail", "",
                List.of("-nsqd-tcp-address", at.tcp(), "-topic", topic, "-n", "3")), "alpha", "beta", "gamma");
        Await.until("the ephemeral channel is gone", WAIT_SECONDS, () -> at.topic(topic).path("channels").isEmpty(),
                () -> at.topic(topic));
    }

    private void tailByLookup() throws Exception {
        String topic = unique("tail_lookup");
        at.publishLines(topic, "alpha\nbeta");
        awaitLookup(topic);
        expectLines(programs.runTool("nsq_tail", "",
                List.of("-lookupd-http-address", at.lookupdHttp(), "-topic", topic, "-n", "2")), "alpha", "beta");
    }

    private void awaitLookup(String topic) throws Exception {
        Await.until("nsqlookupd knows " + topic, WAIT_SECONDS,
                () -> Http.send("GET", at.lookupdHttp(), "/lookup?topic=" + topic, "").status() == 200,
                () -> Http.send("GET", at.lookupdHttp(), "/lookup?topic=" + topic, "").text());
    }

    private static void expectLines(List<String> output, String... lines) {
        for (String line : lines) {
            if (output.stream().filter(line::equals).count() != 1) {
                throw new AssertionError("expected the line \"" + line + "\" once in:\n" + String.join("\n", output));
            }
        }
    }

    /** The consumer's row in the statistics must say what was negotiated: both sides fall back silently otherwise. */
    private void features(List<String> features) throws Exception {
        String topic = unique("features");
        List<String> consumer = new ArrayList<>(
                List.of("-nsqd-tcp-address", at.tcp(), "-topic", topic, "-channel", "c"));
        List<String> producer = new ArrayList<>(List.of("-nsqd-tcp-address", at.tcp(), "-topic", topic));
        for (String feature : Stream.concat(features.stream(), Stream.of("tls_insecure_skip_verify")).toList()) {
            consumer.addAll(List.of("-consumer-opt", feature + ",true"));
            producer.addAll(List.of("-producer-opt", feature + ",true"));
        }
        String big = "x".repeat(100_000);
        try (ManagedProcess tail = programs.tool("nsq_tail", consumer)) {
            Await.until("the consumer's row shows " + features, WAIT_SECONDS, () -> {
                var client = at.channel(topic, "c").path("clients").path(0);
                return client.path("tls").asBoolean(false) == features.contains("tls_v1")
                        && client.path("snappy").asBoolean(false) == features.contains("snappy")
                        && client.path("deflate").asBoolean(false) == features.contains("deflate");
            }, () -> at.channel(topic, "c"));
            programs.runTool("to_nsq", "short\n" + big + "\n", producer);
            tail.await(Pattern.compile("^short$"), LINE_MILLIS);
            tail.await(Pattern.compile("^x{100000}$"), LINE_MILLIS);
        }
    }

    private void stat(List<String> server) throws Exception {
        String topic = unique("stat");
        at.createChannel(topic, "c");
        at.publishLines(topic, "1\n2\n3\n4\n5");
        awaitLookup(topic);
        Await.until("the channel has all", WAIT_SECONDS, () -> at.channel(topic, "c").path("depth").asInt(-1) == 5,
                () -> at.channel(topic, "c"));
        List<String> arguments = new ArrayList<>(List.of("-topic", topic, "-channel", "c", "-interval", "200ms",
                "-count", "1"));
        arguments.addAll(server);
        List<String> output = programs.runTool("nsq_stat", "", arguments);
        // ingress egress | total mem disk inflt def | req t-o msgs clients
        Pattern row = Pattern.compile("^ *0 +0 \\| +5 +\\d+ +\\d+ +0 +0 \\| +0 +0 +5 +0$");
        if (output.stream().noneMatch(line -> row.matcher(line).matches())) {
            throw new AssertionError("no row with depth 5 and 5 messages in:\n" + String.join("\n", output));
        }
    }

    private void toFile(boolean gzip) throws Exception {
        String topic = unique("to_file");
        Path dir = programs.folder("to_file");
        List<String> lines = IntStream.range(0, 500).mapToObj(i -> "line-" + i).toList();
        at.publishLines(topic, String.join("\n", lines));
        List<String> arguments = new ArrayList<>(List.of("-nsqd-tcp-address", at.tcp(), "-topic", topic, "-channel",
                "file", "-output-dir", dir.toString(), "-sync-interval", "1s", "-max-in-flight", "500"));
        if (gzip) {
            arguments.add("-gzip");
        }
        try (ManagedProcess tool = programs.tool("nsq_to_file", arguments)) {
            Await.until("nsq_to_file is connected", WAIT_SECONDS,
                    () -> at.channel(topic, "file").path("client_count").asInt(0) == 1 || !tool.isAlive(),
                    () -> tool.tail(20));
            at.awaitFinished(topic, "file");
        }
        List<String> written = new ArrayList<>();
        try (Stream<Path> files = Files.list(dir)) {
            for (Path file : files.toList()) {
                try (InputStream bytes = new ByteArrayInputStream(Files.readAllBytes(file));
                        InputStream plain = gzip ? new GZIPInputStream(bytes) : bytes) {
                    new String(plain.readAllBytes(), StandardCharsets.UTF_8).lines().forEach(written::add);
                }
            }
        }
        if (!written.stream().sorted().toList().equals(lines.stream().sorted().toList())) {
            throw new AssertionError(written.size() + " lines were written of " + lines.size() + ", or not the same");
        }
    }

    private void toOtherTopic() throws Exception {
        String from = unique("from");
        String to = unique("to");
        at.publishLines(from, "1\n2\n3\n4\n5");
        try (ManagedProcess _ = programs.tool("nsq_to_nsq",
                List.of("-topic", from, "-channel", "copy", "-destination-topic", to, "-nsqd-tcp-address", at.tcp(),
                        "-destination-nsqd-tcp-address", at.tcp()))) {
            at.awaitDepth(to, 5);
            at.awaitFinished(from, "copy");
        }
    }

    private void toHttp() throws Exception {
        String topic = unique("to_http");
        at.publishLines(topic, "1\n2\n3");
        Queue<String> bodies = new ConcurrentLinkedQueue<>();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            bodies.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.start();
        try (ManagedProcess tool = programs.tool("nsq_to_http", List.of("-topic", topic, "-channel", "http",
                "-nsqd-tcp-address", at.tcp(), "-post", "http://127.0.0.1:" + server.getAddress().getPort() + "/"))) {
            Await.until("three messages were posted", WAIT_SECONDS, () -> bodies.size() >= 3, () -> tool.tail(20));
            at.awaitFinished(topic, "http");
        } finally {
            server.stop(0);
        }
        if (!bodies.stream().sorted().toList().equals(List.of("1", "2", "3"))) {
            throw new IOException("posted were " + bodies);
        }
    }
}
