package dev.millrace.verification.interop;

import dev.millrace.verification.process.ManagedProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code millrace import nsqd} with what a real nsqd left: messages in memory and on disk, in flight, deferred, finished,
 * with and without a channel; the import killed again and again; then every body of every channel is compared.
 */
final class ImportSuite {
    private static final int MESSAGES = 100_000;
    private static final int LINES = 5_000;
    private static final int FINISHED = 20_000;
    private static final int IN_FLIGHT = 2_000;
    private static final int REQUEUED = 500;
    private static final int DEFERRED = 100;
    private static final int LONELY = 700;
    private static final int KILLS = 4;
    private static final long PATIENCE_MILLIS = 120_000;

    private final Programs programs;
    private final Path launcher;
    private final Results results;
    private final Addresses at = Addresses.WELL_KNOWN;
    private final Set<String> all = new HashSet<>();
    private final Set<String> lonely = new HashSet<>();
    private final Set<String> finished = new HashSet<>();

    ImportSuite(Programs programs, Path launcher, Results results) {
        this.programs = programs;
        this.launcher = launcher;
        this.results = results;
    }

    void run() {
        try {
            Path left = programs.folder("nsqd-backlog");
            Path data = programs.folder("import").resolve("data");
            leaveBacklog(left);
            results.check("import: a dry run counts every queue", () -> counted(run(left, data, "--dry-run"), false));
            results.check("import: killed again and again, it comes to its end", () -> killAgainAndAgain(left, data));
            results.check("import: once more changes nothing", () -> counted(run(left, data), true));
            try (Stack stack = new Stack()) {
                stack.start(programs, List.of(launcher.toString(), "server", "--data", data.toString()), at.http());
                results.check("import: a channel that had everything has every body once",
                        () -> same("orders", "billing", all));
                results.check("import: a paused channel is paused, and has what was not finished", this::paused);
                results.check("import: a topic without a channel keeps its messages for the first one",
                        () -> same("lonely", "first", lonely));
            }
        } catch (Exception | AssertionError e) {
            results.fail("import: run", String.valueOf(e.getMessage()));
        }
    }

    private void leaveBacklog(Path folder) throws Exception {
        try (Stack stack = new Stack()) {
            ManagedProcess nsqd = stack.start(programs, List.of(programs.binary("nsqd").toString(),
                    "--tcp-address=" + at.tcp(), "--http-address=" + at.http(), "--data-path=" + folder,
                    "--mem-queue-size=3000", "--max-bytes-per-file=1000000", "--max-body-size=10000000"), at.http());
            at.createChannel("orders", "billing");
            at.createChannel("orders", "archive");
            publish("orders", 0, MESSAGES * 6 / 10, all);
            try (NsqConnection archive = NsqConnection.subscribe(at.tcp(), "orders", "archive", IN_FLIGHT)) {
                consume(archive);
                publish("orders", MESSAGES * 6 / 10, MESSAGES, all);
                for (int i = 0; i < DEFERRED; i++) {
                    Http.expect200("POST", at.http(), "/pub?topic=orders&defer=3600000", "deferred " + i);
                    all.add("deferred " + i);
                }
                publish("lonely", 0, LONELY, lonely);
                Http.expect200("POST", at.http(), "/channel/pause?topic=orders&channel=archive", "");
                Await.until("nsqd has everything", 60, () -> {
                    JsonNode state = at.channel("orders", "archive");
                    return state.path("depth").asInt() + state.path("in_flight_count").asInt()
                            + state.path("deferred_count").asInt() == all.size() - finished.size();
                }, () -> at.channel("orders", "archive"));
                results.check("import: a running nsqd is noticed", () -> {
                    Ended ended = ended(folder, programs.folder("import"), "--dry-run");
                    if (ended.exit != 1 || !ended.output.contains("an nsqd is running on " + folder)) {
                        throw new IOException(ended.toString());
                    }
                });
                nsqd.close();
            }
        }
    }

    /** Some are finished, some given back for an hour, the last ones stay in flight. */
    private void consume(NsqConnection archive) throws IOException {
        for (int i = 0; i < FINISHED; i++) {
            NsqConnection.Message message = archive.message();
            archive.command("FIN " + message.id());
            finished.add(message.body());
        }
        for (int i = 0; i < REQUEUED; i++) {
            archive.command("REQ " + archive.message().id() + " 3600000");
        }
        archive.flush();
    }

    private void publish(String topic, int from, int to, Set<String> into) throws Exception {
        for (int i = from; i < to; i += LINES) {
            StringBuilder lines = new StringBuilder();
            for (int j = i; j < Math.min(to, i + LINES); j++) {
                String body = topic + " " + j + " " + "x".repeat(j % 97);
                into.add(body);
                lines.append(body).append('\n');
            }
            at.publishLines(topic, lines.toString());
        }
    }

