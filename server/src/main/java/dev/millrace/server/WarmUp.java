package dev.millrace.server;

import dev.millrace.door.nsq.options.NsqdOptions;
import dev.millrace.log.file.FileLogOptions;
import dev.millrace.net.ListenAddress;
import dev.millrace.node.NodeOptions;
import dev.millrace.server.config.Configuration;
import dev.millrace.server.config.Settings;
import dev.millrace.server.logging.LogSetup;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/**
 * What the launcher runs once per build to train the JVM's start cache: servers in a folder of their own, a few requests
 * at their doors, and their end. Whatever a start loads and is not exercised here is loaded the slow way at each start.
 */
@Command(name = "warm-up", hidden = true, description = "Exercises a start, for the launcher's start cache.")
final class WarmUp implements Runnable {
    private static final String MESSAGES = "/api/v1/topics/warm-up/messages";
    private static final String PULL = "/api/v1/topics/warm-up/groups/warm-up/pull";

    @Override
    public void run() {
        LogSetup.choose("warn", "text");
        Main.commandLine().setOut(new PrintWriter(Writer.nullWriter())).execute("--help");
        try {
            Path folder = Files.createTempDirectory("millrace-warm-up");
            try {
                serve(folder.resolve("server"));
                serveNsqd(folder);
            } finally {
                delete(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void serve(Path folder) throws IOException {
        Configuration settings = Configuration.load(List.of(Map.entry("data", folder.toString()),
                Map.entry("nsq-tcp", "127.0.0.1:0"), Map.entry("nsq-http", "127.0.0.1:0"),
                Map.entry("lookupd-tcp", "127.0.0.1:0"), Map.entry("lookupd-http", "127.0.0.1:0"),
                Map.entry("grpc", "127.0.0.1:0"), Map.entry("http", "127.0.0.1:0")), Map.of());
        Server server = Server.create(settings.get(Settings.IO_THREADS));
        try {
            ServerCommand.open(server, settings);
            for (Map.Entry<String, ListenAddress> door : server.addresses()) {
                visit(door.getKey(), door.getValue().port());
            }
        } finally {
            server.close(Duration.ofSeconds(1));
        }
    }

    /** nsqd's own flags, with TLS: test rigs start it and give it two seconds. */
    private static void serveNsqd(Path folder) throws IOException {
        WarmUpTls tls = WarmUpTls.in(folder);
        List<String> flags = new ArrayList<>(List.of("--tcp-address=127.0.0.1:0", "--http-address=127.0.0.1:0",
                "--https-address=127.0.0.1:0", "--broadcast-address=127.0.0.1", "--data-path=" + folder));
        flags.addAll(tls.flags());
        NsqdOptions options = NsqdOptions.parse(flags);
        Server server = Server.create(0);
        try {
            server.openNsq(server.openNode(FileLogOptions.of(options.dataPath().resolve("nsqd")), NodeOptions.DEFAULT),
                    options);
            for (Map.Entry<String, ListenAddress> door : server.addresses()) {
                int port = door.getValue().port();
                switch (door.getKey()) {
                    case "nsq-tcp" -> tls.negotiate(port);
                    case "nsq-https" -> tls.ask(port);
                    default -> exchange(port, "POST /topic/create?topic=warm-up HTTP/1.0\r\nHost: localhost\r\n\r\n");
                }
            }
        } finally {
            server.close(Duration.ofSeconds(1));
        }
    }

    private static void visit(String door, int port) throws IOException {
        switch (door) {
            case "http" -> {
                exchange(port, post(MESSAGES, "text/plain", "x"));
                exchange(port, post(MESSAGES, "application/json", "{\"text\":\"x\",\"delayMillis\":1}"));
                exchange(port, post(PULL, "application/json", "{\"waitMillis\":10}"));
                exchange(port, "GET /metrics HTTP/1.0\r\nHost: localhost\r\n\r\n");
            }
            case "nsq-tcp" -> exchange(port, "  V2PUB warm-up\n\0\0\0\1xSUB warm-up warm-up\nRDY 1\nCLS\nx\n");
            case "grpc" -> WarmUpGrpc.visit(port);
            case "nsq-http", "lookupd-http" -> exchange(port, "GET /ping HTTP/1.0\r\nHost: localhost\r\n\r\n");
            default -> exchange(port, "  V1PING\nx\n");
        }
    }

    private static String post(String path, String type, String body) {
        return "POST " + path + " HTTP/1.0\r\nHost: localhost\r\nContent-Type: " + type + "\r\nContent-Length: "
                + body.length() + "\r\n\r\n" + body;
    }

    /** Sends and reads until the server closes, which it does after HTTP/1.0 and after an unknown command. */
    private static void exchange(int port, String bytes) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
                InputStream in = socket.getInputStream()) {
            socket.setSoTimeout(5_000);
            socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
            in.transferTo(OutputStream.nullOutputStream());
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
