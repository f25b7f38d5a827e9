package dev.millrace.interop.java;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.github.brainlag.nsq.NSQConfig;
import com.github.brainlag.nsq.NSQConsumer;
import com.github.brainlag.nsq.NSQMessage;
import com.github.brainlag.nsq.NSQProducer;
import com.github.brainlag.nsq.ServerAddress;
import com.github.brainlag.nsq.lookup.DefaultNSQLookup;
import com.github.brainlag.nsq.lookup.NSQLookup;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** com.github.brainlag:nsq-client. It has no deferred publish. */
final class Brainlag implements JavaClient {
    private final NsqServer server;
    private final NSQProducer producer = new NSQProducer();
    private final List<NSQConsumer> consumers = new ArrayList<>();

    Brainlag(NsqServer server) {
        this.server = server;
        producer.addAddress(server.tcp().getHostString(), server.tcp().getPort()).start();
    }

    /** Always the one server: this client knows no subscription without a lookup. */
    private record Direct(ServerAddress server) implements NSQLookup {
        @Override
        public Set<ServerAddress> lookup(String topic) {
            return Set.of(server);
        }

        @Override
        public void addLookupAddress(String address, int port) {
            throw new IllegalStateException("only one server is looked at");
        }
    }

    @Override
    public void publish(String topic, String body) throws Exception {
        producer.produce(topic, body.getBytes(UTF_8));
    }

    @Override
    public void publishAll(String topic, List<String> bodies) throws Exception {
        producer.produceMulti(topic, bodies.stream().map(body -> body.getBytes(UTF_8)).toList());
    }

    @Override
    public void publishDeferred(String topic, String body, int delayMillis) throws Exception {
        server.post("/pub?topic=" + topic + "&defer=" + delayMillis, body);
    }

    @Override
    public void subscribe(InetSocketAddress address, Subscription subscription, int messageTimeoutMillis) {
        NSQConfig config = new NSQConfig();
        config.setMsgTimeout(messageTimeoutMillis);
        start(new Direct(new ServerAddress(address.getHostString(), address.getPort())), subscription, config);
    }

    @Override
    public void subscribeByLookup(InetSocketAddress address, Subscription subscription) {
        NSQLookup lookup = new DefaultNSQLookup();
        lookup.addLookupAddress(address.getHostString(), address.getPort());
        start(lookup, subscription, new NSQConfig());
    }

    private void start(NSQLookup lookup, Subscription subscription, NSQConfig config) {
        NSQConsumer consumer = new NSQConsumer(lookup, subscription.topic(), subscription.channel(),
                message -> subscription.handler().accept(new Taken(message)), config);
        consumer.setLookupPeriod(1_000);
        consumers.add(consumer.start());
    }

    private record Taken(NSQMessage message) implements Delivery {
        @Override
        public String body() {
            return new String(message.getMessage(), UTF_8);
        }

        @Override
        public int attempts() {
            return message.getAttempts();
        }

        @Override
        public void finish() {
            message.finished();
        }

        @Override
        public void requeue(int delayMillis) {
            message.requeue(delayMillis);
        }

        @Override
        public void touch() {
            message.touch();
        }
    }

    @Override
    public void close() throws IOException {
        for (NSQConsumer consumer : consumers) {
            consumer.shutdown();
        }
        producer.shutdown();
    }
}
