package dev.millrace.core.shard;

import dev.millrace.core.machine.Backoff;
import dev.millrace.core.machine.Group;
import dev.millrace.core.machine.Topic;
import dev.millrace.core.machine.Tracked;
import dev.millrace.core.message.Envelope;
import dev.millrace.core.message.Properties;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Carries out what adds messages to tracked topics, for calls and submissions. Owner thread only. */
public final class Enqueues {
    /** The group that is made with a task queue. */
    public static final String WORKERS = "workers";
    /** More than a record takes besides its bodies, the gap before it included. */
    private static final int RECORD_BYTES = 192;
    /** More than the creation of a topic and its group take. */
    private static final int CREATION_BYTES = 3 << 10;
    /** What a task that says nothing else is given: 25 attempts within three and a half days. */
    private static final int DEFAULT_ATTEMPTS = 25;
    private static final long DEFAULT_MIN_BACKOFF_MILLIS = 15_000;
    private static final long DEFAULT_MAX_BACKOFF_MILLIS = 6 * 3_600_000;
    private static final int DEFAULT_JITTER_PERCENT = 25;
    /** Messages for which room is made at once. */
    private static final int SLICE = 256;

    private Enqueues() {}

    /** The outcome of the batch: {@link Outcome#OK} unless all of it was refused for one reason. */
    public static byte run(Shard shard, @Nullable Enqueue batch) {
        if (batch == null) {
            throw new IllegalStateException("an enqueue without a batch");
        }
        // A call may have come after the cycle began: counted from then, what it delays would be early.
        shard.readClocks();
        if (!shard.hasRoom()) {
            return Outcome.NO_ROOM;
        }
        if (batch.length > shard.maxPublishBytes()) {
            return Outcome.LIMIT;
        }
        byte opened = open(shard, batch.topic, batch.group);
        if (opened != Outcome.OK) {
            return opened;
        }
        Topic topic = shard.machine().topic(batch.topic.name());
        byte admitted = shard.quotas().admit(topic, batch.count, batch.length);
        if (admitted != Outcome.OK) {
            return admitted;
        }
        int at = batch.offset;
        for (int i = 0; i < batch.count; i++) {
            if (i % SLICE == 0) {
                shard.makeRoomFor(room(batch, i, at));
            }
            batch.outcomes[i] = one(shard.machine().tracked(), topic, batch, i, at);
            at += Integer.BYTES + batch.bytes.getInt(at);
        }
        // Nothing of this command is left open for the next one to take back.
        shard.machine().finish();
        return Outcome.OK;
    }

    /** Makes the topic, its group and the tracking unless they are there; an {@link Outcome}. */
    public static byte open(Shard shard, TopicRef ref, String group) {
        shard.makeRoomFor(CREATION_BYTES);
        boolean hasTopic = false;
        try {
            Topic topic = shard.topology().topic(ref);
            hasTopic = true;
            if (!shard.machine().tracked().track(topic)) {
                return Outcome.NOT_TRACKED;
            }
            if (topic.groups().isEmpty()) {
                Group made = shard.topology().group(topic, group, true);
                shard.machine()
                        .operations()
                        .policy(made, new Backoff(DEFAULT_ATTEMPTS, DEFAULT_MIN_BACKOFF_MILLIS,
                                DEFAULT_MAX_BACKOFF_MILLIS, DEFAULT_JITTER_PERCENT));
            }
            return Outcome.OK;
        } catch (LimitException full) {
            return hasTopic ? Outcome.LIMIT_GROUPS : Outcome.LIMIT_TOPICS;
        }
    }

    private static int room(Enqueue batch, int from, int offset) {
        int at = offset;
        int end = Math.min(batch.count, from + SLICE);
        for (int i = from; i < end; i++) {
            at += Integer.BYTES + batch.bytes.getInt(at);
        }
        return at - offset + (end - from) * RECORD_BYTES + CREATION_BYTES;
    }

    private static byte one(Tracked tracked, Topic topic, Enqueue batch, int i, int offset) {
        ByteBuffer bytes = batch.bytes;
        if (!tracked.hasRoom()) {
            return Outcome.LIMIT_TRACKED;
        }
        if (!tracked.canTake(topic, bytes, offset)) {
            return Outcome.LIMIT_TERMS;
        }
        long holder = tracked.holder(topic, bytes, offset);
        if (holder != 0) {
            batch.ids[i] = holder;
            return Outcome.DUPLICATE;
        }
        long home = 0;
        int envelope = offset + Integer.BYTES;
        if (Envelope.has(bytes, envelope, Envelope.BATCH)) {
            home = tracked.batches()
                    .home(Properties.find(bytes, envelope, Properties.BATCH_TOPIC),
                            Envelope.word(bytes, envelope, Envelope.BATCH));
            if (home == 0) {
                return Outcome.NO_BATCH;
            }
        }
        batch.ids[i] = tracked.enqueue(topic, bytes, offset, home);
        return Outcome.OK;
    }

    /** A publish of a protocol that knows no properties, to a tracked topic. */
    static byte plain(Shard shard, Submission submission, int i, Topic topic) {
        Tracked tracked = shard.machine().tracked();
        boolean many = submission.kinds[i] == Submission.PUBLISH;
        int count = many ? (int) submission.second[i] : 1;
        if (topic.groups().isEmpty()) {
            return Outcome.NOT_FOUND;
        }
        if (!tracked.hasRoom()) {
            return Outcome.LIMIT_TRACKED;
        }
        long delay = many ? 0 : submission.second[i];
        boolean byWall = submission.kinds[i] == Submission.DEFER_UNTIL;
        int at = (int) (submission.first[i] >>> 32);
        shard.makeRoomFor((int) submission.first[i] + CREATION_BYTES + 32 * count);
        shard.machine().finish();
        long firstId = 0;
        for (int message = 0; message < count; message++) {
            long id = tracked.enqueuePlain(topic, submission.data, at, delay, byWall);
            firstId = message == 0 ? id : firstId;
            at += Integer.BYTES + submission.data.getInt(at);
        }
        shard.machine().finish();
        submission.second[i] = firstId;
        return Outcome.OK;
    }
}
