package dev.millrace.bench.e2e.peers;

import dev.millrace.bench.e2e.load.Client;
import dev.millrace.bench.e2e.load.Load;
import dev.millrace.bench.e2e.load.Pacing;
import dev.millrace.bench.e2e.load.Sending;
import dev.millrace.bench.e2e.nsq.MessageSink;
import io.nats.client.Connection;
import io.nats.client.Dispatcher;
import io.nats.client.JetStream;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.PushSubscribeOptions;
import io.nats.client.api.AckPolicy;
import io.nats.client.api.ConsumerConfiguration;
import io.nats.client.api.DeliverPolicy;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** JetStream by its Java client: a stream in files for each topic, asynchronous publishes, a push consumer with explicit acks. */
record NatsClient(InetSocketAddress address) implements Client {
    /** With a sync for each message, a wider window only waits longer. */
    private static final int MOST_WITHOUT_ANSWER = 1_000;
    /** Answers that have not come by then are given up; 5 s unless set. */
    private static final Duration ANSWER = Duration.ofMinutes(2);

    private Connection connect() throws IOException {
        try {
            return Nats.connect(new Options.Builder()
                    .server("nats://" + address.getHostString() + ":" + address.getPort())
                    .requestCleanupInterval(ANSWER)
                    .build());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while connecting to " + address, e);
        }
    }

    /** Something done with a connection of its own. */
    private interface Action {
        void run(JetStreamManagement streams) throws IOException, JetStreamApiException;
    }

    private void manage(String what, Action action) throws IOException {
        Connection connection = connect();
        try {
            action.run(connection.jetStreamManagement());
        } catch (JetStreamApiException e) {
            throw new IOException(what + " failed: " + e.getMessage(), e);
        } finally {
            close(connection);
        }
    }

    @Override
    public void create(String topic) throws IOException {
        manage("making the stream " + topic,
                streams -> streams.addStream(StreamConfiguration.builder()
                        .name(topic)
                        .subjects(topic)
                        .storageType(StorageType.File)
                        .build()));
    }

    private static IOException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new IOException("interrupted", e);
    }

    @Override
    public Sending sending(Stream stream) throws IOException {
        return new Sender(stream, connect());
    }

    @Override
    public Pacing pacing(String topic, int bodyBytes) throws IOException {
        return new Sender(BodySender.paced(topic, bodyBytes), connect());
    }

    @Override
    public Load consume(String topic, int inFlight, @Nullable MessageSink sink) throws IOException {
        Connection connection = connect();
        AtomicLong consumed = new AtomicLong();
        Dispatcher dispatcher = connection.createDispatcher();
        PushSubscribeOptions options = PushSubscribeOptions.builder()
                .configuration(ConsumerConfiguration.builder()
                        .durable(GROUP)
                        .ackPolicy(AckPolicy.Explicit)
                        .deliverPolicy(DeliverPolicy.All)
                        .maxAckPending(inFlight)
                        .build())
                .build();
        try {
            connection.jetStream().subscribe(topic, dispatcher, message -> {
                byte[] body = message.getData();
                if (sink != null) {
                    sink.onMessage(ByteBuffer.wrap(body), 0, body.length);
                }
                message.ack();
                consumed.setRelease(consumed.getPlain() + 1);
            }, false, options);
        } catch (JetStreamApiException e) {
            throw new IOException("no consumer of " + topic + ": " + e.getMessage(), e);
        }
        return new Load() {
            @Override
            public long messages() {
                return consumed.getAcquire();
            }

            @Override
            public void close() throws IOException {
                NatsClient.close(connection);
            }
        };
    }

    private static void close(Connection connection) throws IOException {
        try {
            connection.close();
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    @Override
    public void delete(String topic) throws IOException {
        manage("deleting the stream " + topic, streams -> streams.deleteStream(topic));
    }

    private static final class Sender extends BodySender {
        private final String topic;
        private final Connection connection;
        private final JetStream stream;

        Sender(Stream stream, Connection connection) throws IOException {
            super(stream, Math.min(stream.windowMessages(), MOST_WITHOUT_ANSWER));
            this.topic = stream.topic();
            this.connection = connection;
            this.stream = connection.jetStream();
        }

        @Override
        void send(byte[] body) {
            var _ = stream.publishAsync(topic, body).whenComplete((ack, error) -> answered(error));
        }

        @Override
        void flush() {
            // its writer sends at once
        }

        @Override
        public void close() throws IOException {
            NatsClient.close(connection);
        }
    }
}
