package dev.millrace.door.http;

import dev.millrace.core.shard.ShardClock;
import dev.millrace.log.file.FileLogFactory;
import dev.millrace.log.file.FileLogOptions;
import dev.millrace.net.EventLoops;
import dev.millrace.net.ListenAddress;
import dev.millrace.node.Broker;
import dev.millrace.node.Node;
import dev.millrace.node.NodeOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** The real engine on a folder of its own with the HTTP door in front, and a client. */
final class DoorRig implements AutoCloseable {
    /** The figures that the server adds, by the names that docs/operations.md has. */
    private static final List<DoorFigure> OTHER_DOORS = List
            .of("grpc_sessions", "grpc_calls_total", "nsq_refused_connections_total", "nsq_delivery_bytes",
                    "nsq_delivery_waits_total")
            .stream()
            .map(name -> new DoorFigure("millrace_" + name, name.endsWith("_total") ? "counter" : "gauge",
                    "Of another door.", () -> 5))
            .toList();

    record Answer(int status, JsonNode json, String text, HttpHeaders headers) {
        /** The value at a JSON pointer, as text. */
        String at(String pointer) {
            return json.at(pointer).asString();
        }

        long number(String pointer) {
            return json.at(pointer).longValue();
        }
    }

    private final FileLogFactory logs;
    private final Node node;
    private final EventLoops loops = EventLoops.open("door-test", 2);
    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    final HttpDoor door;
    final Path tokenFile;

    DoorRig(Path folder) {
        this(folder, options(folder));
    }

    DoorRig(Path folder, HttpDoorOptions options) {
        tokenFile = options.tokenFile();
        logs = FileLogFactory.onDisk(FileLogOptions.of(folder).withSegmentBytes(4 << 20), Throwable::printStackTrace);
        node = Node.open(logs, NodeOptions.DEFAULT, ShardClock.SYSTEM);
        try {
            door = HttpDoor.open(node.broker(), loops, options, Map.of("nsq", () -> 7),
                    OTHER_DOORS);
        } catch (RuntimeException e) {
            closeEngine();
            throw e;
        }
    }

    static HttpDoorOptions options(Path folder) {
        return HttpDoorOptions.of(ListenAddress.parse("127.0.0.1:0"), folder.resolve("http-token"), "test");
    }

    Broker broker() {
        return node.broker();
    }

    String token() throws IOException {
        return Files.readString(tokenFile)
                .lines()
                .filter(line -> line.startsWith("token = "))
                .map(line -> line.substring("token = ".length()))
                .findFirst()
                .orElseThrow();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + door.address().port() + path));
    }

    private Answer send(HttpRequest request) throws IOException, InterruptedException {
        return answer(client.send(request, BodyHandlers.ofString()));
    }

    private static Answer answer(HttpResponse<String> response) {
        boolean json = response.headers().firstValue("Content-Type").orElse("").endsWith("json");
        return new Answer(response.statusCode(), json ? Json.MAPPER.readTree(response.body()) : Json.object(),
                response.body(), response.headers());
    }

    /** The lines of a stream of events, as they come; to be closed. */
    Stream<String> events(String path) throws IOException, InterruptedException {
        HttpResponse<Stream<String>> response = client.send(request(path).build(), BodyHandlers.ofLines());
        if (response.statusCode() != 200) {
            throw new AssertionError(response + ": " + response.body().toList());
        }
        return response.body();
    }

    /** A POST of JSON with the header Idempotency-Key. */
    Answer keyed(String path, String key, String json) throws IOException, InterruptedException {
        return send(request(path).header("Content-Type", "application/json")
                .header("Idempotency-Key", key)
                .POST(BodyPublishers.ofString(json))
                .build());
    }

    /** A POST of JSON with headers of its own: name, value, name, value. */
    Answer post(String path, String json, String... headers) throws IOException, InterruptedException {
        return send(request(path).header("Content-Type", "application/json")
                .headers(headers)
                .POST(BodyPublishers.ofString(json))
                .build());
    }

    Answer get(String path) throws IOException, InterruptedException {
        return send(request(path).build());
    }

    /** A POST of JSON. */
    Answer post(String path, String json) throws IOException, InterruptedException {
        return send(jsonPost(path, json));
    }

    CompletableFuture<Answer> postLater(String path, String json) {
        return client.sendAsync(jsonPost(path, json), BodyHandlers.ofString()).thenApply(DoorRig::answer);
    }

    private HttpRequest jsonPost(String path, String json) {
        return request(path).header("Content-Type", "application/json").POST(BodyPublishers.ofString(json)).build();
    }

    Answer raw(String path, byte[] body) throws IOException, InterruptedException {
        return send(request(path).POST(BodyPublishers.ofByteArray(body)).build());
    }

    /** A request of any kind with the token. */
    Answer withToken(String method, String path, String json) throws IOException, InterruptedException {
        return send(request(path).header("Content-Type", "application/json")
                .header("Authorization", "Bearer " + token())
                .method(method, BodyPublishers.ofString(json))
                .build());
    }

    Answer delete(String path) throws IOException, InterruptedException {
        return send(request(path).DELETE().build());
    }

    Answer put(String path, String json) throws IOException, InterruptedException {
        return send(
                request(path).header("Content-Type", "application/json").PUT(BodyPublishers.ofString(json)).build());
    }

    /** The status of a request whose every header the caller gives. */
    int statusOf(String head) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), door.address().port())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write((head + "\r\n").getBytes(StandardCharsets.US_ASCII));
            byte[] line = socket.getInputStream().readNBytes("HTTP/1.1 200".length());
            return Integer.parseInt(new String(line, StandardCharsets.US_ASCII).substring("HTTP/1.1 ".length()));
        }
    }

    @Override
    public void close() {
        door.close(Duration.ofSeconds(5));
        closeEngine();
    }

    private void closeEngine() {
        client.close();
        node.close();
        logs.close();
        loops.close();
    }
}
