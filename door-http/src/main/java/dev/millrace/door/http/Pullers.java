package dev.millrace.door.http;

import dev.millrace.net.http.HttpFailure;
import dev.millrace.node.Broker;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** The pullers of all groups; those that nobody uses are closed. Thread-safe. */
final class Pullers {
    private static final int MAX_PULLERS = 10_000;
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(60);

    private record Key(String topic, String group) {}

    private final Broker broker;
    private final ConcurrentHashMap<Key, Puller> pullers = new ConcurrentHashMap<>();

    Pullers(Broker broker) {
        this.broker = broker;
    }

    /** The group's puller, entered and open; {@link Puller#leave} must follow. */
    Puller enter(String topic, String group) {
        Key key = new Key(topic, group);
        for (;;) {
            Puller puller = pullers.computeIfAbsent(key, this::create);
            if (!puller.enter()) {
                pullers.remove(key, puller);
                continue;
            }
            try {
                puller.open();
                return puller;
            } catch (RuntimeException e) {
                puller.leave();
                throw e;
            }
        }
    }

    private Puller create(Key key) {
        if (pullers.size() >= MAX_PULLERS) {
            throw new HttpFailure(429, "LIMIT", "more than " + MAX_PULLERS + " groups are pulled from at once");
        }
        return new Puller(broker, broker.topic(key.topic), key.group);
    }

    /** A lease that came from here was extended. */
    void extended(String topic, String group, long leaseMillis) {
        Puller puller = pullers.get(new Key(topic, group));
        if (puller != null) {
            puller.leased(leaseMillis);
        }
    }

    void sweep() {
        pullers.values().removeIf(puller -> puller.closeIfIdle(IDLE_NANOS));
    }

    void close() {
        pullers.values().forEach(Puller::close);
    }
}
