package dev.millrace.bench.e2e.peers;

import ch.qos.logback.classic.Level;
import dev.millrace.bench.e2e.load.Client;
import dev.millrace.bench.e2e.load.Load;
import dev.millrace.bench.e2e.load.Pacing;
import dev.millrace.bench.e2e.load.Sending;
import dev.millrace.bench.e2e.nsq.MessageSink;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Kafka by its Java client: one partition, acks of all, and for batches its own batching (5 ms, 64 KiB) with a window of its
 * own, without which it is no faster than its latency; an offset commit after each poll.
 */
record KafkaClient(InetSocketAddress address) implements Client {
    private static final int OWN_WINDOW = 100_000;
    // Its clients tell their whole configuration each time one is made.
    private static final Logger LOG = LoggerFactory.getLogger("org.apache.kafka");

    static {
        if (LOG instanceof ch.qos.logback.classic.Logger logger) {
            logger.setLevel(Level.WARN);
        }
    }

    private static final Duration POLL = Duration.ofMillis(200);

    private String servers() {
        return address.getHostString() + ":" + address.getPort();
    }

    @Override
    public void create(String topic) throws IOException {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers()))) {
            await(admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all(), "making the topic " + topic);
        }
    }

    private static void await(KafkaFuture<?> done, String what) throws IOException {
        try {
            done.get();
        } catch (ExecutionException e) {
            throw new IOException(what + " failed: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(what + " was interrupted", e);
        }
    }

    @Override
    public Sending sending(Stream stream) {
        boolean batching = stream.batch() > 1;
        return new Sender(stream, batching ? OWN_WINDOW : stream.windowMessages(), producer(batching));
    }

    @Override
    public Pacing pacing(String topic, int bodyBytes) {
        Stream stream = BodySender.paced(topic, bodyBytes);
        return new Sender(stream, stream.windowMessages(), producer(false));
    }

    private KafkaProducer<byte[], byte[]> producer(boolean batching) {
        return new KafkaProducer<>(Map.of("bootstrap.servers", servers(), "acks", "all", "linger.ms", batching ? 5 : 0,
                "batch.size", batching ? 64 << 10 : 16 << 10, "buffer.memory", 64L << 20), new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    @Override
    public Load consume(String topic, int inFlight, @Nullable MessageSink sink) {
        KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", servers(), "group.id", GROUP, "enable.auto.commit", false,
                        "auto.offset.reset", "earliest", "max.poll.records", inFlight),
                new ByteArrayDeserializer(), new ByteArrayDeserializer());
        consumer.assign(List.of(new TopicPartition(topic, 0)));
        return PollingConsumer.start(new Source(consumer), sink);
    }

    @Override
    public void delete(String topic) throws IOException {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers()))) {
            await(admin.deleteTopics(List.of(topic)).all(), "deleting the topic " + topic);
        }
    }

    private record Source(KafkaConsumer<byte[], byte[]> consumer) implements PollingConsumer.Source {
        @Override
        public void poll(PollingConsumer.Taken taken) {
            boolean any = false;
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                taken.body(record.value());
                any = true;
            }
            if (any) {
                consumer.commitAsync();
            }
        }

        @Override
        public void close() {
            consumer.close();
        }
    }

    private static final class Sender extends BodySender {
        private final String topic;
        private final KafkaProducer<byte[], byte[]> producer;

        Sender(Stream stream, int window, KafkaProducer<byte[], byte[]> producer) {
            super(stream, window);
            this.topic = stream.topic();
            this.producer = producer;
        }

        @Override
        void send(byte[] body) {
            var _ = producer.send(new ProducerRecord<>(topic, body), (metadata, error) -> answered(error));
        }

        @Override
        void flush() {
            // its sender thread decides; waiting for it after each batch would cost what it gains by batching
        }

        @Override
        public void close() {
            producer.close();
        }
    }
}
