package dev.millrace.node;

/** Told when topics and groups come and go; called on owner threads, must only hand over. */
public interface TopologyListener {
    void topicCreated(String topic);

    void topicDeleted(String topic);

    void groupCreated(String topic, String group);

    void groupDeleted(String topic, String group);

    /** The group has one dead letter more, or, when its shard was opened anew, has some. */
    default void died(String topic, String group) {}

    /** A batch is over or called off, or, when the id is 0, any of this queue may be; it is not durable yet. */
    default void batchEnded(String queue, long id) {}
}
