package dev.millrace.api.internal;

import dev.millrace.api.Subscription;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** A work loop as users see it. */
final class SubscriptionImpl implements Subscription {
    private final GroupImpl group;
    private final WorkLoop loop;
    private final Duration drain;
    private final CompletableFuture<Void> ended;

    SubscriptionImpl(GroupImpl group, WorkLoop loop, Duration drain, CompletableFuture<Void> ended) {
        this.group = group;
        this.loop = loop;
        this.drain = drain;
        this.ended = ended;
    }

    @Override
    public String topic() {
        return group.topic();
    }

    @Override
    public String group() {
        return group.name();
    }

    @Override
    public int running() {
        return loop.running();
    }

    @Override
    public int close(Duration drain) {
        return loop.close(Checks.millisUp(Checks.delay("drain", drain)));
    }

    @Override
    public void close() {
        close(drain);
    }

    @Override
    public CompletableFuture<Void> ended() {
        return ended.copy();
    }
}
