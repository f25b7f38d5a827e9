package dev.millrace.verification.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.Message;
import dev.millrace.api.Millrace;
import dev.millrace.api.Published;
import dev.millrace.api.Topic;
import dev.millrace.verification.process.MillraceProcess;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** An idempotency key is one key, whatever door it comes by: HTTP's header and that of the native protocol and the Java API. */
class IdempotencyAcrossDoorsTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @TempDir private Path folder;

    private static String text(InetSocketAddress address) {
        return address.getHostString() + ":" + address.getPort();
    }

    private static JsonNode post(HttpClient http, String address, String key) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + address + "/api/v1/topics/orders/messages"))
                .header("Idempotency-Key", key)
                .POST(BodyPublishers.ofString("over HTTP"))
                .build();
        return JSON.readTree(http.send(request, BodyHandlers.ofString()).body());
    }

    @Test
    void aKeyOfOneDoor_isTheSameAtTheOther_alsoAfterACrash() throws Exception {
        HttpClient http = HttpClient.newHttpClient();
        MillraceProcess server = MillraceProcess.start(folder.resolve("data"));
        try {
            String first = post(http, text(server.address("http")), "by-http").at("/ids/0").asString();
            Published own;
            try (Millrace m = Millrace.connect(text(server.address("grpc")))) {
                Topic topic = m.topic("orders");
                Published again = topic.publishOnce(Message.of("over gRPC").idempotencyKey("by-http"));
                assertThat(again.duplicate()).isTrue();
                assertThat(again.id()).hasToString(first);
                own = topic.publishOnce(Message.of("over gRPC").idempotencyKey("by-grpc"));
                assertThat(own.duplicate()).isFalse();
            }
            server = server.restart();
            JsonNode repeated = post(http, text(server.address("http")), "by-grpc");
            assertThat(repeated.path("duplicate").booleanValue()).as("%s", repeated).isTrue();
            assertThat(repeated.at("/ids/0").asString()).isEqualTo(own.id().toString());
            try (Millrace m = Millrace.connect(text(server.address("grpc")))) {
                Topic topic = m.topic("orders");
                assertThat(topic.publishAllOnce(List.of(Message.of("a").idempotencyKey("by-http"),
                        Message.of("b").idempotencyKey("by-grpc"), Message.of("c").idempotencyKey("new"))))
                        .extracting(Published::duplicate)
                        .containsExactly(true, true, false);
                assertThat(topic.stats().accepted()).isEqualTo(3);
            }
        } finally {
            server.close();
        }
    }
}
