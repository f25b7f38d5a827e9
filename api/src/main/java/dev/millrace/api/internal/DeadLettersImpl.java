package dev.millrace.api.internal;

import dev.millrace.api.DeadLetter;
import dev.millrace.api.DeadLetters;
import dev.millrace.api.MessageId;
import dev.millrace.api.Page;
import dev.millrace.api.spi.Engine;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** The dead letters of a group. */
final class DeadLettersImpl implements DeadLetters {
    private static final int MAX_PAGE = 1_000;

    private final Core core;
    private final String topic;
    private final String group;

    DeadLettersImpl(Core core, String topic, String group) {
        this.core = core;
        this.topic = topic;
        this.group = group;
    }

    @Override
    public Page<DeadLetter> list(String cursor, int limit) {
        Checks.between("limit", limit, 1, MAX_PAGE);
        return ask(engine -> engine.deadLetters(topic, group, cursor, limit), "listing");
    }

    @Override
    public CompletableFuture<Page<DeadLetter>> listAsync(String cursor, int limit) {
        Checks.between("limit", limit, 1, MAX_PAGE);
        return core.askAsync(engine -> engine.deadLetters(topic, group, cursor, limit));
    }

    @Override
    public long replay(List<MessageId> ids) {
        return ids.isEmpty() ? 0 : ask(engine -> engine.replayDead(topic, group, List.copyOf(ids)), "replaying");
    }

    @Override
    public CompletableFuture<Long> replayAsync(List<MessageId> ids) {
        return ids.isEmpty() ? CompletableFuture.completedFuture(0L)
                : core.askAsync(engine -> engine.replayDead(topic, group, List.copyOf(ids)));
    }

    @Override
    public long replayAll() {
        return ask(engine -> engine.replayAllDead(topic, group), "replaying");
    }

    @Override
    public CompletableFuture<Long> replayAllAsync() {
        return core.askAsync(engine -> engine.replayAllDead(topic, group));
    }

    @Override
    public long purge(List<MessageId> ids) {
        return ids.isEmpty() ? 0 : ask(engine -> engine.purgeDead(topic, group, List.copyOf(ids)), "purging");
    }

    @Override
    public CompletableFuture<Long> purgeAsync(List<MessageId> ids) {
        return ids.isEmpty() ? CompletableFuture.completedFuture(0L)
                : core.askAsync(engine -> engine.purgeDead(topic, group, List.copyOf(ids)));
    }

    @Override
    public long purgeAll() {
        return ask(engine -> engine.purgeAllDead(topic, group), "purging");
    }

    @Override
    public CompletableFuture<Long> purgeAllAsync() {
        return core.askAsync(engine -> engine.purgeAllDead(topic, group));
    }

    private <T> T ask(Function<Engine, CompletableFuture<T>> question, String doing) {
        return Futures.await(core.ask(question), doing + " dead letters of " + topic + ":" + group);
    }
}
