package dev.millrace.door.nsq.lookup;

import dev.millrace.door.nsq.json.JsonException;
import dev.millrace.door.nsq.json.JsonObject;
import dev.millrace.door.nsq.remote.HttpRequests;
import dev.millrace.door.nsq.tcp.TopicStarter;
import dev.millrace.door.nsq.wire.Names;
import dev.millrace.node.Broker;
import dev.millrace.node.GroupStart;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Before a new topic takes its first message every channel that any nsqlookupd knows for it is created, so that none of
 * them misses a message. Ephemeral channels are not: nobody here uses them yet. The asking is done on a thread of its own:
 * whoever starts a topic may be an event loop.
 */
public final class LookupStarter implements TopicStarter {
    private static final Logger LOG = LoggerFactory.getLogger(LookupStarter.class);

    private final Broker broker;
    private final KnownTopics topics;
    private final LookupClient lookups;
    private final Supplier<HttpRequests> requests;
    private final ConcurrentHashMap<String, CompletableFuture<Void>> starting = new ConcurrentHashMap<>();

    public LookupStarter(Broker broker, KnownTopics topics, LookupClient lookups, Supplier<HttpRequests> requests) {
        this.broker = broker;
        this.topics = topics;
        this.lookups = lookups;
        this.requests = requests;
    }

    @Override
    public boolean isStarted(String topic) {
        return !lookups.isActive() || topics.has(topic);
    }

    @Override
    public CompletableFuture<Void> start(String topic) {
        CompletableFuture<Void> mine = new CompletableFuture<>();
        CompletableFuture<Void> first = starting.putIfAbsent(topic, mine);
        if (first != null) {
            return first;
        }
        Thread.ofVirtual().name("start " + topic).start(() -> {
            try {
                create(topic, channels(topic)).join();
            } catch (RuntimeException e) {
                LOG.warn("topic {}: its channels could not be created in advance: {}", topic, e.toString());
            } finally {
                starting.remove(topic);
                mine.complete(null);
            }
        });
        return mine;
    }

    private Set<String> channels(String topic) {
        List<String> addresses = lookups.httpAddresses();
        if (addresses.isEmpty()) {
            LOG.warn("topic {}: no nsqlookupd can be asked for its channels", topic);
        }
        Map<String, CompletableFuture<JsonObject>> asked = new TreeMap<>();
        for (String address : addresses) {
            asked.put(address,
                    requests.get().get("http://" + address + "/channels?topic=" + topic.replace("#", "%23")));
        }
        Set<String> channels = new TreeSet<>();
        asked.forEach((address, answer) -> {
            try {
                channels.addAll(answer.join().strings("channels"));
            } catch (CompletionException | JsonException e) {
                LOG.warn("topic {}: nsqlookupd {} did not say its channels: {}", topic, address, e.toString());
            }
        });
        return channels;
    }

    private CompletableFuture<?> create(String topic, Set<String> channels) {
        CompletableFuture<?> created = broker.createTopic(topic);
        for (String channel : channels) {
            if (Names.isValid(channel) && !Names.isEphemeral(channel)) {
                created = created.thenCompose(_ -> broker.createGroup(topic, channel, GroupStart.EARLIEST));
            }
        }
        return created;
    }
}
