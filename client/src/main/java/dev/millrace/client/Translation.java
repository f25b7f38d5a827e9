package dev.millrace.client;

import dev.millrace.api.DeadLetter;
import dev.millrace.api.FailedAttempt;
import dev.millrace.api.GroupStats;
import dev.millrace.api.MessageId;
import dev.millrace.api.RetryPolicy;
import dev.millrace.api.TopicStats;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** The protocol's figures and dead letters in the API's words. */
final class Translation {
    private static final long NANOS = 1_000_000_000L;

    private Translation() {}

    static Instant instant(long nanosSince1970) {
        return Instant.ofEpochSecond(nanosSince1970 / NANOS, nanosSince1970 % NANOS);
    }

    static List<TopicStats> topics(List<dev.millrace.grpc.v1.TopicStats> topics) {
        return topics.stream().map(Translation::topic).toList();
    }

    private static TopicStats topic(dev.millrace.grpc.v1.TopicStats topic) {
        return new TopicStats(topic.getName(), topic.getPaused(), topic.getAccepted(), topic.getAcceptedBytes(),
                topic.getScheduled(), topic.getJoined(), topic.getCancelled(), topic.getExpired(), topic.getPurged(),
                topic.getDropped(), topic.getWaiting(),
                topic.getGroupsList().stream().map(Translation::group).toList());
    }

    private static GroupStats group(dev.millrace.grpc.v1.GroupStats group) {
        dev.millrace.grpc.v1.RetryPolicy policy = group.getRetryPolicy();
        return new GroupStats(group.getName(), group.getPaused(), group.getOffered(), group.getReady(),
                group.getLeased(), group.getRetrying(), group.getDone(), group.getDead(), group.getCancelled(),
                group.getExpired(), group.getPurged(), group.getFiltered(), group.getDropped(), group.getRetries(),
                group.getTimeouts(), group.getSubscriptions(),
                new RetryPolicy(policy.getMaxAttempts(), Duration.ofMillis(policy.getMinBackoffMillis()),
                        Duration.ofMillis(policy.getMaxBackoffMillis()), policy.getJitterPercent()));
    }

    static DeadLetter dead(dev.millrace.grpc.v1.DeadLetter letter) {
        return new DeadLetter(new MessageId(letter.getId()), letter.getAttempts(), instant(letter.getBornAtNanos()),
                Instant.ofEpochMilli(letter.getDiedAtMillis()), letter.getReason(), letter.getError(),
                letter.getHistoryList().stream().map(Translation::attempt).toList(),
                letter.getBody().asReadOnlyByteBuffer());
    }

    private static FailedAttempt attempt(dev.millrace.grpc.v1.FailedAttempt attempt) {
        return new FailedAttempt(attempt.getNumber(), Instant.ofEpochMilli(attempt.getAtMillis()), attempt.getReason(),
                attempt.getError());
    }
}
