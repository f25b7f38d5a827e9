package dev.millrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The real program as a process of its own, on this test's classes, ports chosen by the system. */
public final class ServerProcess implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 60;
    private static final String LISTENING = " listening on ";

    private final Process process;
    private final Thread reader;
    private final List<String> lines = new ArrayList<>();
    private final Map<String, String> addresses = new ConcurrentHashMap<>();
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private ServerProcess(Process process) {
        this.process = process;
        reader = Thread.ofPlatform().daemon().start(this::read);
    }

    /** Starts a command and does not wait. */
    public static ServerProcess launch(List<String> command, Map<String, String> environment) throws IOException {
        return launchClass("dev.millrace.server.Main", command, environment);
    }

    /** Starts another main class than the program's. */
    static ServerProcess launchClass(String main, List<String> command, Map<String, String> environment)
            throws IOException {
        List<String> all = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m", "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED", "-cp",
                System.getProperty("java.class.path"), main));
        all.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(all).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("MILLRACE_"));
        builder.environment().putAll(environment);
        return new ServerProcess(builder.start());
    }

    /** A server on this folder that is ready. */
    public static ServerProcess start(Path data, String... flags) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("server", "--data", data.toString()));
        for (String door : List.of("nsq-tcp", "nsq-http", "lookupd-tcp", "lookupd-http", "grpc", "http")) {
            command.add("--" + door);
            command.add("127.0.0.1:0");
        }
        command.addAll(List.of(flags));
        ServerProcess server = launch(command, Map.of());
        server.awaitReady();
        return server;
    }

    private void read() {
        try (BufferedReader in = new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                take(line);
            }
        } catch (IOException e) {
            take("(the output broke: " + e + ")");
        }
        ready.completeExceptionally(new IOException("the process ended before it was ready"));
    }

    private void take(String line) {
        synchronized (lines) {
            lines.add(line);
        }
        int listening = line.indexOf(LISTENING);
        if (listening > 0 && line.indexOf(' ') == listening) {
            addresses.put(line.substring(0, listening), line.substring(listening + LISTENING.length()));
        } else if (line.matches("ready in \\d+ ms")) {
            ready.complete(null);
        }
    }

    public void awaitReady() throws InterruptedException {
        try {
            ready.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            process.destroyForcibly();
            throw new AssertionError("the server did not become ready; it said:\n" + output(), e);
        }
    }

    /** Waits until it has said something. */
    public void awaitOutput(String text) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!output().contains(text)) {
            assertThat(System.nanoTime() - deadline).as("waiting for '" + text + "' in:\n" + output()).isNegative();
            Thread.onSpinWait();
        }
    }

    public String output() {
        synchronized (lines) {
            return String.join("\n", lines);
        }
    }

    /** host:port of a door. */
    public String address(String door) {
        String address = addresses.get(door);
        if (address == null) {
            throw new AssertionError("no line 'DOOR listening on' for " + door + " in:\n" + output());
        }
        return address;
    }

    public String url() {
        return "http://" + address("http");
    }

    public int port(String door) {
        String address = address(door);
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }

    public long pid() {
        return process.pid();
    }

    public String get(String path) throws IOException, InterruptedException {
        return checked(client.send(HttpRequest.newBuilder(URI.create(url() + path)).build(), BodyHandlers.ofString()));
    }

    /** A POST with curl's content type. */
    public String publish(String topic, String body) throws IOException, InterruptedException {
        return post("/api/v1/topics/" + topic + "/messages", "application/x-www-form-urlencoded", body);
    }

    public String json(String path, String json) throws IOException, InterruptedException {
        return post(path, "application/json", json);
    }

    private String post(String path, String type, String body) throws IOException, InterruptedException {
        return checked(client.send(HttpRequest.newBuilder(URI.create(url() + path))
                .header("Content-Type", type)
                .POST(BodyPublishers.ofString(body))
                .build(), BodyHandlers.ofString()));
    }

    private static String checked(HttpResponse<String> response) {
        if (response.statusCode() >= 400) {
            throw new AssertionError(response + ": " + response.body());
        }
        return response.body();
    }

    /** SIGTERM. */
    public void terminate() {
        process.toHandle().destroy(); // Process.destroy would close the output as well
    }

    /** One that kill knows by this name. */
    public void signal(String name) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid())).inheritIO().start();
        assertThat(kill.waitFor()).isZero();
    }

    /** SIGKILL. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    public int awaitExit() throws InterruptedException {
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("the process did not end; it said:\n" + output());
        }
        reader.join();
        return process.exitValue();
    }

    @Override
    public void close() {
        client.shutdownNow();
        process.destroyForcibly().onExit().join();
    }
}
