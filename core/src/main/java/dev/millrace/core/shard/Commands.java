package dev.millrace.core.shard;

import dev.millrace.core.machine.Machine;
import dev.millrace.core.machine.Output;
import dev.millrace.core.machine.Topic;
import org.jspecify.annotations.Nullable;

/** Runs the commands of a submission, in order. Owner thread only. */
final class Commands {
    /** More than any record takes besides bodies, the creation of a topic and a gap before it included. */
    private static final int RECORD_BYTES = 3 << 10;

    private Commands() {}

    /** A command that fails while it decides is answered {@link Outcome#INTERNAL}, and the next one follows. */
    static void run(Shard shard, Submission submission) {
        Machine machine = shard.machine();
        for (int i = 0; i < submission.size; i++) {
            shard.makeRoomFor(RECORD_BYTES);
            machine.decisions.begin();
            try {
                submission.results[i] = run(shard, submission, i);
            } catch (RuntimeException e) {
                shard.faults().refuse("command " + submission.kinds[i], e);
                submission.results[i] = Outcome.INTERNAL;
            }
        }
    }

    private static byte run(Shard shard, Submission submission, int i) {
        Machine machine = shard.machine();
        return switch (submission.kinds[i]) {
            case Submission.PUBLISH, Submission.DEFER, Submission.DEFER_UNTIL -> publish(shard, submission, i);
            case Submission.ACK -> outcome(machine.ack(submission.first[i]));
            case Submission.RETRY -> outcome(machine.retry(submission.first[i],
                    submission.second[i], (String) submission.refs[i]));
            case Submission.PUT_OFF -> outcome(machine.putOff(submission.first[i], submission.second[i],
                    (String) submission.refs[i]));
            case Submission.SAY -> say(shard, submission.first[i], (Output) submission.refs[i]);
            case Submission.ENQUEUE -> Enqueues.run(shard, (Enqueue) submission.refs[i]);
            case Submission.EXTEND -> extend(machine, submission.first[i], submission.second[i]);
            case Submission.FILTER -> outcome(machine.filter(submission.first[i]));
            case Submission.BURY -> outcome(machine.bury(submission.first[i], (String) submission.refs[i]));
            case Submission.CREDIT -> credit(shard, submission, i);
            default -> throw new IllegalStateException("unknown command " + submission.kinds[i]);
        };
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
        Machine machine = shard.machine();
        long value = submission.second[i];
        boolean byWall = submission.kinds[i] == Submission.DEFER_UNTIL;
        boolean waits = byWall ? value > machine.wallMillis() : submission.kinds[i] == Submission.DEFER && value > 0;
        if (waits && !machine.canDefer()) {
            return Outcome.LIMIT_DEFERRED;
        }
        shard.makeRoomFor((int) submission.first[i] + RECORD_BYTES);
        Topic topic;
        try {
            topic = shard.topology().topic(ref);
        } catch (LimitException full) {
            return Outcome.LIMIT_TOPICS;
        }
        int offset = (int) (submission.first[i] >>> 32);
        byte admitted = shard.quotas()
                .admit(topic, submission.kinds[i] == Submission.PUBLISH ? value : 1,
                        submission.first[i] & 0xFFFF_FFFFL);
        if (admitted != Outcome.OK) {
            return admitted;
        }
        if (topic.tracked()) {
            return Enqueues.plain(shard, submission, i, topic);
        }
        if (submission.kinds[i] == Submission.PUBLISH) {
            submission.second[i] = machine.publish(topic, submission.data, offset, (int) value);
        } else if (!waits) {
            submission.second[i] = machine.publish(topic, submission.data, offset, 1);
        } else if (byWall) {
            submission.second[i] = machine.deferByWall(topic, submission.data, offset, value);
        } else {
            submission.second[i] = machine.defer(topic, submission.data, offset, machine.after(value));
        }
        return Outcome.OK;
    }

    private static byte extend(Machine machine, long token, long leaseMillis) {
        if (!machine.extend(token, machine.after(leaseMillis))) {
            return Outcome.STALE;
        }
        return machine.tracked().isStopAsked(token) ? Outcome.STOP_ASKED : Outcome.OK;
    }

    private static byte say(Shard shard, long token, @Nullable Output output) {
        if (output == null) {
            throw new IllegalStateException("nothing said");
        }
        shard.makeRoomFor(output.bytes().remaining() + RECORD_BYTES);
        return outcome(shard.machine().tracked().say(token, output));
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
