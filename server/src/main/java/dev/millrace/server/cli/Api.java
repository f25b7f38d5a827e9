package dev.millrace.server.cli;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;

/** The HTTP API as commands use it. Thread-safe: at worst the token is looked up twice. */
final class Api {
    static final JsonMapper JSON = JsonMapper.builder().build();
    /** A server that is alive answers sooner, but for bulk changes of many millions. */
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final String url;
    private final Duration patience;
    private final HttpClient client;
    private final UnaryOperator<String> words;
    private volatile @Nullable String token;

    Api(String url, @Nullable String token) {
        this(checked(url), token, PATIENCE, HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(5))
                .build(), UnaryOperator.identity());
    }

    private Api(String url, @Nullable String token, Duration patience, HttpClient client,
            UnaryOperator<String> words) {
        this.url = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
        this.token = token;
        this.patience = patience;
        this.client = client;
        this.words = words;
    }

    private static String checked(String url) {
        try {
            URI uri = URI.create(url);
            if (uri.getHost() != null && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
                return url;
            }
        } catch (IllegalArgumentException e) {
            throw badUrl(url);
        }
        throw badUrl(url);
    }

    private static CliException badUrl(String url) {
        return new CliException("'" + url + "' is not a server's address. --url or MILLRACE_URL must be such as"
                + " http://127.0.0.1:7070");
    }

    /** The same, but waits no longer for an answer. */
    Api within(Duration limit) {
        return new Api(url, token, limit, client, words);
    }

    /** The same, but puts refusals of the server into other words. */
    Api saying(UnaryOperator<String> other) {
        return new Api(url, token, patience, client, other);
    }

    String url() {
        return url;
    }

    /** {@code /api/v1/topics/TOPIC/groups/GROUP/REST}; an empty group leaves the groups part out. */
    static String path(String topic, String group, String rest) {
        String path = "/api/v1/topics/" + encode(topic);
        if (!group.isEmpty()) {
            path += "/groups/" + encode(group);
        }
        return rest.isEmpty() ? path : path + "/" + rest;
    }

    /** For a path or a query. */
    static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** {@code /api/v1/queues/QUEUE/REST}. */
    static String queue(String queue, String rest) {
        String path = "/api/v1/queues/" + encode(queue);
        return rest.isEmpty() ? path : path + "/" + rest;
    }

    JsonNode get(String path) {
        return send("GET", path, BodyPublishers.noBody(), "");
    }

    /** All pages of a list, put together. */
    ArrayNode all(String path, String member) {
        return all(path, member, "");
    }

    /** The same of what a query wants, which begins with {@code &}. */
    ArrayNode all(String path, String member, String query) {
        ArrayNode all = JSON.createArrayNode();
        JsonNode page = get(path + "?limit=1000" + query);
        page.path(member).forEach(all::add);
        while (page.path("next").isString()) {
            page = get(path + "?limit=1000" + query + "&after=" + encode(page.path("next").asString()));
            page.path(member).forEach(all::add);
        }
        return all;
    }

    JsonNode post(String path, String json) {
        return send("POST", path, BodyPublishers.ofString(json), "application/json");
    }

    /** A change that may take its time; {@code meanwhile} is run twice a second until it is done. */
    JsonNode postLong(String path, String json, Runnable meanwhile) {
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                answer.complete(send("POST", path, BodyPublishers.ofString(json), "application/json"));
            } catch (RuntimeException e) {
                answer.completeExceptionally(e);
            }
        });
        while (true) {
            try {
                return answer.get(500, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                meanwhile.run();
            } catch (ExecutionException e) {
                throw e.getCause() instanceof CliException told ? told : new IllegalStateException(e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new CliException("interrupted; the server goes on");
            }
        }
    }

    JsonNode put(String path, String json) {
        return send("PUT", path, BodyPublishers.ofString(json), "application/json");
    }

    JsonNode delete(String path) {
        return send("DELETE", path, BodyPublishers.noBody(), "");
    }

    JsonNode postBytes(String path, byte[] body) {
        return send("POST", path, BodyPublishers.ofByteArray(body), "application/octet-stream");
    }

    private JsonNode send(String method, String path, HttpRequest.BodyPublisher body, String type) {
        HttpResponse<String> response = exchange(method, path, body, type);
        if (response.statusCode() == 401 && token == null) {
            token = findToken();
            if (token != null) {
                response = exchange(method, path, body, type);
            }
        }
        JsonNode json;
        try {
            json = json(response);
        } catch (JacksonException e) {
            throw new CliException(url + path + " answered what is not JSON: " + e.getOriginalMessage()
                    + ". Is it Millrace's HTTP address?");
        }
        if (response.statusCode() >= 400) {
            String detail = json.path("detail").asString("");
            throw new CliException(detail.isEmpty() ? url + path + " answered " + response.statusCode()
                    + "; is it Millrace's HTTP address?" : words.apply(detail));
        }
        return json;
    }

    private static JsonNode json(HttpResponse<String> response) {
        boolean json = response.headers().firstValue("Content-Type").orElse("").endsWith("json");
        return json ? JSON.readTree(response.body()) : JSON.createObjectNode();
    }

    private HttpResponse<String> exchange(String method, String path, HttpRequest.BodyPublisher body, String type) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path))
                .timeout(patience)
                .method(method, body);
        if (!type.isEmpty()) {
            request.header("Content-Type", type);
        }
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        try {
            return client.send(request.build(), BodyHandlers.ofString());
        } catch (ConnectException | HttpConnectTimeoutException e) {
            throw new CliException("no server answers at " + url
                    + ". Start one with ./millrace server, or name another by --url or MILLRACE_URL");
        } catch (IOException e) {
            if (String.valueOf(e.getMessage()).contains("status line")) {
                throw new CliException(url + " does not speak HTTP. Is it Millrace's HTTP address? The default is"
                        + " http://127.0.0.1:7070");
            }
            throw new CliException("the connection to " + url + " broke: " + e + ". "
                    + (method.equals("GET") ? "Try again" : "Whether it was done is unknown"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CliException("interrupted");
        }
    }

    /** In the usual folders, then where the server says it is. */
    private @Nullable String findToken() {
        List<Path> candidates = new ArrayList<>();
        candidates.add(Path.of("data", "http-token"));
        String data = System.getenv("MILLRACE_DATA");
        if (data != null) {
            candidates.add(Path.of(data, "http-token"));
        }
        HttpResponse<String> server = exchange("GET", "/api/v1/server", BodyPublishers.noBody(), "");
        String file = json(server).path("tokenFile").asString("");
        if (!file.isEmpty()) {
            candidates.add(Path.of(file));
        }
        return TokenFinder.find(url, candidates);
    }
}
