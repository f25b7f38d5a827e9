package dev.millrace.interop.java;

import dev.millrace.verification.process.MillraceProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The server that the clients talk to: a Millrace started for the test class. To see whether the tests themselves are
 * right they can be run against a real nsqd: {@code -Dinterop.server=TCP,HTTP,LOOKUPDHTTP} names its addresses, each
 * host:port, in a surefire run of this module.
 */
final class NsqServer implements AutoCloseable {
    private final @Nullable MillraceProcess process;
    private final List<InetSocketAddress> addresses;
    private final HttpClient client = HttpClient.newHttpClient();

    private NsqServer(@Nullable MillraceProcess process, List<InetSocketAddress> addresses) {
        this.process = process;
        this.addresses = addresses;
    }

    static NsqServer start(Path dataDir) throws IOException {
        String given = System.getProperty("interop.server");
        if (given != null) {
            return new NsqServer(null, Stream.of(given.split(",", -1)).map(NsqServer::parse).toList());
        }
        String lookupd = "127.0.0.1:" + freePort();
        return of(MillraceProcess.start(dataDir, "--lookupd-tcp", lookupd, "--nsqd.lookupd-tcp-address", lookupd));
    }

    /** A port for nsqlookupd, which the server must be told on its command line in order to register there. */
    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static NsqServer of(MillraceProcess process) throws IOException {
        return new NsqServer(process,
                List.of(process.address("nsq-tcp"), process.address("nsq-http"), process.address("lookupd-http")));
    }

    private static InetSocketAddress parse(String address) {
        int colon = address.lastIndexOf(':');
        return new InetSocketAddress(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
    }

    InetSocketAddress tcp() {
        return addresses.get(0);
    }

    InetSocketAddress http() {
        return addresses.get(1);
    }

    InetSocketAddress lookup() {
        return addresses.get(2);
    }

    /** kill -9, then a new process on the same folder. */
    NsqServer killAndRestart() throws IOException {
        if (process == null) {
            throw new IllegalStateException("a server that was given by its address cannot be restarted");
        }
        return of(process.restart());
    }

    /** POST to nsqd's HTTP API; anything but 200 is an error. */
    String post(String path, String body) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(uri(path)).POST(BodyPublishers.ofString(body)).build());
    }

    private URI uri(String path) {
        return URI.create("http://" + http().getHostString() + ":" + http().getPort() + path);
    }

    private String send(HttpRequest request) throws IOException, InterruptedException {
        HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IOException(request.uri() + " was answered with " + response.statusCode() + ": "
                    + response.body());
        }
        return response.body();
    }

    /** A number of the only channel of a topic, from the statistics. */
    long channelFigure(String topic, String figure) throws IOException, InterruptedException {
        String stats = send(HttpRequest.newBuilder(uri("/stats?format=json&include_clients=false&topic=" + topic))
                .build());
        Matcher matcher = Pattern.compile("\"channels\":\\[.*?\"" + figure + "\":(\\d+)", Pattern.DOTALL)
                .matcher(stats);
        if (!matcher.find()) {
            throw new IOException("there is no " + figure + " in " + stats);
        }
        return Long.parseLong(matcher.group(1));
    }

    @Override
    public void close() {
        client.shutdownNow();
        if (process != null) {
            process.close();
        }
    }
}
