package dev.millrace.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.millrace.grpc.v1.EnqueueRequest;
import dev.millrace.grpc.v1.MessagesGrpc;
import dev.millrace.grpc.v1.NewMessage;
import dev.millrace.grpc.v1.PublishRequest;
import dev.millrace.grpc.v1.TaskSpec;
import dev.millrace.grpc.v1.TasksGrpc;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.assertj.core.api.ThrowableAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server whose low mark is above what any disk has free: every door says so, and what makes room goes on. */
class DiskLowTest {
    @TempDir Path folder;
    private ServerProcess server;

    @BeforeEach
    void start() throws Exception {
        try (ServerProcess before = ServerProcess.start(folder.resolve("data"))) {
            before.publish("orders", "kept");
            before.terminate();
            assertThat(before.awaitExit()).isZero();
        }
        server = ServerProcess.start(folder.resolve("data"), "--disk-low", "4000000GiB", "--disk-high", "4000001GiB");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    /** What every refusal holds. */
    private Pattern reason() {
        return Pattern.compile("the disk is nearly full: " + Pattern.quote(folder.resolve("data").toString())
                + "\\S* has \\d+ bytes free and needs \\d+");
    }

    private static HttpResponse<String> post(String address, String path) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(HttpRequest.newBuilder(URI.create("http://" + address + path))
                    .POST(HttpRequest.BodyPublishers.ofString("more"))
                    .build(), HttpResponse.BodyHandlers.ofString());
        }
    }

    @Test
    void publishing_isRefusedByEveryDoorWithTheReason() throws Exception {
        HttpResponse<String> api = post(server.address("http"), "/api/v1/topics/orders/messages");
        assertThat(api.statusCode()).isEqualTo(507);
        assertThat(api.body()).containsPattern(reason());
        HttpResponse<String> nsqd = post(server.address("nsq-http"), "/pub?topic=orders");
        assertThat(nsqd.statusCode()).isEqualTo(507);
        assertThat(nsqd.body()).containsPattern(reason());
        assertThat(nsqError("  V2PUB orders\n\0\0\0\4more")).startsWith("E_PUB_FAILED PUB failed ")
                .containsPattern(reason());
        assertThat(nsqError("  V2DPUB orders 1000\n\0\0\0\4more")).startsWith("E_DPUB_FAILED ")
                .containsPattern(reason());
        ManagedChannel channel = NettyChannelBuilder.forTarget(server.address("grpc")).usePlaintext().build();
        try {
            ByteString more = ByteString.copyFromUtf8("more");
            PublishRequest publish = PublishRequest.newBuilder()
                    .setTopic("orders")
                    .addMessages(NewMessage.newBuilder().setBody(more))
                    .build();
            assertNoRoom(() -> MessagesGrpc.newBlockingStub(channel).publish(publish));
            EnqueueRequest enqueue = EnqueueRequest.newBuilder()
                    .setQueue("mails")
                    .addTasks(TaskSpec.newBuilder().setPayload(more))
                    .build();
            assertNoRoom(() -> TasksGrpc.newBlockingStub(channel).enqueue(enqueue));
        } finally {
            channel.shutdownNow();
        }
    }

    private void assertNoRoom(ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(StatusRuntimeException.class, refused -> {
            assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
            assertThat(refused.getMessage()).containsPattern(reason());
        });
    }

    private String nsqError(String bytes) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port("nsq-tcp"));
                DataInputStream in = new DataInputStream(socket.getInputStream())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
            int size = in.readInt();
            assertThat(in.readInt()).as("frame type: error").isEqualTo(1);
            return new String(in.readNBytes(size - Integer.BYTES), StandardCharsets.UTF_8);
        }
    }

    @Test
    void consuming_goesOn() throws Exception {
        String group = "/api/v1/topics/orders/groups/billing";
        String pulled = server.json(group + "/pull", "{\"waitMillis\":10000}");
        assertThat(pulled).contains("\"text\":\"kept\"");
        String token = pulled.replaceAll(".*\"token\":\"([0-9a-f]{16})\".*", "$1");
        assertThat(server.json(group + "/ack", "{\"tokens\":[\"" + token + "\"]}")).contains("\"done\":1");
    }
}
