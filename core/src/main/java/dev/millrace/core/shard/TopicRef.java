package dev.millrace.core.shard;

/**
 * A topic's name together with its home shard; made by the node and kept by doors, so that a publish looks nothing up.
 *
 * <p>
 * It stays usable when the topic is deleted: a publish through it creates the topic again (unless the command says
 * otherwise). Thread safety: the number is a hint that only the owner thread of the home shard reads and writes.
 */
public final class TopicRef {
    private final String name;
    private final int shard;
    /** Number of the topic inside its shard's machine, -1 when not known; owner thread only. */
    int number = -1;

    public TopicRef(String name, int shard) {
        this.name = name;
        this.shard = shard;
    }

    public String name() {
        return name;
    }

    public int shard() {
        return shard;
    }

    @Override
    public String toString() {
        return name + "@" + shard;
    }
}
