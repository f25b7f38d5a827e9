package dev.millrace.node.embedded;

import dev.millrace.api.Message;
import dev.millrace.api.MessageId;
import dev.millrace.api.Published;
import dev.millrace.core.shard.OncePublish;
import dev.millrace.core.shard.Outcome;
import dev.millrace.core.shard.TopicRef;
import dev.millrace.node.Broker;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/** Messages that have idempotency keys, each published at most once. Thread safety: any thread. */
final class OncePublishes {
    private OncePublishes() {}

    /** Throws what cannot be a message. */
    static CompletableFuture<List<Published>> run(Broker broker, TopicRef topic, List<Message> messages, Instant now) {
        int bytes = Math.toIntExact(messages.stream().mapToLong(message -> message.size() + Integer.BYTES).sum());
        dev.millrace.node.PublishBatch batch = new dev.millrace.node.PublishBatch(bytes);
        messages.forEach(message -> add(batch, message, PublishBatch.wallMillis(message, now)));
        // As a single message over HTTP has it.
        OncePublish once = batch.once(topic, messages.stream()
                .map(message -> message.idempotencyKey().orElseThrow() + "/0")
                .toList());
        return Failures.translate(broker.publishOnce(topic.name(), once).thenApply(outcome -> {
            if (outcome != Outcome.OK) {
                throw Failures.refused(outcome, once.done() + " of " + messages.size() + " messages were published",
                        () -> broker.noRoom(topic.shard()));
            }
            return IntStream.range(0, once.done())
                    .mapToObj(i -> new Published(new MessageId(once.id(i)), !once.isNew(i)))
                    .toList();
        }));
    }

    private static void add(dev.millrace.node.PublishBatch batch, Message message, long wallMillis) {
        if (wallMillis > 0) {
            batch.addAt(message.buffer(), wallMillis);
        } else {
            batch.add(message.buffer(), PublishBatch.delayMillis(message));
        }
    }
}
