package dev.millrace.core.shard;

import dev.millrace.core.machine.Group;
import dev.millrace.core.machine.Machine;
import dev.millrace.core.machine.Topic;

/**
 * Keeps topics within their quota: at each publish, and every second for what has grown too old, for histories and for
 * what waits in ephemeral queues. Owner thread only.
 */
final class Quotas {
    private static final long EVERY_NANOS = 1_000_000_000;
    /** Topics looked at in one slice. */
    private static final int SLICE = 256;

    private final Machine machine;
    private final TopicQuota quota;
    private final ShardClock clock;
    private final long ephemeralMessages;
    private long passNanos;
    private int next = -1;

    Quotas(Machine machine, ShardLimits limits, ShardClock clock) {
        this.machine = machine;
        this.quota = limits.quota();
        ephemeralMessages = limits.ephemeralMessages();
        this.clock = clock;
    }

    /** Whether the topic takes so much more, after dropping where that is the rule; else a limit of {@link Outcome}. */
    byte admit(Topic topic, long messages, long bytes) {
        if (quota.isNone()) {
            return Outcome.OK;
        }
        if (quota.messages() > 0 && machine.retention().backlog(topic) + messages > quota.messages()
                && !(quota.dropOldest() && machine.retention().toMessages(topic, quota.messages() - messages))) {
            return Outcome.LIMIT_MESSAGES;
        }
        long excess = topic.keptBytes() + bytes - quota.bytes();
        if (quota.bytes() > 0 && excess > 0
                && !(quota.dropOldest() && machine.retention().bytes(topic, excess))) {
            return Outcome.LIMIT_BYTES;
        }
        boolean refusesByAge = quota.ageMillis() > 0 && !quota.dropOldest();
        return refusesByAge && machine.retention().isOlderThan(topic, oldest()) ? Outcome.LIMIT_AGE : Outcome.OK;
    }

    private long oldest() {
        return clock.wallMillis() - quota.ageMillis();
    }

    /** A slice of the pass over all topics that drops what is too old or too much; whether there is more to do at once. */
    boolean work(long nowNanos) {
        boolean byAge = quota.ageMillis() > 0 && quota.dropOldest();
        if (next < 0 && nowNanos - passNanos < EVERY_NANOS) {
            return false;
        }
        if (next < 0) {
            next = 0;
            passNanos = nowNanos;
        }
        int end = Math.min(machine.topicNumbersEnd(), next + SLICE);
        while (next < end) {
            Topic topic = machine.topicOrNull(next);
            if (topic != null) {
                trimEphemeral(topic);
            }
            if (topic != null && !machine.retention().history(topic, clock.wallMillis())) {
                return true;
            }
            if (topic != null && byAge && !machine.retention().olderThan(topic, oldest())) {
                return true;
            }
            next++;
        }
        next = next == machine.topicNumbersEnd() ? -1 : next;
        return next >= 0;
    }

    /** What nsqd would not have taken into a full queue; here the oldest give way. */
    private void trimEphemeral(Topic topic) {
        if (ephemeralMessages == 0) {
            return;
        }
        if (topic.ephemeral() && topic.groups().isEmpty() && topic.waiting() > ephemeralMessages) {
            machine.retention().toMessages(topic, ephemeralMessages + topic.scheduled());
        }
        for (Group group : topic.groups()) {
            if (group.ephemeral() && group.ready() > ephemeralMessages) {
                machine.retention().toMessages(group, ephemeralMessages);
            }
        }
    }
}
