package dev.millrace.node.embedded;

import dev.millrace.api.DeadLetter;
import dev.millrace.api.FailedAttempt;
import dev.millrace.api.GroupStats;
import dev.millrace.api.MessageId;
import dev.millrace.api.MillraceException;
import dev.millrace.api.Page;
import dev.millrace.api.RetryPolicy;
import dev.millrace.api.TopicStats;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The node's figures as the API shows them. */
final class Views {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private Views() {}

    /** The number that a cursor of a page is; 0 for the first page. */
    static long cursor(String cursor) {
        try {
            return cursor.isEmpty() ? 0 : Long.parseLong(cursor);
        } catch (NumberFormatException e) {
            throw new MillraceException.Invalid("'" + cursor
                    + "' is no cursor: use the one of the page before, or an empty one for the first page", e);
        }
    }

    /** A page of the node's, as the API shows each of them. */
    static <N, A> Page<A> page(List<N> items, Function<N, A> view, long next) {
        return new Page<>(items.stream().map(view).toList(),
                next == 0 ? Optional.empty() : Optional.of(Long.toString(next)));
    }

    static TopicStats of(dev.millrace.node.TopicStats topic) {
        return new TopicStats(topic.name(), topic.paused(), topic.accepted(), topic.acceptedBytes(), topic.scheduled(),
                topic.joined(), topic.cancelled(), topic.expired(), topic.purged(), topic.dropped(), topic.waiting(),
                topic.groups().stream().map(Views::of).toList());
    }

    private static GroupStats of(dev.millrace.node.GroupStats group) {
        return new GroupStats(group.name(), group.paused(), group.offered(), group.ready(), group.leased(),
                group.retrying(), group.done(), group.dead(), group.cancelled(), group.expired(), group.purged(),
                group.filtered(), group.dropped(), group.retries(), group.timeouts(), group.subscriptions(),
                new RetryPolicy(group.retryPolicy().maxAttempts(), group.retryPolicy().minBackoff(),
                        group.retryPolicy().maxBackoff(), group.retryPolicy().jitterPercent()));
    }

    static DeadLetter of(dev.millrace.node.DeadLetter letter) {
        Instant bornAt = Instant.ofEpochSecond(letter.bornAtNanos() / NANOS_PER_SECOND,
                letter.bornAtNanos() % NANOS_PER_SECOND);
        return new DeadLetter(new MessageId(letter.id()), letter.attempts(), bornAt,
                Instant.ofEpochMilli(letter.diedAtMillis()), letter.reason(), letter.error(),
                of(letter.history()), letter.body());
    }

    static List<FailedAttempt> of(List<dev.millrace.node.FailedAttempt> history) {
        return history.stream()
                .map(one -> new FailedAttempt(one.number(), Instant.ofEpochMilli(one.atMillis()), one.reason(),
                        one.error()))
                .toList();
    }
}
