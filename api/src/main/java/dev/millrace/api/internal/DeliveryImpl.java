package dev.millrace.api.internal;

import dev.millrace.api.Delivery;
import dev.millrace.api.MessageId;
import dev.millrace.api.spi.Settlement;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** A held message as users see it. */
final class DeliveryImpl implements Delivery {
    private final Held held;
    private final String topic;
    private final String group;
    private final Executor executor;

    DeliveryImpl(Held held, String topic, String group, Executor executor) {
        this.held = held;
        this.topic = topic;
        this.group = group;
        this.executor = executor;
    }

    @Override
    public MessageId id() {
        return held.leased().id();
    }

    @Override
    public String topic() {
        return topic;
    }

    @Override
    public String group() {
        return group;
    }

    @Override
    public byte[] body() {
        return held.leased().body();
    }

    @Override
    public String text() {
        return new String(body(), StandardCharsets.UTF_8);
    }

    @Override
    public int attempt() {
        return held.leased().attempt();
    }

    @Override
    public Instant bornAt() {
        return held.leased().bornAt();
    }

    @Override
    public boolean isSettled() {
        return held.isSettled();
    }

    @Override
    public boolean isLost() {
        return held.isLost();
    }

    @Override
    public void ack() {
        settle(new Settlement.Ack());
    }

    @Override
    public CompletableFuture<Void> ackAsync() {
        return settleAsync(new Settlement.Ack());
    }

    @Override
    public void retry(Duration delay, String error) {
        settle(retrying(delay, error));
    }

    @Override
    public CompletableFuture<Void> retryAsync(Duration delay, String error) {
        return settleAsync(retrying(delay, error));
    }

    private static Settlement retrying(Duration delay, String error) {
        return new Settlement.Retry(Checks.millisUp(Checks.delay("delay", delay)), error);
    }

    @Override
    public void extend(Duration lease) {
        Futures.await(held.extend(Checks.millisUp(Checks.lease("lease", lease))), "extending message " + id());
    }

    @Override
    public CompletableFuture<Void> extendAsync(Duration lease) {
        return Futures.handOver(held.extend(Checks.millisUp(Checks.lease("lease", lease))), executor);
    }

    @Override
    public void bury(String error) {
        settle(new Settlement.Bury(error));
    }

    @Override
    public CompletableFuture<Void> buryAsync(String error) {
        return settleAsync(new Settlement.Bury(error));
    }

    private void settle(Settlement how) {
        Futures.await(held.settle(how), "settling message " + id());
    }

    private CompletableFuture<Void> settleAsync(Settlement how) {
        return Futures.handOver(held.settle(how), executor);
    }

    @Override
    public String toString() {
        return "Delivery[" + id() + " of " + topic + ":" + group + ", attempt " + attempt() + "]";
    }
}
