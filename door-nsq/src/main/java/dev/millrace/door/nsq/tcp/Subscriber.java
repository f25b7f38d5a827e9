package dev.millrace.door.nsq.tcp;

import dev.millrace.core.shard.Session;
import dev.millrace.core.shard.Subscription;
import java.util.concurrent.CompletableFuture;

/** What SUB takes: an ephemeral channel that is going must be gone first, a new topic is prepared first. */
final class Subscriber {
    private final Hub hub;
    private final Session session;

    Subscriber(Hub hub, Session session) {
        this.hub = hub;
        this.session = session;
    }

    CompletableFuture<Subscription> subscribe(String topic, String channel, long leaseMillis) {
        CompletableFuture<Subscription> made = hub.ephemerals()
                .enter(topic, channel)
                .thenCompose(_ -> started(topic))
                .thenCompose(_ -> hub.broker()
                        .subscribe(session, hub.topic(topic), channel, leaseMillis,
                                hub.limits().maxChannelConsumers()));
        var _ = made.whenComplete((_, failure) -> {
            if (failure != null) {
                hub.ephemerals().leave(topic, channel);
            }
        });
        return made;
    }

    private CompletableFuture<Void> started(String topic) {
        TopicStarter starter = hub.starter();
        return starter == null || starter.isStarted(topic)
                ? CompletableFuture.completedFuture(null)
                : starter.start(topic);
    }
}
