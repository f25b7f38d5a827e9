package dev.millrace.core.machine;

/** What the runtime hears from its machine while it serves. Calls come from inside a command and must change nothing. */
public interface MachineListener {
    /** The group may have something to deliver that it had not before. */
    void groupReady(Group group);

    /** A deferred message or a retry was due at {@code dueMillis}, elapsed time, and is ready now. */
    void wasDue(long dueMillis);

    /** The same of one that was due at {@code dueMillis}, wall time. */
    default void wasDueByWall(long dueMillis) {
        // whoever keeps no account of it does not mind
    }

    /** A consumer has one delivery less in flight. */
    void leaseEnded(int consumer);

    /** Somebody cancelled the message of this lease, which its consumer has. */
    void stopAsked(long token, int consumer);

    /** Something is to leave the shard, or more of it. */
    default void mailPosted(long number) {
        // whoever has no use for it asks when it starts
    }

    void topicCreated(Topic topic);

    void topicDeleted(Topic topic);

    void groupCreated(Group group);

    void groupDeleted(Group group);

    /** The group has one dead letter more. */
    void died(Group group);

    /** A batch is over or called off; the id is 0 when all of the topic may be. */
    default void batchEnded(Topic topic, long id) {
        // whoever has no use for it asks
    }

    /** Hears nothing; used while records are replayed. */
    MachineListener NONE = new MachineListener() {
        @Override
        public void groupReady(Group group) {
            // nobody serves yet
        }

        @Override
        public void wasDue(long dueMillis) {
            // replay has no clock
        }

        @Override
        public void leaseEnded(int consumer) {
            // no consumers yet
        }

        @Override
        public void stopAsked(long token, int consumer) {
            // no consumers yet
        }

        @Override
        public void topicCreated(Topic topic) {
            // told as a whole after recovery
        }

        @Override
        public void topicDeleted(Topic topic) {
            // told as a whole after recovery
        }

        @Override
        public void groupCreated(Group group) {
            // told as a whole after recovery
        }

        @Override
        public void groupDeleted(Group group) {
            // told as a whole after recovery
        }

        @Override
        public void died(Group group) {
            // told as a whole after recovery
        }
    };
}
