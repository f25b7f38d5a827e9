package dev.millrace.bench.e2e.server;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The little of nsqd's HTTP API that the tool uses. */
public final class HttpAdmin implements AutoCloseable {
    private final HttpClient client = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

    /**
     * Deletes a topic, so that what one round left does not burden the next.
     *
     * @param http the server's HTTP address; with null nothing is done
     * @throws IOException if the server does not answer with success
     */
    public void deleteTopic(@Nullable InetSocketAddress http, String topic) throws IOException {
        if (http == null) {
            return;
        }
        URI uri = URI.create(
                "http://" + http.getHostString() + ":" + http.getPort() + "/topic/delete?topic=" + topic);
        try {
            int status = client.send(HttpRequest.newBuilder(uri)
                    .timeout(Duration.ofSeconds(60))
                    .POST(BodyPublishers.noBody())
                    .build(), BodyHandlers.discarding()).statusCode();
            if (status != 200) {
                throw new IOException("POST " + uri + " was answered with status " + status);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted during POST " + uri, e);
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
        client.close();
    }
}
