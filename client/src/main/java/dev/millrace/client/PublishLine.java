package dev.millrace.client;

import com.google.protobuf.ByteString;
import dev.millrace.api.Message;
import dev.millrace.api.MessageId;
import dev.millrace.api.Published;
import dev.millrace.api.internal.Checks;
import dev.millrace.grpc.v1.MessagesGrpc;
import dev.millrace.grpc.v1.NewMessage;
import dev.millrace.grpc.v1.PublishRequest;
import dev.millrace.grpc.v1.PublishResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Publishes over one pipelined stream, in the order of the calls. The caller bounds the bytes under way. Thread-safe. */
final class PublishLine {
    /** The server takes more; smaller pieces flow better. */
    static final int MAX_REQUEST_BYTES = 1 << 20;
    private static final int MAX_REQUEST_MESSAGES = 10_000;

    private final Pipeline<PublishRequest, PublishResponse> pipeline;
    private final long maxRequestBytes;

    PublishLine(Link link, long timeoutMillis, int serverMaxBytes) {
        maxRequestBytes = Math.min(MAX_REQUEST_BYTES, serverMaxBytes);
        pipeline = new Pipeline<>(link, "publishing", timeoutMillis,
                stream -> MessagesGrpc.newStub(link.calls()).withWaitForReady().publishStream(stream),
                PublishResponse::getNumber);
    }

    /** One or more requests, one after the other on the stream; the ids of all, in order. */
    CompletableFuture<List<MessageId>> publish(String topic, List<Message> messages) {
        return send(topic, messages, answer -> answer.getIdsList().stream().map(MessageId::new).toList());
    }

    /** The same for messages that have idempotency keys. */
    CompletableFuture<List<Published>> publishOnce(String topic, List<Message> messages) {
        return send(topic, messages, answer -> IntStream.range(0, answer.getIdsCount())
                .mapToObj(i -> new Published(new MessageId(answer.getIds(i)),
                        answer.getDuplicatesCount() > 0 && answer.getDuplicates(i)))
                .toList());
    }

    private <T> CompletableFuture<List<T>> send(String topic, List<Message> messages,
            Function<PublishResponse, List<T>> answer) {
        Instant now = Instant.now();
        List<CompletableFuture<List<T>>> parts = new ArrayList<>();
        synchronized (this) {
            int next = 0;
            while (next < messages.size()) {
                PublishRequest.Builder request = PublishRequest.newBuilder().setTopic(topic);
                long bytes = 0;
                while (next < messages.size() && request.getMessagesCount() < MAX_REQUEST_MESSAGES
                        && (bytes == 0 || bytes + messages.get(next).size() <= maxRequestBytes)) {
                    Message message = messages.get(next++);
                    bytes += message.size();
                    NewMessage.Builder made = NewMessage.newBuilder()
                            .setBody(ByteString.copyFrom(message.buffer()))
                            .setDelayMillis(delayMillis(message))
                            .setDueAtMillis(message.at().map(at -> Checks.wallMillis(at, now)).orElse(0L));
                    message.idempotencyKey().ifPresent(made::setIdempotencyKey);
                    request.addMessages(made);
                }
                parts.add(pipeline.send(number -> request.setNumber(number).build())
                        .thenApply(response -> answer.apply(checked(response))));
            }
        }
        return parts.size() == 1 ? parts.get(0) : all(parts, messages.size());
    }

    private static PublishResponse checked(PublishResponse answer) {
        if (answer.hasError()) {
            throw Failures.of(answer.getError(), "publishing");
        }
        return answer;
    }

    private static long delayMillis(Message message) {
        long millis = message.delay().toMillis();
        return message.delay().minusMillis(millis).isZero() ? millis : millis + 1;
    }

    /** In order, so the first failure says how many of the first ones were published. */
    private static <T> CompletableFuture<List<T>> all(List<CompletableFuture<List<T>>> parts, int count) {
        return CompletableFuture.allOf(parts.toArray(new CompletableFuture<?>[0])).handle((done, failure) -> {
            List<T> all = new ArrayList<>(count);
            for (CompletableFuture<List<T>> part : parts) {
                all.addAll(part.join());
            }
            return all;
        });
    }

    /** Ends requests that wait for too long; called now and then by one thread at a time. */
    void sweep() {
        pipeline.sweep();
    }

    void close() {
        pipeline.close();
    }
}
