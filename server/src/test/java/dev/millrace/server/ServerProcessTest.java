package dev.millrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real server process on the real engine. */
class ServerProcessTest {
    private static final Pattern TEXT = Pattern.compile("\"text\":\"([^\"]*)\"");
    private static final String PULL = "/api/v1/topics/orders/groups/billing/pull";

    @TempDir Path folder;

    private static Set<String> pull(ServerProcess server, int max) throws IOException, InterruptedException {
        Set<String> texts = new HashSet<>();
        Matcher text = TEXT.matcher(server.json(PULL, "{\"max\":" + max + ",\"waitMillis\":5000}"));
        while (text.find()) {
            texts.add(text.group(1));
        }
        return texts;
    }

    @Test
    void publish_killNine_restart_nothingIsLost() throws Exception {
        Set<String> published = new HashSet<>();
        Path data = folder.resolve("data");
        for (int round = 0; round < 3; round++) {
            try (ServerProcess server = ServerProcess.start(data)) {
                for (int i = 0; i < 20; i++) {
                    server.publish("orders", "m" + round + "-" + i);
                    published.add("m" + round + "-" + i);
                }
                server.kill();
            }
        }
        try (ServerProcess server = ServerProcess.start(data)) {
            assertThat(pull(server, 1000)).isEqualTo(published);
        }
    }

    @Test
    void deferred_survivesKillNine_isDeliveredWhenDue() throws Exception {
        Path data = folder.resolve("data");
        try (ServerProcess server = ServerProcess.start(data)) {
            server.json("/api/v1/topics/orders/messages", "{\"text\":\"later\",\"delayMillis\":1500}");
            server.kill();
        }
        try (ServerProcess server = ServerProcess.start(data)) {
            assertThat(pull(server, 10)).containsExactly("later");
        }
    }

    @Test
    void sigterm_stopsInGoodOrder_exits0_waitingPullIsAnswered() throws Exception {
        Path data = folder.resolve("data");
        try (ServerProcess server = ServerProcess.start(data)) {
            server.publish("orders", "kept");
            server.json("/api/v1/topics/other/groups", "{\"name\":\"g\"}");
            CompletableFuture<String> waiting = CompletableFuture.supplyAsync(() -> longPull(server));
            while (!server.get("/api/v1/topics/other/groups/g").contains("\"subscriptions\":2")) {
                Thread.onSpinWait();
            }
            server.terminate();
            assertThat(server.awaitExit()).isZero();
            assertThat(waiting.get()).isEqualTo("{\"messages\":[]}");
            assertThat(server.output()).contains("SIGTERM: stopping", "stopped after");
        }
        try (ServerProcess server = ServerProcess.start(data)) {
            assertThat(server.output()).as("a snapshot was written, nothing to replay").contains("(0 bytes) replayed");
            assertThat(pull(server, 10)).containsExactly("kept");
        }
    }

    private static String longPull(ServerProcess server) {
        try {
            return server.json("/api/v1/topics/other/groups/g/pull", "{\"waitMillis\":60000}");
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void output_saysWhereItListens_readyComesLast() throws Exception {
        try (ServerProcess server = ServerProcess.start(folder.resolve("data"))) {
            assertThat(server.output().lines())
                    .anyMatch(line -> line.matches("nsq-tcp listening on 127\\.0\\.0\\.1:\\d+"))
                    .anyMatch(line -> line.matches("nsq-http listening on 127\\.0\\.0\\.1:\\d+"))
                    .anyMatch(line -> line.matches("http listening on 127\\.0\\.0\\.1:\\d+"));
            assertThat(server.output().lines().filter(line -> !line.startsWith("time=")).toList().getLast())
                    .matches("ready in \\d+ ms");
        }
    }

    private static String http(String address, String method, String path, String body)
            throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> response = client.send(HttpRequest.newBuilder(URI.create("http://" + address + path))
                    .method(method, HttpRequest.BodyPublishers.ofString(body))
                    .build(), HttpResponse.BodyHandlers.ofString());
            return response.statusCode() + " " + response.body();
        }
    }

    @Test
    void everyDoor_servesTheSameMessages() throws Exception {
        try (ServerProcess server = ServerProcess.start(folder.resolve("data"))) {
            assertThat(http(server.address("nsq-http"), "POST", "/pub?topic=orders", "by nsqd's API"))
                    .isEqualTo("200 OK");
            assertThat(pull(server, 10)).containsExactly("by nsqd's API");
            assertThat(http(server.address("lookupd-http"), "GET", "/ping", "")).isEqualTo("200 OK");
            assertThat(server.get("/metrics")).contains("millrace_connections{door=\"nsq\"} 0");
        }
    }

