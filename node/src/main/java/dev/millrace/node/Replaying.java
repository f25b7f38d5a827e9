package dev.millrace.node;

import dev.millrace.core.machine.DeadJob;
import dev.millrace.core.machine.Group;
import dev.millrace.core.machine.Machine;
import dev.millrace.core.machine.MissingException;
import dev.millrace.core.machine.Operations;
import dev.millrace.core.machine.Topic;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Histories of topics, replays of groups, and jobs about all dead letters. */
final class Replaying {
    private Replaying() {}

    // ---- owner thread ----

    static void set(Machine machine, String topic, long maxAgeMillis, long maxBytes) {
        if (maxAgeMillis < 0 || maxBytes < 0) {
            throw new IllegalArgumentException("a history cannot be negative: " + maxAgeMillis + " ms, " + maxBytes
                    + " bytes");
        }
        Topic found = plain(machine.topic(topic));
        machine.operations().history(found, maxAgeMillis, maxBytes);
    }

    static TopicHistory history(Topic topic) {
        return new TopicHistory(topic.historyMillis(), topic.historyBytes(), topic.history());
    }

    static long replay(Machine machine, Group group, ReplayFrom from, boolean purgeUnderWay) {
        Topic topic = plain(group.topic());
        Operations operations = machine.operations();
        long underWay = operations.underWay(group);
        if (underWay > 0 && !purgeUnderWay) {
            throw new IllegalArgumentException(underWay + " messages of group " + group.name()
                    + " are in flight, given back or wait for a retry. Pause the group and wait until they are over, or"
                    + " ask for them to be purged");
        }
        return operations.replay(group, switch (from) {
            case ReplayFrom.Earliest _ -> operations.earliestKept(topic);
            case ReplayFrom.Time time -> operations.seqAt(topic, time.instant().toEpochMilli());
            case ReplayFrom.Message message -> seqOf(operations, topic, message.id());
        });
    }

    private static long seqOf(Operations operations, Topic topic, long id) {
        long seq = operations.seqOf(topic, id);
        if (seq < 0) {
            throw new MissingException("topic " + topic.name() + " keeps no message with this id, or it was deferred:"
                    + " start at a time instead");
        }
        return seq;
    }

    private static Topic plain(Topic topic) {
        if (topic.tracked()) {
            throw new IllegalArgumentException("topic " + topic.name()
                    + " is a task queue: its tasks are kept by their retention and run again one by one");
        }
        return topic;
    }

    static Optional<DeadJobState> deadJob(Group group) {
        DeadJob job = group.deadJob();
        return job.what() == 0 ? Optional.empty()
                : Optional.of(new DeadJobState(job.what() == DeadJob.REPLAY, job.total(), job.left()));
    }

    private static long start(Machine machine, Group group, boolean replay) {
        if (!machine.operations().startDeadJob(group, replay ? DeadJob.REPLAY : DeadJob.PURGE)) {
            throw new IllegalArgumentException("the dead letters of group " + group.name() + " are being "
                    + (replay ? "purged" : "replayed") + ", " + group.deadJob().left() + " are left; wait until that is"
                    + " over");
        }
        return group.deadJob().total();
    }

    // ---- any thread ----

    /** Starts to replay or purge all that are dead now; how many that are. */
    static CompletableFuture<Long> startDeadJob(NodeBroker broker, String topic, String group, boolean replay) {
        return broker.at(topic, shard -> start(shard.machine(), shard.machine().group(topic, group), replay));
    }

    /** The same, complete when all is done. */
    static CompletableFuture<Long> runDeadJob(NodeBroker broker, String topic, String group, boolean replay) {
        return startDeadJob(broker, topic, group, replay)
                .thenCompose(total -> awaitEnd(broker, topic, group).thenApply(_ -> total));
    }

    private static CompletableFuture<Long> awaitEnd(NodeBroker broker, String topic, String group) {
        return broker.at(topic, shard -> shard.machine().group(topic, group).deadJob().left())
                .thenCompose(left -> left == 0 ? CompletableFuture.completedFuture(left)
                        : awaitEnd(broker, topic, group));
    }
}
