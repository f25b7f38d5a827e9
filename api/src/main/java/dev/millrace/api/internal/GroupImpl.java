package dev.millrace.api.internal;

import dev.millrace.api.DeadLetters;
import dev.millrace.api.Delivery;
import dev.millrace.api.Group;
import dev.millrace.api.GroupStart;
import dev.millrace.api.GroupStats;
import dev.millrace.api.Handler;
import dev.millrace.api.MillraceException;
import dev.millrace.api.RetryPolicy;
import dev.millrace.api.SubscribeOptions;
import dev.millrace.api.Subscription;
import dev.millrace.api.TopicStats;
import dev.millrace.api.spi.Engine;
import dev.millrace.api.spi.Leased;
import dev.millrace.api.spi.Settlement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;

/** A group's name and what can be asked of it. */
final class GroupImpl implements Group {
    private static final int MAX_PULL = 1_000;
    private static final Duration LONGEST_WAIT = Duration.ofHours(1);
    private static final String EPHEMERAL = "#ephemeral";

    private final Core core;
    private final String topic;
    private final String name;

    GroupImpl(Core core, String topic, String name) {
        this.core = core;
        this.topic = topic;
        this.name = name;
    }

    @Override
    public String topic() {
        return topic;
    }

    @Override
    public String name() {
        return name;
    }

    // ---- consuming ----

    @Override
    public Subscription subscribe(SubscribeOptions options, Handler handler) {
        Executor executor = core.engine().executor();
        long leaseMillis = Checks.millisUp(options.lease());
        int credit = options.credit() == 0 ? options.concurrency() : options.credit();
        WorkLine line = new WorkLine(topic,
                listener -> core.ask(engine -> engine.subscribe(topic, name, leaseMillis, listener)), credit, 1);
        WorkLoop loop = new WorkLoop(
                new WorkLoop.Settings("the subscription of " + topic + ":" + name, options.concurrency(),
                        leaseMillis, true, 0),
                new MessageRules(this, options, handler, executor), List.of(line), executor, core.timer());
        core.start(loop, options.drain());
        return new SubscriptionImpl(this, loop, options.drain(), Futures.handOver(loop.ended(), executor));
    }

    @Override
    public List<Delivery> pull(int max, Duration wait, Duration lease) {
        CompletableFuture<List<Leased>> pulled = pulling(max, wait, lease);
        try {
            return deliveries(Futures.await(pulled, "pulling from group " + topic + ":" + name));
        } catch (MillraceException.Interrupted e) {
            giveUp(pulled);
            throw e;
        }
    }

    @Override
    public CompletableFuture<List<Delivery>> pullAsync(int max, Duration wait, Duration lease) {
        CompletableFuture<List<Leased>> pulled = pulling(max, wait, lease);
        CompletableFuture<List<Delivery>> deliveries = Futures.handOver(pulled, core.engine().executor())
                .thenApply(this::deliveries);
        Futures.onEnd(deliveries, (done, failure) -> {
            if (deliveries.isCancelled()) {
                giveUp(pulled);
            }
        });
        return deliveries;
    }

    /** What it takes, or has just taken, is given back. */
    private static void giveUp(CompletableFuture<List<Leased>> pulled) {
        if (!pulled.cancel(false) && !pulled.isCompletedExceptionally()) {
            for (Leased leased : pulled.join()) {
                Futures.onEnd(leased.settler().settle(leased.token(), new Settlement.Retry(0, "")), (done, failure) -> {
                    // the end of the lease does it else
                });
            }
        }
    }

    private CompletableFuture<List<Leased>> pulling(int max, Duration wait, Duration lease) {
        Checks.between("max", max, 1, MAX_PULL);
        Checks.delay("wait", wait);
        Checks.ordered("wait", wait, "the longest wait", LONGEST_WAIT);
        Checks.lease("lease", lease);
        if (name.endsWith(EPHEMERAL)) {
            throw new MillraceException.Invalid("group " + name + " goes with its last subscription, so it would not"
                    + " outlive a pull: subscribe to it, or use a group without " + EPHEMERAL);
        }
        Engine.Pull pull = new Engine.Pull(max, Checks.millisUp(wait), Checks.millisUp(lease));
        return core.ask(engine -> engine.pull(topic, name, pull));
    }

    private List<Delivery> deliveries(List<Leased> leased) {
        Executor executor = core.engine().executor();
        return leased.stream()
                .<Delivery>map(one -> new DeliveryImpl(new Held(one, topic), topic, name, executor))
                .toList();
    }

    // ---- administration ----

    @Override
    public boolean create(GroupStart start) {
        return ask(engine -> engine.createGroup(topic, name, start), "creating");
    }

    @Override
    public CompletableFuture<Boolean> createAsync(GroupStart start) {
        return core.askAsync(engine -> engine.createGroup(topic, name, start));
    }

    @Override
    public void delete() {
        ask(engine -> engine.deleteGroup(topic, name), "deleting");
    }

    @Override
    public CompletableFuture<Void> deleteAsync() {
        return core.askAsync(engine -> engine.deleteGroup(topic, name));
    }

    @Override
    public void empty() {
        ask(engine -> engine.emptyGroup(topic, name), "emptying");
    }

    @Override
    public CompletableFuture<Void> emptyAsync() {
        return core.askAsync(engine -> engine.emptyGroup(topic, name));
    }

    @Override
    public void pause() {
        ask(engine -> engine.pauseGroup(topic, name, true), "pausing");
    }

    @Override
    public CompletableFuture<Void> pauseAsync() {
        return core.askAsync(engine -> engine.pauseGroup(topic, name, true));
    }

    @Override
    public void resume() {
        ask(engine -> engine.pauseGroup(topic, name, false), "resuming");
    }

    @Override
    public CompletableFuture<Void> resumeAsync() {
        return core.askAsync(engine -> engine.pauseGroup(topic, name, false));
    }

    @Override
    public void retryPolicy(RetryPolicy policy) {
        ask(engine -> engine.retryPolicy(topic, name, policy), "setting the retry policy of");
    }

    @Override
    public CompletableFuture<Void> retryPolicyAsync(RetryPolicy policy) {
        return core.askAsync(engine -> engine.retryPolicy(topic, name, policy));
    }

    @Override
    public GroupStats stats() {
        return find(ask(engine -> engine.topic(topic), "the statistics of"));
    }

    @Override
    public CompletableFuture<GroupStats> statsAsync() {
        return core.askAsync(engine -> engine.topic(topic)).thenApply(this::find);
    }

    private GroupStats find(TopicStats stats) {
        return stats.groups()
                .stream()
                .filter(group -> group.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new MillraceException.NotFound("topic " + topic + " has no group " + name
                        + ": subscribe to it or create it first"));
    }

    @Override
    public DeadLetters deadLetters() {
        return new DeadLettersImpl(core, topic, name);
    }

    private <T> T ask(Function<Engine, CompletableFuture<T>> question, String doing) {
        return Futures.await(core.ask(question), doing + " group " + topic + ":" + name);
    }

    @Override
    public String toString() {
        return "Group[" + topic + ":" + name + "]";
    }
}
