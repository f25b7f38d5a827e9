package dev.millrace.verification.interop;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Requests to the servers and to nsqadmin. */
final class Http {
    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private Http() {}

    /** An answer with its status and text. */
    record Answer(int status, String text) {
        JsonNode json() {
            return JSON.readTree(text);
        }
    }

    /**
     * Sends a request and takes any answer.
     *
     * @param address host:port
     * @param path with its query
     */
    static Answer send(String method, String address, String path, String body)
            throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + address + path))
                .timeout(Duration.ofSeconds(20))
                .method(method, BodyPublishers.ofString(body))
                .build();
        HttpResponse<String> response = CLIENT.send(request, BodyHandlers.ofString());
        return new Answer(response.statusCode(), response.body());
    }

    /** The JSON that a GET is answered with; any status but 200 is an error. */
    static JsonNode get(String address, String path) throws IOException, InterruptedException {
        return expect200("GET", address, path, "").json();
    }

    /** A POST, DELETE or the like that must be answered with 200. */
    static Answer expect200(String method, String address, String path, String body)
            throws IOException, InterruptedException {
        Answer answer = send(method, address, path, body);
        if (answer.status() != 200) {
            throw new IOException(method + " http://" + address + path + " was answered with " + answer.status() + ": "
                    + answer.text());
        }
        return answer;
    }
}