    /** How the command ended. */
    private record Ended(int exit, String output) {}

    private ManagedProcess start(Path left, Path data, String... more) throws IOException {
        List<String> command = new ArrayList<>(
                List.of(launcher.toString(), "import", "nsqd", left.toString(), "--data", data.toString()));
        command.addAll(Arrays.asList(more));
        return ManagedProcess.start(command, programs.folder("work"), Map.of());
    }

    private Ended ended(Path left, Path data, String... more) throws IOException {
        try (ManagedProcess process = start(left, data, more)) {
            return new Ended(process.awaitExit(PATIENCE_MILLIS), String.join("\n", process.output()));
        }
    }

    private JsonNode run(Path left, Path data, String... more) throws IOException {
        String[] json = Arrays.copyOf(more, more.length + 1);
        json[more.length] = "--json";
        Ended ended = ended(left, data, json);
        if (ended.exit != 0) {
            throw new IOException(ended.toString());
        }
        return JsonMapper.shared().readTree(ended.output.lines().reduce("", (_, last) -> last));
    }

    private void counted(JsonNode answer, boolean imported) throws IOException {
        for (JsonNode queue : answer.path("queues")) {
            String name = queue.path("topic").asString() + ":" + queue.path("channel").asString();
            int expected = switch (name) {
                case "orders:billing" -> all.size();
                case "orders:archive" -> all.size() - finished.size();
                case "lonely:" -> lonely.size();
                default -> 0;
            };
            if (queue.path("messages").asInt() != expected || queue.path("damagedBytes").asLong() != 0
                    || (imported && queue.path("imported").asInt() != expected)) {
                throw new IOException(name + " should have " + expected + " messages: " + queue);
            }
        }
        if (answer.path("queues").size() != 4) {
            throw new IOException("seen: " + answer);
        }
    }

    /** Each run is killed a little later in its work than the one before. */
    private void killAgainAndAgain(Path left, Path data) throws Exception {
        for (int kill = 1; kill <= KILLS; kill++) {
            long wanted = (long) kill * MESSAGES * 2 / (KILLS + 1);
            try (ManagedProcess process = start(left, data)) {
                while (process.isAlive() && noted(data) < wanted) {
                    Thread.onSpinWait();
                }
                if (!process.isAlive()) {
                    throw new IOException("it ended before it could be killed: " + process.tail(20));
                }
                process.kill();
            }
        }
        counted(run(left, data), true);
    }

    /** How many messages the import has noted as brought over. */
    private static long noted(Path data) throws IOException {
        if (!Files.isDirectory(data)) {
            return 0;
        }
        try (Stream<Path> files = Files.list(data)) {
            Path file = files.filter(path -> path.getFileName().toString().matches("import-nsqd-[0-9a-f]+"))
                    .findFirst()
                    .orElse(null);
            if (file == null) {
                return 0;
            }
            long messages = 0;
            for (String line : Files.readAllLines(file)) {
                String[] parts = line.split(",", -1);
                messages += parts.length == 3 ? Long.parseLong(parts[2]) : 0;
            }
            return messages;
        }
    }

    private void paused() throws Exception {
        if (!at.channel("orders", "archive").path("paused").asBoolean()) {
            throw new IOException("not paused: " + at.channel("orders", "archive"));
        }
        Http.expect200("POST", at.http(), "/channel/unpause?topic=orders&channel=archive", "");
        Set<String> expected = new HashSet<>(all);
        expected.removeAll(finished);
        same("orders", "archive", expected);
    }

    /** Consumes the channel until it is empty and compares every body. */
    private void same(String topic, String channel, Set<String> expected) throws Exception {
        Set<String> missing = new HashSet<>(expected);
        Set<String> wrong = new TreeSet<>();
        try (NsqConnection connection = NsqConnection.subscribe(at.tcp(), topic, channel, 2_000)) {
            for (int i = 0; i < expected.size(); i++) {
                NsqConnection.Message message = connection.message();
                connection.command("FIN " + message.id());
                if (!missing.remove(message.body())) {
                    wrong.add(message.body());
                }
            }
            connection.flush();
            at.awaitFinished(topic, channel);
        }
        if (!missing.isEmpty() || !wrong.isEmpty()) {
            throw new IOException(missing.size() + " are missing, " + wrong.size() + " are twice or of others, such as "
                    + new TreeSet<>(missing).stream().limit(3).toList() + " and " + wrong.stream().limit(3).toList());
        }
    }
}
