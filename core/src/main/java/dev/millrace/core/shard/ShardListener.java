package dev.millrace.core.shard;

/** Told of topics and groups that come and go, and of trouble; called on the owner thread, must only hand over. */
public interface ShardListener {
    void topicCreated(String topic);

    void topicDeleted(String topic);

    void groupCreated(String topic, String group);

    void groupDeleted(String topic, String group);

    /** The group has one dead letter more, or, after recovery, has some. */
    default void died(String topic, String group) {}

    /** A batch is over or called off, or, when the id is 0, any of this queue may be; it is not durable yet. */
    default void batchEnded(String queue, long id) {}

    /** Something failed that the shard goes on without; an operator should read it. At most once a second. */
    void trouble(String what);

    /** A command failed by a defect before it had changed anything; it was refused. */
    default void failedCommand(String what, RuntimeException reason) {
        trouble(what + " failed: " + reason);
    }

    /** A part of a cycle took longer than 5 ms, appends not counted. */
    default void slowSlice(Slices.Part part, long nanos) {}
}
