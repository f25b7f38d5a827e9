package dev.millrace.door.grpc;

import dev.millrace.core.shard.OncePublish;
import dev.millrace.grpc.v1.NewMessage;
import dev.millrace.grpc.v1.PublishRequest;
import dev.millrace.grpc.v1.PublishResponse;
import dev.millrace.node.PublishBatch;
import java.util.List;

/** Messages with idempotency keys, in the protocol's words. */
final class OnceWishes {
    private OnceWishes() {}

    /** Whether the messages have keys; refuses a request of which only some have. */
    static boolean isOnce(PublishRequest request) {
        boolean first = !request.getMessages(0).getIdempotencyKey().isEmpty();
        for (int i = 0; i < request.getMessagesCount(); i++) {
            String key = request.getMessages(i).getIdempotencyKey();
            if (key.isEmpty() == first) {
                throw RefusedException.invalid("message " + i + (first ? " has no" : " has an")
                        + " idempotency_key, unlike those before it: all messages of a request have one, or none has");
            }
            if (first && !PublishBatch.isIdempotencyKey(key)) {
                throw RefusedException.invalid("message " + i + ": idempotency_key has 1 to "
                        + PublishBatch.IDEMPOTENCY_LENGTH + " visible ASCII characters, such as a UUID");
            }
        }
        return first;
    }

    /** As a single message over HTTP has it. */
    static List<String> keys(PublishRequest request) {
        return request.getMessagesList().stream().map(NewMessage::getIdempotencyKey).map(key -> key + "/0").toList();
    }

    /** All of them are there. */
    static PublishResponse answer(PublishResponse.Builder response, OncePublish messages) {
        boolean some = messages.published() < messages.done();
        for (int i = 0; i < messages.done(); i++) {
            response.addIds(messages.id(i));
            if (some) {
                response.addDuplicates(!messages.isNew(i));
            }
        }
        return response.build();
    }
}
