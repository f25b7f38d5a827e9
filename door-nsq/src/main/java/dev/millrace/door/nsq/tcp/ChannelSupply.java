package dev.millrace.door.nsq.tcp;

import dev.millrace.core.shard.Subscription;

/** A channel of a topic: the engine's subscription. Event loop only. */
final class ChannelSupply implements Supply {
    private final Outbox outbox;
    private final ShardLink home;
    private final Subscription subscription;
    private final Ephemerals ephemerals;

    ChannelSupply(Outbox outbox, ShardLink home, Subscription subscription, Ephemerals ephemerals) {
        this.outbox = outbox;
        this.home = home;
        this.subscription = subscription;
        this.ephemerals = ephemerals;
    }

    @Override
    public void credit(int count) {
        outbox.to(home).credit(subscription, count);
    }

    @Override
    public void ack(long id, long token) {
        outbox.to(home).ack(id, token);
    }

    @Override
    public void retry(long id, long token, long delayMillis) {
        outbox.to(home).retry(id, token, delayMillis);
    }

    @Override
    public void extend(long id, long token, long leaseMillis) {
        outbox.to(home).extend(id, token, leaseMillis);
    }

    @Override
    public boolean filter(long token) {
        outbox.to(home).filter(token);
        return true;
    }

    @Override
    public void leave() {
        ephemerals.leave(subscription.topic(), subscription.group());
    }
}