    @Test
    void nsqDoor_isFoundByItsOwnLookupd_unlessOthersAreNamed() throws Exception {
        try (ServerProcess server = ServerProcess.start(folder.resolve("data"))) {
            http(server.address("nsq-http"), "POST", "/pub?topic=orders", "x");
            String port = server.address("nsq-tcp").replaceAll(".*:", "");
            String found = "";
            while (!found.contains("\"tcp_port\":" + port)) {
                found = http(server.address("lookupd-http"), "GET", "/lookup?topic=orders", "");
            }
            assertThat(found).contains("\"broadcast_address\":\"127.0.0.1\"");
            assertThat(http(server.address("nsq-http"), "GET", "/config/nsqlookupd_tcp_addresses", ""))
                    .isEqualTo("200 [\"" + server.address("lookupd-tcp") + "\"]");
        }
    }

    @Test
    void nsqd_takesItsOwnFlags_servesOnlyNsq() throws Exception {
        List<String> command = List.of("nsqd", "-tcp-address=127.0.0.1:0", "--http-address", "127.0.0.1:0",
                "--data-path",
                folder.toString(), "--max-msg-size=10");
        try (ServerProcess server = ServerProcess.launch(command, Map.of())) {
            server.awaitReady();
            assertThat(http(server.address("nsq-http"), "POST", "/pub?topic=t", "12345678901")).contains("MSG_TOO_BIG");
            assertThat(http(server.address("nsq-http"), "POST", "/pub?topic=t", "1")).isEqualTo("200 OK");
            assertThat(server.output()).doesNotContain("lookupd-tcp listening", "\nhttp listening");
            server.terminate();
            assertThat(server.awaitExit()).isZero();
        }
        assertThat(refused(2, Map.of(), "nsqd", "--no-such-flag"))
                .contains("flag provided but not defined: -no-such-flag");
        assertThat(refused(0, Map.of(), "nsqd", "--version")).startsWith("nsqd v1.3.0");
    }

    @Test
    void nsqd_takesTheEnginesSettingsFromTheEnvironment() throws Exception {
        assertThat(refused(2, Map.of("MILLRACE_SYNC", "often"), "nsqd", "--data-path", folder.toString()))
                .contains("environment MILLRACE_SYNC", "always");
        List<String> command = List.of("nsqd", "-tcp-address=127.0.0.1:0", "--http-address", "127.0.0.1:0",
                "--data-path", folder.toString());
        try (ServerProcess server = ServerProcess.launch(command, Map.of("MILLRACE_MAX_TOPICS", "1"))) {
            server.awaitReady();
            assertThat(http(server.address("nsq-http"), "POST", "/pub?topic=one", "x")).isEqualTo("200 OK");
            assertThat(http(server.address("nsq-http"), "POST", "/pub?topic=two", "x")).contains("max-topics");
        }
    }

    @Test
    void nsqlookupd_takesItsOwnFlags() throws Exception {
        List<String> command = List.of("nsqlookupd", "-tcp-address=127.0.0.1:0", "-http-address=127.0.0.1:0");
        try (ServerProcess server = ServerProcess.launch(command, Map.of())) {
            server.awaitReady();
            assertThat(http(server.address("lookupd-http"), "GET", "/topics", "")).isEqualTo("200 {\"topics\":[]}");
        }
    }

    private static String refused(int exit, Map<String, String> environment, String... command)
            throws IOException, InterruptedException {
        try (ServerProcess server = ServerProcess.launch(List.of(command), environment)) {
            assertThat(server.awaitExit()).as(server.output()).isEqualTo(exit);
            return server.output();
        }
    }

    @Test
    void wrongSettings_areRefusedWithKeyAndCure_exits2() throws Exception {
        String data = folder.resolve("data").toString();
        assertThat(refused(2, Map.of(), "server", "--sync", "often")).contains("flag --sync", "always");
        assertThat(refused(2, Map.of("MILLRACE_HTTP", "nowhere"), "server")).contains("environment MILLRACE_HTTP");
        assertThat(refused(2, Map.of(), "server", "--data")).contains("--data needs a value");
        assertThat(refused(2, Map.of(), "server", "--nonsense")).contains("--nonsense").doesNotContain("needs a value");
        String yaml = Files.writeString(folder.resolve("m.yaml"), "data: x").toString();
        assertThat(refused(2, Map.of(), "server", "--config", yaml)).contains("m.yaml", "TOML");
        assertThat(refused(2, Map.of(), "server", "--data", data, "--nsqd.max-rdy-count", "x", "--http", "off"))
                .contains("flag --nsqd.max-rdy-count");
        assertThat(refused(2, Map.of(), "server", "--data", data, "--segment-size", "5000")).contains("segment-size");
    }

