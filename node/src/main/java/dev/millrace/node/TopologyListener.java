package dev.millrace.node;

/** Told when topics and groups come and go; called on owner threads, must only hand over. */
public interface TopologyListener {
    void topicCreated(String topic);

    void topicDeleted(String topic);

    void groupCreated(String topic, String group);

    void groupDeleted(String topic, String group);
}
