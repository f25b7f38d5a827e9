package dev.millrace.interop.java;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sproutsocial.nsq.Client;
import com.sproutsocial.nsq.Config;
import com.sproutsocial.nsq.DirectSubscriber;
import com.sproutsocial.nsq.Message;
import com.sproutsocial.nsq.MessageHandler;
import com.sproutsocial.nsq.Publisher;
import com.sproutsocial.nsq.Subscriber;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** com.sproutsocial:nsq-j. */
final class NsqJ implements JavaClient {
    private static final int LOOKUP_SECONDS = 1;
    private static final int MAX_IN_FLIGHT = 50;
    private static final int FLUSH_MILLIS = 50;

    private final Publisher publisher;
    private final List<Subscriber> subscribers = new ArrayList<>();

    NsqJ(NsqServer server) {
        this.publisher = new Publisher(new Client(), hostPort(server.tcp()), null);
    }

    private static String hostPort(InetSocketAddress address) {
        return address.getHostString() + ":" + address.getPort();
    }

    @Override
    public void publish(String topic, String body) {
        publisher.publish(topic, body.getBytes(UTF_8));
    }

    @Override
    public void publishAll(String topic, List<String> bodies) {
        publisher.publish(topic, bodies.stream().map(body -> body.getBytes(UTF_8)).toList());
    }

    @Override
    public void publishDeferred(String topic, String body, int delayMillis) {
        publisher.publishDeferred(topic, body.getBytes(UTF_8), delayMillis, TimeUnit.MILLISECONDS);
    }

    @Override
    public void subscribe(InetSocketAddress server, Subscription subscription, int messageTimeoutMillis) {
        Subscriber subscriber = new DirectSubscriber(LOOKUP_SECONDS, hostPort(server));
        Config config = new Config();
        config.setMsgTimeout(messageTimeoutMillis);
        subscriber.setConfig(config);
        start(subscriber, subscription);
    }

    @Override
    public void subscribeByLookup(InetSocketAddress lookup, Subscription subscription) {
        start(new Subscriber(new Client(), LOOKUP_SECONDS, 10, hostPort(lookup)), subscription);
    }

    private void start(Subscriber subscriber, Subscription subscription) {
        subscribers.add(subscriber);
        // It holds back answers, touches too, for up to two seconds unless told otherwise.
        subscriber.setMaxFlushDelayMillis(FLUSH_MILLIS);
        MessageHandler handler = message -> subscription.handler().accept(new Taken(message));
        subscriber.subscribe(subscription.topic(), subscription.channel(), MAX_IN_FLIGHT, handler);
    }

    private record Taken(Message message) implements Delivery {
        @Override
        public String body() {
            return new String(message.getData(), UTF_8);
        }

        @Override
        public int attempts() {
            return message.getAttempts();
        }

        @Override
        public void finish() {
            message.finish();
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
    public void close() {
        subscribers.forEach(Subscriber::stop);
        publisher.stop();
    }
}
