package dev.millrace.door.grpc;

import com.google.protobuf.ByteString;
import dev.millrace.grpc.v1.DeadLetter;
import dev.millrace.grpc.v1.FailedAttempt;
import dev.millrace.grpc.v1.GroupStats;
import dev.millrace.grpc.v1.RetryPolicy;
import dev.millrace.grpc.v1.TopicStats;

/** The node's figures and dead letters in the protocol's words. */
final class Figures {
    private Figures() {}

    static TopicStats of(dev.millrace.node.TopicStats topic) {
        return TopicStats.newBuilder()
                .setName(topic.name())
                .setPaused(topic.paused())
                .setAccepted(topic.accepted())
                .setAcceptedBytes(topic.acceptedBytes())
                .setScheduled(topic.scheduled())
                .setJoined(topic.joined())
                .setCancelled(topic.cancelled())
                .setExpired(topic.expired())
                .setPurged(topic.purged())
                .setDropped(topic.dropped())
                .setWaiting(topic.waiting())
                .setTracked(topic.tracked())
                .addAllGroups(topic.groups().stream().map(Figures::of).toList())
                .build();
    }

    static GroupStats of(dev.millrace.node.GroupStats group) {
        return GroupStats.newBuilder()
                .setName(group.name())
                .setPaused(group.paused())
                .setOffered(group.offered())
                .setScheduled(group.scheduled())
                .setReady(group.ready())
                .setLeased(group.leased())
                .setRetrying(group.retrying())
                .setDone(group.done())
                .setDead(group.dead())
                .setCancelled(group.cancelled())
                .setExpired(group.expired())
                .setPurged(group.purged())
                .setFiltered(group.filtered())
                .setDropped(group.dropped())
                .setRetries(group.retries())
                .setTimeouts(group.timeouts())
                .setSubscriptions(group.subscriptions())
                .setRetryPolicy(RetryPolicy.newBuilder()
                        .setMaxAttempts(group.retryPolicy().maxAttempts())
                        .setMinBackoffMillis(group.retryPolicy().minBackoff().toMillis())
                        .setMaxBackoffMillis(group.retryPolicy().maxBackoff().toMillis())
                        .setJitterPercent(group.retryPolicy().jitterPercent()))
                .build();
    }

    static DeadLetter of(dev.millrace.node.DeadLetter letter) {
        DeadLetter.Builder answer = DeadLetter.newBuilder()
                .setCursor(letter.cursor())
                .setId(letter.id())
                .setAttempts(letter.attempts())
                .setBornAtNanos(letter.bornAtNanos())
                .setFirstFailureMillis(letter.firstFailureMillis())
                .setDiedAtMillis(letter.diedAtMillis())
                .setReason(letter.reason())
                .setError(letter.error())
                .setBody(ByteString.copyFrom(letter.body().duplicate()));
        letter.history()
                .forEach(attempt -> answer.addHistory(FailedAttempt.newBuilder()
                        .setNumber(attempt.number())
                        .setAtMillis(attempt.atMillis())
                        .setReason(attempt.reason())
                        .setError(attempt.error())));
        return answer.build();
    }
}
