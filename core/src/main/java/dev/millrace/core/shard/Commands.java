package dev.millrace.core.shard;

import dev.millrace.core.machine.Machine;
import dev.millrace.core.machine.Topic;

/** Runs the commands of a submission, in order. Owner thread only. */
final class Commands {
    private Commands() {}

    static void run(Shard shard, Submission submission) {
        Machine machine = shard.machine();
        for (int i = 0; i < submission.size; i++) {
            submission.results[i] = switch (submission.kinds[i]) {
                case Submission.PUBLISH, Submission.DEFER -> publish(shard, submission, i);
                case Submission.ACK -> outcome(machine.ack(submission.first[i]));
                case Submission.RETRY -> outcome(machine.retry(submission.first[i], submission.second[i]));
                case Submission.EXTEND ->
                        outcome(machine.extend(submission.first[i],
                                shard.nowMillis() + Math.min(submission.second[i], Machine.MAX_DELAY_MILLIS)));
                case Submission.FILTER -> outcome(machine.filter(submission.first[i]));
                case Submission.BURY -> outcome(machine.bury(submission.first[i], (String) submission.refs[i]));
                case Submission.CREDIT -> credit(shard, submission, i);
                default -> throw new IllegalStateException("unknown command " + submission.kinds[i]);
            };
        }
    }

    private static byte publish(Shard shard, Submission submission, int i) {
        if (!shard.hasRoom()) {
            return Outcome.NO_ROOM;
        }
        if (!(submission.refs[i] instanceof TopicRef ref)) {
            throw new IllegalStateException("a publish without a topic");
        }
        if ((submission.first[i] & 0xFFFF_FFFFL) > shard.maxPublishBytes()) {
            return Outcome.LIMIT;
        }
        if (submission.kinds[i] == Submission.DEFER
                && shard.machine().waiting() >= shard.options().limits().waiting()) {
            return Outcome.LIMIT;
        }
        Topic topic;
        try {
            topic = shard.topology().topic(ref);
        } catch (LimitException full) {
            return Outcome.LIMIT;
        }
        int offset = (int) (submission.first[i] >>> 32);
        long value = submission.second[i];
        if (submission.kinds[i] == Submission.PUBLISH) {
            submission.second[i] = shard.machine().publish(topic, submission.data, offset, (int) value);
        } else if (value <= 0) {
            submission.second[i] = shard.machine().publish(topic, submission.data, offset, 1);
        } else {
            submission.second[i] = shard.machine()
                    .defer(topic, submission.data, offset,
                            shard.nowMillis() + Math.min(value, Machine.MAX_DELAY_MILLIS));
        }
        return Outcome.OK;
    }

    private static byte credit(Shard shard, Submission submission, int i) {
        if (submission.refs[i] instanceof Feed.Consumer consumer) {
            shard.credit(consumer, (int) submission.first[i]);
            return Outcome.OK;
        }
        throw new IllegalStateException("a credit without a subscription");
    }

    private static byte outcome(boolean done) {
        return done ? Outcome.OK : Outcome.STALE;
    }
}
