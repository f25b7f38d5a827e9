package dev.millrace.core.shard;

import dev.millrace.core.machine.Machine;
import dev.millrace.core.machine.Topic;
import java.nio.ByteBuffer;

/**
 * Messages for a topic that is not tracked, each with a key for a while: one whose key is held is not published, and the
 * message that holds it answers for it. A topic that does not exist is created.
 *
 * <p>
 * Each message is durable together with its key. Thread safety: belongs to the door until it is handed over, to the shard
 * until completion, then to the door again.
 */
public final class OncePublish {
    /** More than the records of a message and of its key take besides its body, the gaps before them included. */
    private static final int RECORD_BYTES = 512;
    /** More than the creation of a topic takes. */
    private static final int CREATION_BYTES = 3 << 10;

    private final TopicRef topic;
    private final ByteBuffer bytes;
    private final long[] delays;
    private final long[] instants;
    private final long[] keys;
    private final long windowMillis;
    private final long[] ids;
    private final boolean[] isNew;
    private int done;
    private int published;

    /**
     * @param bytes
     *            (i32 length, body) for each message, lengths checked by the door; absolute reads only
     * @param delays
     *            of the messages, in ms
     * @param instants
     *            of the wall clock at which they join the topic, in ms since 1970; 0 of those that have none
     * @param keys
     *            high and low half of the hash of each message's key
     * @param windowMillis
     *            how long keys are held
     */
    public OncePublish(TopicRef topic, ByteBuffer bytes, long[] delays, long[] instants, long[] keys,
            long windowMillis) {
        this.topic = topic;
        this.bytes = bytes;
        this.delays = delays;
        this.instants = instants;
        this.keys = keys;
        this.windowMillis = windowMillis;
        ids = new long[delays.length];
        isNew = new boolean[delays.length];
    }

    /** Messages that are there, which are the first ones: published now or before. */
    public int done() {
        return done;
    }

    /** How many of them were published now. */
    public int published() {
        return published;
    }

    /** Id of a message that is there. */
    public long id(int message) {
        return ids[message];
    }

    /** Whether a message that is there was published now, not before. */
    public boolean isNew(int message) {
        return isNew[message];
    }

    /** {@link Outcome#OK}, or why a message, and those behind it, were refused. Owner thread. */
    public byte run(Shard shard) {
        shard.readClocks();
        if (!shard.hasRoom()) {
            return Outcome.NO_ROOM;
        }
        shard.makeRoomFor(CREATION_BYTES);
        Topic to;
        try {
            to = shard.topology().topic(topic);
        } catch (LimitException full) {
            return Outcome.LIMIT_TOPICS;
        }
        if (to.tracked()) {
            throw new IllegalArgumentException("topic " + to.name()
                    + " is a task queue: enqueue there with a key, or publish without one");
        }
        int at = 0;
        for (; done < ids.length; done++) {
            byte outcome = one(shard, to, at);
            if (outcome != Outcome.OK) {
                return outcome;
            }
            at += Integer.BYTES + bytes.getInt(at);
        }
        shard.machine().finish();
        return Outcome.OK;
    }

    private byte one(Shard shard, Topic to, int at) {
        Machine machine = shard.machine();
        long high = keys[2 * done];
        long low = keys[2 * done + 1];
        ids[done] = machine.operations().published(to, high, low);
        if (ids[done] != 0) {
            return Outcome.OK;
        }
        int length = bytes.getInt(at);
        if (length + Integer.BYTES > shard.maxPublishBytes()) {
            return Outcome.LIMIT;
        }
        if (!machine.operations().canKeepKey()) {
            return Outcome.LIMIT_TRACKED;
        }
        boolean byWall = instants[done] > machine.wallMillis();
        if ((byWall || delays[done] > 0) && !machine.canDefer()) {
            return Outcome.LIMIT_DEFERRED;
        }
        byte admitted = shard.quotas().admit(to, 1, length);
        if (admitted != Outcome.OK) {
            return admitted;
        }
        // The message and its key stand in one batch.
        shard.makeRoomFor(length + RECORD_BYTES);
        if (byWall) {
            ids[done] = machine.deferByWall(to, bytes, at, instants[done]);
        } else if (delays[done] > 0) {
            ids[done] = machine.defer(to, bytes, at, machine.after(delays[done]));
        } else {
            ids[done] = machine.publish(to, bytes, at, 1);
        }
        machine.operations().publishedOnce(to, high, low, ids[done], windowMillis);
        isNew[done] = true;
        published++;
        return Outcome.OK;
    }
}
