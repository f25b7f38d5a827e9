package dev.millrace.door.http;

import dev.millrace.core.shard.OncePublish;
import dev.millrace.core.shard.Outcome;
import dev.millrace.core.shard.Submission;
import dev.millrace.core.shard.TopicRef;
import dev.millrace.net.http.HttpFailure;
import dev.millrace.node.PublishBatch;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** The messages of a request. */
final class PublishRequest {
    static final int MAX_MESSAGES = 10_000;

    private final int maxMessageBytes;
    private final PublishBatch batch;

    PublishRequest(int maxMessageBytes, int expectedBytes) {
        this.maxMessageBytes = maxMessageBytes;
        batch = new PublishBatch(expectedBytes);
    }

    /** What a JSON body asks for: one message, or a list of them under {@code messages}. */
    static PublishRequest of(JsonInput input, int maxMessageBytes, int bodyBytes) {
        PublishRequest request = new PublishRequest(maxMessageBytes, bodyBytes);
        if (input.has("messages")) {
            for (JsonInput message : input.objects("messages", MAX_MESSAGES)) {
                request.addJson(message);
            }
            input.end();
        } else {
            request.addJson(input);
        }
        return request;
    }

    private void addJson(JsonInput message) {
        long delay = message.numberOr("delayMillis", 0, 0, PublishBatch.MAX_DELAY_MILLIS);
        long dueAt = DueTime.dueAt(message);
        if (dueAt == 0) {
            add(message.body(), delay);
        } else {
            batch.addAt(checked(message.body()), dueAt);
        }
        message.end();
    }

    void add(byte[] body, long delayMillis) {
        batch.add(checked(body), delayMillis);
    }

    private ByteBuffer checked(byte[] body) {
        if (body.length == 0) {
            throw new HttpFailure(400, "EMPTY",
                    "message " + batch.size() + " is empty; a message has at least one byte");
        }
        if (body.length > maxMessageBytes) {
            throw new HttpFailure(413, "MESSAGE_TOO_LARGE", "message " + batch.size() + " has " + body.length
                    + " bytes; the setting max-message-size allows " + maxMessageBytes);
        }
        return ByteBuffer.wrap(body);
    }

    Submission submission(TopicRef topic) {
        return batch.submission(topic);
    }

    OncePublish once(TopicRef topic, String key) {
        return batch.once(topic, IntStream.range(0, batch.size()).mapToObj(i -> key + "/" + i).toList());
    }

    /** As below, of messages that have a key. */
    List<String> ids(OncePublish done, byte outcome, Supplier<String> noRoom) {
        if (outcome != Outcome.OK) {
            throw Outcomes.failure(outcome, done.done() + " of " + batch.size() + " messages were published", noRoom);
        }
        return IntStream.range(0, done.done()).mapToObj(i -> HexFormat.of().toHexDigits(done.id(i))).toList();
    }

    /** The ids in the order of the messages; fails with the first command that was refused. */
    List<String> ids(Submission done, Supplier<String> noRoom) {
        PublishBatch.Published published = batch.published(done);
        if (published.outcome() != Outcome.OK) {
            throw Outcomes.failure(published.outcome(),
                    published.ids().size() + " of " + batch.size() + " messages were published", noRoom);
        }
        return published.ids().stream().map(HexFormat.of()::toHexDigits).toList();
    }
}
