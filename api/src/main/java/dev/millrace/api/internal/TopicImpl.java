package dev.millrace.api.internal;

import dev.millrace.api.Group;
import dev.millrace.api.Message;
import dev.millrace.api.MessageId;
import dev.millrace.api.MillraceException;
import dev.millrace.api.Published;
import dev.millrace.api.Topic;
import dev.millrace.api.TopicStats;
import dev.millrace.api.spi.Engine;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** A topic's name and what can be asked of it. */
final class TopicImpl implements Topic {
    private final Core core;
    private final String name;

    TopicImpl(Core core, String name) {
        this.core = core;
        this.name = name;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public MessageId publish(Message message) {
        return await(send(List.of(message)), "publishing").get(0);
    }

    @Override
    public CompletableFuture<MessageId> publishAsync(Message message) {
        return publishAllAsync(List.of(message)).thenApply(ids -> ids.get(0));
    }

    @Override
    public List<MessageId> publishAll(List<Message> messages) {
        return await(send(List.copyOf(messages)), "publishing");
    }

    @Override
    public CompletableFuture<List<MessageId>> publishAllAsync(List<Message> messages) {
        return Futures.handOver(send(List.copyOf(messages)), core.engine().executor());
    }

    private CompletableFuture<List<MessageId>> send(List<Message> messages) {
        if (messages.isEmpty()) {
            return CompletableFuture.completedFuture(List.of());
        }
        if (messages.get(0).idempotencyKey().isPresent()) {
            return sendOnce(messages).thenApply(all -> all.stream().map(Published::id).toList());
        }
        long bytes = 0;
        for (Message message : messages) {
            if (message.idempotencyKey().isPresent()) {
                return CompletableFuture.failedFuture(mixed());
            }
            bytes += message.size();
        }
        return core.gate().pass(bytes, () -> core.engine().publish(name, messages));
    }

    private static MillraceException mixed() {
        return new MillraceException.Invalid("some of these messages have an idempotency key and some have none:"
                + " publish them by two calls");
    }

    // ---- once ----

    @Override
    public Published publishOnce(Message message) {
        return await(sendOnce(List.of(message)), "publishing").get(0);
    }

    @Override
    public CompletableFuture<Published> publishOnceAsync(Message message) {
        return publishAllOnceAsync(List.of(message)).thenApply(all -> all.get(0));
    }

    @Override
    public List<Published> publishAllOnce(List<Message> messages) {
        return await(sendOnce(List.copyOf(messages)), "publishing");
    }

    @Override
    public CompletableFuture<List<Published>> publishAllOnceAsync(List<Message> messages) {
        return Futures.handOver(sendOnce(List.copyOf(messages)), core.engine().executor());
    }

    private CompletableFuture<List<Published>> sendOnce(List<Message> messages) {
        if (messages.isEmpty()) {
            return CompletableFuture.completedFuture(List.of());
        }
        long with = messages.stream().filter(message -> message.idempotencyKey().isPresent()).count();
        if (with < messages.size()) {
            return CompletableFuture.failedFuture(with > 0 ? mixed()
                    : new MillraceException.Invalid(
                            "what is published once needs a key: Message.idempotencyKey"));
        }
        long bytes = messages.stream().mapToLong(Message::size).sum();
        return core.gate().pass(bytes, () -> core.engine().publishOnce(name, messages));
    }

    @Override
    public Group group(String group) {
        return new GroupImpl(core, name, Checks.name("group", group));
    }

    @Override
    public boolean create() {
        return ask(engine -> engine.createTopic(name), "creating");
    }

    @Override
    public CompletableFuture<Boolean> createAsync() {
        return core.askAsync(engine -> engine.createTopic(name));
    }

    @Override
    public void delete() {
        ask(engine -> engine.deleteTopic(name), "deleting");
    }

    @Override
    public CompletableFuture<Void> deleteAsync() {
        return core.askAsync(engine -> engine.deleteTopic(name));
    }

    @Override
    public void empty() {
        ask(engine -> engine.emptyTopic(name), "emptying");
    }

    @Override
    public CompletableFuture<Void> emptyAsync() {
        return core.askAsync(engine -> engine.emptyTopic(name));
    }

    @Override
    public void pause() {
        ask(engine -> engine.pauseTopic(name, true), "pausing");
    }

    @Override
    public CompletableFuture<Void> pauseAsync() {
        return core.askAsync(engine -> engine.pauseTopic(name, true));
    }

    @Override
    public void resume() {
        ask(engine -> engine.pauseTopic(name, false), "resuming");
    }

    @Override
    public CompletableFuture<Void> resumeAsync() {
        return core.askAsync(engine -> engine.pauseTopic(name, false));
    }

    @Override
    public TopicStats stats() {
        return ask(engine -> engine.topic(name), "the statistics of");
    }

    @Override
    public CompletableFuture<TopicStats> statsAsync() {
        return core.askAsync(engine -> engine.topic(name));
    }

    private <T> T ask(Function<Engine, CompletableFuture<T>> question, String doing) {
        return await(core.ask(question), doing);
    }

    private <T> T await(CompletableFuture<T> future, String doing) {
        return Futures.await(future, doing + " topic " + name);
    }

    @Override
    public String toString() {
        return "Topic[" + name + "]";
    }
}