    @Test
    void addressInUse_folderInUse_openDoor_areRefusedWithACure_exits1() throws Exception {
        Path data = folder.resolve("data");
        try (ServerProcess server = ServerProcess.start(data)) {
            String other = folder.resolve("other").toString();
            assertThat(refused(1, Map.of(), "server", "--data", other, "--nsq-tcp", server.address("nsq-tcp")))
                    .contains("cannot listen on " + server.address("nsq-tcp"), "port 0");
            assertThat(refused(1, Map.of(), "server", "--data", data.toString())).contains("process " + server.pid());
            assertThat(refused(1, Map.of(), "server", "--data", other, "--nsq-tcp", "127.0.0.1:0", "--nsq-http", "off",
                    "--lookupd-tcp", "off", "--lookupd-http", "off", "--grpc", "off", "--http",
                    "0.0.0.0:0")).contains("http-auth");
        }
    }

    @Test
    void printConfig_showsTheEffectiveSettings_startsNothing() throws Exception {
        Path file = Files.writeString(folder.resolve("m.toml"), "sync = \"os\"\n");
        String printed = refused(0, Map.of("MILLRACE_SHARDS", "2"), "server", "--config", file.toString(), "--data",
                "x",
                "--print-config");
        assertThat(printed).containsPattern("(?m)^data = \"x\" +# flag --data$")
                .containsPattern("(?m)^shards = \"2\" +# environment MILLRACE_SHARDS$")
                .containsPattern("(?m)^sync = \"os\" +# file .*m.toml:1$")
                .containsPattern("(?m)^http = .* # default$");
    }

    @Test
    void jsonLogs_areObjects() throws Exception {
        try (ServerProcess server = ServerProcess.start(folder.resolve("data"), "--log-format", "json")) {
            assertThat(server.output().lines()).anyMatch(line -> line.startsWith("{\"time\":") && line.endsWith("}"));
        }
    }

    @Test
    void sigtermTwice_endsAfterTheSyncUnderWay_nothingIsLost() throws Exception {
        Path data = folder.resolve("data");
        try (ServerProcess server = ServerProcess.start(data, "--stop-timeout", "10m")) {
            server.publish("orders", "kept");
            try (Socket upload = new Socket(InetAddress.getLoopbackAddress(), server.port("http"))) {
                upload.getOutputStream()
                        .write(("POST /api/v1/topics/orders/messages HTTP/1.1\r\nHost: localhost\r\n"
                                + "Content-Length: 5\r\n\r\nhalf").getBytes(StandardCharsets.US_ASCII));
                while (!server.get("/metrics").contains("millrace_connections{door=\"http\"} 2")) {
                    Thread.onSpinWait();
                }
                server.terminate();
                server.awaitOutput("SIGTERM: stopping");
                server.terminate();
                assertThat(server.awaitExit()).as("the first signal waits for the upload").isEqualTo(1);
            }
            assertThat(server.output()).contains("SIGTERM again");
        }
        try (ServerProcess server = ServerProcess.start(data)) {
            assertThat(server.output()).as("no snapshot was taken").doesNotContain("(0 bytes) replayed");
            assertThat(pull(server, 10)).containsExactly("kept");
        }
    }

    @Test
    void errorInASnapshotThread_endsTheProcess() throws Exception {
        try (ServerProcess program = ServerProcess.launchClass("dev.millrace.server.FatalProgram",
                List.of(folder.toString(), "snapshot"), Map.of())) {
            assertThat(program.awaitExit()).as(program.output()).isEqualTo(3);
            assertThat(program.output()).contains(
                    "millrace: fatal error in thread shard-0-snapshot, the process ends: java.lang.OutOfMemoryError");
        }
    }

    @Test
    void errorInAnOwnerThread_endsTheProcessWithADumpLine() throws Exception {
        try (ServerProcess program = ServerProcess.launchClass("dev.millrace.server.FatalProgram",
                List.of(folder.toString()), Map.of())) {
            assertThat(program.awaitExit()).isEqualTo(3);
            assertThat(program.output()).contains(
                    "millrace: fatal error in thread shard-0, the process ends: java.lang.OutOfMemoryError: planted",
                    "FatalProgram");
        }
    }
}
