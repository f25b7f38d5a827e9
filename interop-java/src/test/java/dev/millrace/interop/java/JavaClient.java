package dev.millrace.interop.java;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.Consumer;

/** What the tests need of a client; each client is wrapped once. */
interface JavaClient extends AutoCloseable {
    void publish(String topic, String body) throws Exception;

    void publishAll(String topic, List<String> bodies) throws Exception;

    /** A message that is delivered no earlier than after the delay; a client without that command uses HTTP. */
    void publishDeferred(String topic, String body, int delayMillis) throws Exception;

    /**
     * Subscribes at a server; the handler answers each message, at once or later and from any thread.
     *
     * @param messageTimeoutMillis how long the server waits for an answer
     */
    void subscribe(InetSocketAddress server, Subscription subscription, int messageTimeoutMillis) throws Exception;

    /** The same with the server found through nsqlookupd. */
    void subscribeByLookup(InetSocketAddress lookup, Subscription subscription) throws Exception;

    @Override
    void close() throws IOException;

    /** What is subscribed, and what is done with each message. */
    record Subscription(String topic, String channel, Consumer<Delivery> handler) {}
}
