package dev.millrace.core.machine;

import org.jspecify.annotations.Nullable;

/**
 * Batches: messages, in any topics, whose ends are counted until all are over; then a message that waited for it is
 * delivered with the counts. A batch belongs to the topic of that message and has its id. Decides and writes records;
 * {@link Posting} applies them. Owner thread only.
 */
public final class Batches {
    private final Machine machine;
    private final State state;
    private final Applier applier;

    Batches(Machine machine) {
        this.machine = machine;
        state = machine.state;
        applier = machine.applier;
    }

    /**
     * Where members of this batch say that it is, for {@link Tracked#enqueue}; 0 when no batch of this id is open in this
     * topic.
     */
    public long home(String topicName, long id) {
        Topic topic = state.topicOrNull(topicName);
        if (topic == null || !topic.tracked()) {
            return 0;
        }
        machine.tracked().close();
        return topic.keys().batches.isOpen(id) ? Posting.home(state.shard, topic.number) : 0;
    }

    /** No member is added any more; false when there is no such batch. One that is closed already, or over, stays so. */
    public boolean close(Topic topic, long id) {
        machine.finish();
        if (!topic.tracked() || !topic.keys().batches.has(id)) {
            return false;
        }
        if (topic.keys().batches.isOpen(id)) {
            machine.out().begin(Records.BATCH_CLOSE, 0, 16).putInt(topic.number).putInt(0).putLong(id);
            machine.out().end();
            applier.posting.batchClosed(topic, id);
        }
        return true;
    }

    /**
     * How far a batch is; null when there is none of this id: it never was, was called off, or was over before the last
     * {@value BatchTable#KEPT} of its topic that are.
     */
    public @Nullable BatchProgress progress(Topic topic, long id) {
        machine.finish();
        return topic.tracked() && topic.keys().batches.has(id) ? topic.keys().batches.progress(id) : null;
    }

    /** All that {@link #progress} tells of, as they are now. */
    public BatchList list(Topic topic) {
        machine.finish();
        LongTable rows = topic.tracked() ? topic.keys().batches.rows : new LongTable(BatchTable.ROW_WORDS, 0);
        return new BatchList(rows.freeze());
    }
}
