package dev.millrace.verification.crash;

import dev.millrace.verification.crash.NsqClient.Delivered;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The end of a run: everything that a server still has is consumed, and its figures must be those of an empty house. */
public final class Finale {
    private static final int QUIET_MILLIS = 300;
    private static final long LIMIT_NANOS = 60_000_000_000L;
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final InetSocketAddress tcp;
    private final InetSocketAddress http;
    private final Journal journal;
    private final HttpClient client = HttpClient.newHttpClient();

    /** With the addresses of the doors {@code nsq-tcp} and {@code http}. */
    public Finale(InetSocketAddress tcp, InetSocketAddress http, Journal journal) {
        this.tcp = tcp;
        this.http = http;
        this.journal = journal;
    }

    /**
     * Consumes everything.
     *
     * @return what is wrong with the server's figures, a line each
     */
    public List<String> consumeAll() throws IOException, InterruptedException {
        List<CompletableFuture<Void>> consumers = new ArrayList<>();
        for (String topic : Load.TOPICS) {
            consumers.add(CompletableFuture.runAsync(() -> consume(topic)));
        }
        for (CompletableFuture<Void> consumer : consumers) {
            consumer.join();
        }
        JsonNode stats = stats();
        List<String> wrong = new ArrayList<>();
        if (!stats.path("conservation").path("holds").asBoolean()) {
            wrong.add("the conservation law does not hold: " + stats);
        }
        if (open(stats) != 0) {
            wrong.add("something is left: " + stats);
        }
        long accepted = stats.path("totals").path("accepted").asLong();
        if (accepted < journal.acknowledged()) {
            wrong.add(journal.acknowledged() + " messages were acknowledged, but the server knows of " + accepted);
        }
        return wrong;
    }

    private void consume(String topic) {
        long deadline = System.nanoTime() + LIMIT_NANOS;
        try (NsqClient consumer = new NsqClient(tcp, QUIET_MILLIS)) {
            consumer.subscribe(topic, Load.CHANNEL, 500);
            while (consumeUntilQuiet(consumer) || open(stats()) > 0) {
                if (System.nanoTime() > deadline) {
                    throw new IOException("what is left does not come: " + stats());
                }
            }
        } catch (IOException e) {
            throw new CompletionException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CompletionException(e);
        }
    }

    /** Returns whether anything came. */
    private boolean consumeUntilQuiet(NsqClient consumer) throws IOException {
        boolean any = false;
        while (true) {
            try {
                Delivered delivery = consumer.next();
                journal.delivered(delivery);
                consumer.finish(delivery.id());
                any = true;
            } catch (SocketTimeoutException quiet) {
                return any;
            }
        }
    }

    private JsonNode stats() throws IOException, InterruptedException {
        HttpRequest request = HttpRequest
                .newBuilder(URI.create("http://" + http.getHostString() + ":" + http.getPort() + "/api/v1/stats"))
                .timeout(Duration.ofSeconds(20))
                .build();
        return JSON.readTree(client.send(request, HttpResponse.BodyHandlers.ofString()).body());
    }

    private static long open(JsonNode stats) {
        JsonNode totals = stats.path("totals");
        long open = 0;
        for (String kind : List.of("scheduled", "ready", "leased", "retrying", "dead")) {
            open += totals.path(kind).asLong();
        }
        return open;
    }
}
