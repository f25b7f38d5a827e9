package dev.millrace.bench.e2e.peers;

import dev.millrace.bench.e2e.load.Client;
import dev.millrace.bench.e2e.load.Load;
import dev.millrace.bench.e2e.load.Pacing;
import dev.millrace.bench.e2e.load.Sending;
import dev.millrace.bench.e2e.nsq.MessageSink;
import io.lettuce.core.Consumer;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XGroupCreateArgs;
import io.lettuce.core.XReadArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Streams of Redis by Lettuce: XADD in pipelines, XREADGROUP, all ids of a read in one XACK that goes out with the next read. */
record RedisStreams(InetSocketAddress address) implements Client {
    private static final byte[] FIELD = {'d'};
    private static final byte[] GROUP_NAME = GROUP.getBytes(StandardCharsets.US_ASCII);
    private static final int READ_COUNT = 500;
    private static final long BLOCK_MILLIS = 200;
    private static final long ANSWER_SECONDS = 60;

    /** A client with one connection. */
    private record Line(RedisClient client, StatefulRedisConnection<byte[], byte[]> connection)
            implements AutoCloseable {
        @Override
        public void close() {
            connection.close();
            client.shutdown(0, 1, TimeUnit.SECONDS);
        }
    }

    private Line connect() {
        RedisClient client = RedisClient.create(RedisURI.create(address.getHostString(), address.getPort()));
        return new Line(client, client.connect(ByteArrayCodec.INSTANCE));
    }

    private static byte[] key(String topic) {
        return topic.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void create(String topic) {
        try (Line line = connect()) {
            line.connection.sync()
                    .xgroupCreate(XReadArgs.StreamOffset.from(key(topic), "0"), GROUP_NAME,
                            XGroupCreateArgs.Builder.mkstream());
        }
    }

    @Override
    public Sending sending(Stream stream) {
        return new Sender(stream, connect());
    }

    @Override
    public Pacing pacing(String topic, int bodyBytes) {
        return new Sender(BodySender.paced(topic, bodyBytes), connect());
    }

    @Override
    public Load consume(String topic, int inFlight, @Nullable MessageSink sink) {
        return PollingConsumer.start(new Source(connect(), key(topic), Math.min(inFlight, READ_COUNT)), sink);
    }

    @Override
    public void delete(String topic) {
        try (Line line = connect()) {
            line.connection.sync().unlink(key(topic));
        }
    }

    private static final class Source implements PollingConsumer.Source {
        private final Line line;
        private final byte[] key;
        private final int count;
        private String[] toAck = {};

        Source(Line line, byte[] key, int count) {
            this.line = line;
            this.key = key;
            this.count = count;
            line.connection.setAutoFlushCommands(false);
        }

        // Lettuce's method takes an array of a generic type without @SafeVarargs.
        @SuppressWarnings("unchecked")
        @Override
        public void poll(PollingConsumer.Taken taken) throws Exception {
            RedisFuture<Long> acked = toAck.length == 0 ? null : line.connection.async().xack(key, GROUP_NAME, toAck);
            RedisFuture<List<StreamMessage<byte[], byte[]>>> read = line.connection.async()
                    .xreadgroup(Consumer.from(GROUP_NAME, GROUP_NAME),
                            XReadArgs.Builder.count(count).block(BLOCK_MILLIS),
                            XReadArgs.StreamOffset.lastConsumed(key));
            line.connection.flushCommands();
            List<StreamMessage<byte[], byte[]>> messages = read.get(ANSWER_SECONDS, TimeUnit.SECONDS);
            if (acked != null) {
                acked.get(ANSWER_SECONDS, TimeUnit.SECONDS);
            }
            toAck = new String[messages.size()];
            for (int i = 0; i < toAck.length; i++) {
                toAck[i] = messages.get(i).getId();
                messages.get(i).getBody().values().forEach(taken::body);
            }
        }

        @Override
        public void close() {
            line.close();
        }
    }

    private static final class Sender extends BodySender {
        private final byte[] key;
        private final Line line;

        Sender(Stream stream, Line line) {
            super(stream, stream.windowMessages());
            this.key = key(stream.topic());
            this.line = line;
            line.connection.setAutoFlushCommands(false);
        }

        @Override
        void send(byte[] body) {
            var _ = line.connection.async().xadd(key, Map.of(FIELD, body)).whenComplete((id, error) -> answered(error));
        }

        @Override
        void flush() {
            line.connection.flushCommands();
        }

        @Override
        public void close() {
            line.close();
        }
    }
}
