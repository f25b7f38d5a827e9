package dev.millrace.door.grpc;

import com.google.protobuf.ByteString;
import dev.millrace.core.shard.ShardClock;
import dev.millrace.grpc.v1.AdminGrpc;
import dev.millrace.grpc.v1.EnqueueRequest;
import dev.millrace.grpc.v1.GetStatsRequest;
import dev.millrace.grpc.v1.GroupStats;
import dev.millrace.grpc.v1.MessagesGrpc;
import dev.millrace.grpc.v1.NewMessage;
import dev.millrace.grpc.v1.PublishRequest;
import dev.millrace.grpc.v1.TaskSpec;
import dev.millrace.grpc.v1.TasksGrpc;
import dev.millrace.log.file.FileLogFactory;
import dev.millrace.log.file.FileLogOptions;
import dev.millrace.net.EventLoops;
import dev.millrace.net.ListenAddress;
import dev.millrace.node.Node;
import dev.millrace.node.NodeOptions;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.AbstractStub;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The real engine on a folder of its own with the gRPC door in front, and clients over real sockets. */
final class DoorRig implements AutoCloseable {
    private final FileLogFactory logs;
    private final Node node;
    private final EventLoops loops = EventLoops.open("door-test", 2);
    private final List<ManagedChannel> channels = new ArrayList<>();
    private final Path tokenFile;
    final GrpcDoor door;
    final ManagedChannel channel;

    DoorRig(Path folder) {
        this(folder, options(folder));
    }

    DoorRig(Path folder, GrpcDoorOptions options) {
        this(folder, options, NodeOptions.DEFAULT);
    }

    DoorRig(Path folder, GrpcDoorOptions options, NodeOptions engine) {
        this(folder, options, engine, ShardClock.SYSTEM);
    }

    DoorRig(Path folder, GrpcDoorOptions options, NodeOptions engine, ShardClock clock) {
        tokenFile = options.tokenFile();
        logs = FileLogFactory.onDisk(FileLogOptions.of(folder).withSegmentBytes(4 << 20), Throwable::printStackTrace);
        node = Node.open(logs, engine, clock);
        try {
            door = GrpcDoor.open(node.broker(), loops, options);
        } catch (RuntimeException e) {
            closeEngine();
            throw e;
        }
        channel = channel();
    }

    static GrpcDoorOptions options(Path folder) {
        return GrpcDoorOptions.of(ListenAddress.parse("127.0.0.1:0"), folder.resolve("http-token"), "test");
    }

    /** One more connection. */
    ManagedChannel channel() {
        ManagedChannel more = NettyChannelBuilder.forAddress("127.0.0.1", door.address().port())
                .usePlaintext()
                .maxInboundMessageSize(16 << 20)
                .build();
        channels.add(more);
        return more;
    }

    MessagesGrpc.MessagesBlockingStub messages() {
        return MessagesGrpc.newBlockingStub(channel);
    }

    AdminGrpc.AdminBlockingStub admin() {
        return AdminGrpc.newBlockingStub(channel);
    }

    AdminGrpc.AdminBlockingStub adminWithToken() throws IOException {
        return with(token(), admin());
    }

    TasksGrpc.TasksBlockingStub tasks() {
        return TasksGrpc.newBlockingStub(channel);
    }

    /** The same with a token. */
    static <S extends AbstractStub<S>> S with(String token, S stub) {
        Metadata metadata = new Metadata();
        metadata.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
        return stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata));
    }

    /** Enqueues one in the queue mails and returns its id. */
    long enqueue(TaskSpec.Builder task) {
        return tasks().enqueue(EnqueueRequest.newBuilder().setQueue("mails").addTasks(task).build())
                .getResults(0)
                .getId();
    }

    String token() throws IOException {
        return Files.readString(tokenFile)
                .lines()
                .filter(line -> line.startsWith("token = "))
                .map(line -> line.substring("token = ".length()))
                .findFirst()
                .orElseThrow();
    }

    List<Long> publish(String topic, String... bodies) {
        return messages().publish(request(topic, bodies)).getIdsList();
    }

    static PublishRequest request(String topic, String... bodies) {
        PublishRequest.Builder request = PublishRequest.newBuilder().setTopic(topic);
        for (String body : bodies) {
            request.addMessages(NewMessage.newBuilder().setBody(ByteString.copyFromUtf8(body)));
        }
        return request.build();
    }

    GroupStats group(String topic, String group) {
        return admin().getStats(GetStatsRequest.newBuilder().setTopic(topic).build())
                .getTopics(0)
                .getGroupsList()
                .stream()
                .filter(found -> found.getName().equals(group))
                .findFirst()
                .orElseThrow();
    }

    /** All connections break, nobody is told, and the shards stop without a snapshot. */
    void die() {
        loops.close();
        CompletableFuture<?> stopping = node.hurry();
        node.close();
        stopping.join();
        closeEngine();
    }

    @Override
    public void close() {
        door.close(Duration.ofSeconds(2));
        closeEngine();
    }

    private void closeEngine() {
        channels.forEach(ManagedChannel::shutdownNow);
        node.close();
        logs.close();
        loops.close();
    }
}
