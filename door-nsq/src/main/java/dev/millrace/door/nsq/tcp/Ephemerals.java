package dev.millrace.door.nsq.tcp;

import dev.millrace.door.nsq.wire.Names;
import dev.millrace.node.Broker;
import dev.millrace.node.TopicNames;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Counts the users of {@code #ephemeral} channels and removes a channel when its last user leaves, an ephemeral topic when
 * its last channel goes. A new user of a channel that is being removed waits until it is gone.
 *
 * <p>
 * Thread safety: any thread; the lock is held for a map look-up only.
 */
public final class Ephemerals {
    private static final class Use {
        private int users;
        private int removals;
        private @Nullable CompletableFuture<Void> removal;
    }

    private record Key(String topic, String channel) {}

    private final Broker broker;
    private final Map<Key, Use> uses = new HashMap<>();

    public Ephemerals(Broker broker) {
        this.broker = broker;
    }

    /** Removes what an earlier run of the server left behind; nobody can be using it. */
    public CompletableFuture<Void> removeLeftovers() {
        return broker.names().thenCompose(topics -> {
            CompletableFuture<?>[] removals = topics.stream()
                    .flatMap(topic -> leftovers(topic).stream())
                    .toArray(CompletableFuture[]::new);
            return CompletableFuture.allOf(removals);
        });
    }

    private List<CompletableFuture<Void>> leftovers(TopicNames topic) {
        if (Names.isEphemeral(topic.topic())) {
            return List.of(done(broker.deleteTopic(topic.topic())));
        }
        return topic.groups()
                .stream()
                .filter(Names::isEphemeral)
                .map(channel -> done(broker.deleteGroup(topic.topic(), channel)))
                .toList();
    }

    /** One more user of the channel, as soon as it may be used. */
    CompletableFuture<Void> enter(String topic, String channel) {
        if (!Names.isEphemeral(channel)) {
            return CompletableFuture.completedFuture(null);
        }
        synchronized (uses) {
            Use use = uses.computeIfAbsent(new Key(topic, channel), _ -> new Use());
            use.users++;
            return use.removal == null ? CompletableFuture.completedFuture(null) : use.removal;
        }
    }

    /** One user less. */
    void leave(String topic, String channel) {
        if (!Names.isEphemeral(channel)) {
            return;
        }
        Key key = new Key(topic, channel);
        CompletableFuture<Void> removal = new CompletableFuture<>();
        int number;
        synchronized (uses) {
            Use use = uses.get(key);
            if (use == null || --use.users > 0) {
                return;
            }
            use.removal = removal;
            number = ++use.removals;
        }
        var _ = done(broker.deleteGroup(topic, channel)).thenCompose(_ -> topicIfUnused(topic)).whenComplete((_, _) -> {
            removed(key, number);
            removal.complete(null);
        });
    }

    private void removed(Key key, int number) {
        synchronized (uses) {
            Use use = uses.get(key);
            if (use != null && use.removals == number) {
                use.removal = null;
                if (use.users == 0) {
                    uses.remove(key);
                }
            }
        }
    }

    /** Removes an ephemeral topic that has no channel. */
    public CompletableFuture<Void> topicIfUnused(String topic) {
        if (!Names.isEphemeral(topic)) {
            return CompletableFuture.completedFuture(null);
        }
        return broker.names().thenCompose(all -> {
            boolean unused = all.stream().anyMatch(names -> names.topic().equals(topic) && names.groups().isEmpty());
            return unused ? done(broker.deleteTopic(topic)) : CompletableFuture.completedFuture(null);
        });
    }

    /** Somebody else may have deleted it first. */
    private static CompletableFuture<Void> done(CompletableFuture<Void> deletion) {
        return deletion.exceptionally(_ -> null);
    }
}
