package dev.millrace.door.grpc;

import dev.millrace.core.shard.OncePublish;
import dev.millrace.core.shard.Outcome;
import dev.millrace.core.shard.Submission;
import dev.millrace.core.shard.TopicRef;
import dev.millrace.grpc.v1.ErrorDetail;
import dev.millrace.grpc.v1.NewMessage;
import dev.millrace.grpc.v1.PublishRequest;
import dev.millrace.grpc.v1.PublishResponse;
import dev.millrace.node.Broker;
import dev.millrace.node.NameRules;
import dev.millrace.node.PublishBatch;
import dev.millrace.node.Submissions;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** Carries out publish requests. Thread-safe. */
final class Publishing {
    private final Broker broker;
    private final Submissions submissions;
    private final GrpcDoorOptions.Limits limits;
    private final Budget budget;
    private final AtomicInteger lanes = new AtomicInteger();

    Publishing(Broker broker, Submissions submissions, GrpcDoorOptions.Limits limits, Budget budget) {
        this.broker = broker;
        this.submissions = submissions;
        this.limits = limits;
        this.budget = budget;
    }

    /** Requests of one lane keep their order. */
    int lane() {
        return lanes.getAndIncrement();
    }

    /**
     * The answer, which says by its error that the request was refused, wholly or from some message on. Waits on the
     * calling thread while too many bytes are under way.
     */
    CompletableFuture<PublishResponse> publish(PublishRequest request, int lane) {
        try {
            PublishBatch batch = batch(request);
            TopicRef topic = broker.topic(NameRules.check("topic", request.getTopic()));
            boolean once = OnceWishes.isOnce(request);
            Runnable share = budget.take(request.getSerializedSize());
            if (once) {
                return once(request, batch.once(topic, OnceWishes.keys(request)), topic)
                        .whenComplete((done, failure) -> share.run());
            }
            return submissions.sendInOrder(topic.shard(), lane, batch.submission(topic))
                    .whenComplete((done, failure) -> share.run())
                    .handle((done, failure) -> failure == null ? answer(request, batch, topic, done)
                            : refusal(request, failure));
        } catch (RuntimeException e) {
            return CompletableFuture.completedFuture(refusal(request, e));
        }
    }

    /** A call of its own, as {@link OncePublish} says. */
    private CompletableFuture<PublishResponse> once(PublishRequest request, OncePublish messages, TopicRef topic) {
        return broker.publishOnce(topic.name(), messages).handle((outcome, failure) -> {
            if (failure != null) {
                return refusal(request, failure);
            }
            PublishResponse.Builder response = PublishResponse.newBuilder().setNumber(request.getNumber());
            if (outcome == Outcome.OK) {
                return OnceWishes.answer(response, messages);
            }
            String what = messages.done() + " of " + request.getMessagesCount() + " messages were published";
            ErrorDetail.Builder error = Refusals.of(outcome, what, () -> broker.noRoom(topic.shard())).toBuilder();
            for (int i = 0; i < messages.done(); i++) {
                error.addPublishedIds(messages.id(i));
            }
            return response.setError(error).build();
        });
    }

    private PublishBatch batch(PublishRequest request) {
        if (request.getMessagesCount() == 0) {
            throw RefusedException.invalid("messages: a request has at least one");
        }
        long nowMillis = System.currentTimeMillis();
        long bytes = 0;
        for (int i = 0; i < request.getMessagesCount(); i++) {
            NewMessage message = request.getMessages(i);
            int size = message.getBody().size();
            bytes += size;
            if (size == 0) {
                throw RefusedException.invalid("message " + i + " is empty; a message has at least one byte");
            }
            if (size > limits.messageBytes()) {
                throw RefusedException.limit("message " + i + " has " + size
                        + " bytes; the setting max-message-size allows " + limits.messageBytes());
            }
            if (message.getDelayMillis() < 0 || message.getDelayMillis() > PublishBatch.MAX_DELAY_MILLIS) {
                throw RefusedException.invalid("message " + i + ": delay_millis must be 0 to "
                        + PublishBatch.MAX_DELAY_MILLIS + ", not " + message.getDelayMillis());
            }
            checkDueAt(i, message, nowMillis);
        }
        if (bytes > limits.requestBytes()) {
            throw RefusedException.limit("the request has " + bytes
                    + " bytes of bodies; the setting max-request-size allows " + limits.requestBytes());
        }
        PublishBatch batch = new PublishBatch((int) bytes + Integer.BYTES * request.getMessagesCount());
        for (NewMessage message : request.getMessagesList()) {
            ByteBuffer body = message.getBody().asReadOnlyByteBuffer();
            if (message.getDueAtMillis() == 0) {
                batch.add(body, message.getDelayMillis());
            } else {
                batch.addAt(body, message.getDueAtMillis());
            }
        }
        return batch;
    }

    private static void checkDueAt(int i, NewMessage message, long nowMillis) {
        if (message.getDueAtMillis() < 0 || message.getDueAtMillis() - nowMillis > PublishBatch.MAX_DELAY_MILLIS) {
            throw RefusedException.invalid("message " + i + ": due_at_millis must be an instant within 100 years, not "
                    + message.getDueAtMillis());
        }
        if (message.getDueAtMillis() != 0 && message.getDelayMillis() != 0) {
            throw RefusedException.invalid("message " + i
                    + ": delay_millis and due_at_millis cannot both be given");
        }
    }

    private PublishResponse answer(PublishRequest request, PublishBatch batch, TopicRef topic, Submission done) {
        PublishBatch.Published published = batch.published(done);
        PublishResponse.Builder response = PublishResponse.newBuilder().setNumber(request.getNumber());
        if (published.outcome() == Outcome.OK) {
            return response.addAllIds(published.ids()).build();
        }
        String what = published.ids().size() + " of " + batch.size() + " messages were published";
        return response
                .setError(Refusals.of(published.outcome(), what, () -> broker.noRoom(topic.shard()))
                        .toBuilder()
                        .addAllPublishedIds(published.ids()))
                .build();
    }

    private static PublishResponse refusal(PublishRequest request, Throwable failure) {
        return PublishResponse.newBuilder().setNumber(request.getNumber()).setError(Refusals.of(failure)).build();
    }
}
