package dev.millrace.node;

import dev.millrace.core.message.Ids;
import dev.millrace.core.message.KeyHash;
import dev.millrace.core.shard.OncePublish;
import dev.millrace.core.shard.Outcome;
import dev.millrace.core.shard.Submission;
import dev.millrace.core.shard.TopicRef;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * Messages to be published as one submission, in the form the shard takes: (length, bytes) after each other. A door has
 * checked their sizes. Thread safety: none.
 */
public final class PublishBatch {
    /** A hundred years, as the engine has it. */
    public static final long MAX_DELAY_MILLIS = 3_155_760_000_000L;

    /** How long an idempotency key is held: a day. */
    public static final long IDEMPOTENCY_MILLIS = 86_400_000;
    /** What a unique key made of an idempotency key begins with; a client could use the same only on purpose. */
    public static final String IDEMPOTENCY_PREFIX = "idempotency-key:";
    /** Characters of an idempotency key, which are visible ASCII. */
    public static final int IDEMPOTENCY_LENGTH = 128;

    private ByteBuffer data;
    /** Of each message its delay, 0: none, or minus the instant of the wall clock that it waits for. */
    private final List<Long> waits = new ArrayList<>();
    private final List<Integer> offsets = new ArrayList<>();

    /** Room for so many bytes of bodies is taken at once; it grows. */
    public PublishBatch(int expectedBytes) {
        data = ByteBuffer.allocate(Math.max(64, expectedBytes + Integer.BYTES));
    }

    /** Whether it is an idempotency key: 1 to {@link #IDEMPOTENCY_LENGTH} visible ASCII characters. */
    public static boolean isIdempotencyKey(String key) {
        return !key.isEmpty() && key.length() <= IDEMPOTENCY_LENGTH && key.chars().allMatch(c -> c > ' ' && c < 127);
    }

    /** Adds a message, which is copied: at least one byte, and a delay from 0 to {@link #MAX_DELAY_MILLIS}. */
    public void add(ByteBuffer body, long delayMillis) {
        append(body, delayMillis);
    }

    /** The same of one that joins its topic at this instant of the wall clock, in ms since 1970. */
    public void addAt(ByteBuffer body, long wallMillis) {
        append(body, -wallMillis);
    }

    private void append(ByteBuffer body, long wait) {
        int length = body.remaining();
        if (data.remaining() < length + Integer.BYTES) {
            int needed = data.position() + length + Integer.BYTES;
            data = ByteBuffer.allocate(Math.max(needed, data.capacity() * 2)).put(data.flip());
        }
        offsets.add(data.position());
        waits.add(wait);
        data.putInt(length).put(body);
    }

    /** Messages so far. */
    public int size() {
        return offsets.size();
    }

    /** Neighbours without a delay are one command. */
    public Submission submission(TopicRef topic) {
        Submission submission = new Submission().data(data);
        int size = offsets.size();
        int next;
        for (int i = 0; i < size; i = next) {
            next = i + 1;
            long wait = waits.get(i);
            if (wait < 0) {
                submission.deferUntil(topic, offsets.get(i), end(i) - offsets.get(i), -wait);
            } else if (wait > 0) {
                submission.defer(topic, offsets.get(i), end(i) - offsets.get(i), wait);
            } else {
                while (next < size && isPlain(next)) {
                    next++;
                }
                submission.publish(topic, offsets.get(i), end(next - 1) - offsets.get(i), next - i);
            }
        }
        return submission;
    }

    /** The same messages, each published at most once in a day with its idempotency key, whatever door it comes by. */
    public OncePublish once(TopicRef topic, List<String> idempotencyKeys) {
        long[] keys = new long[2 * offsets.size()];
        for (int i = 0; i < offsets.size(); i++) {
            byte[] own = (IDEMPOTENCY_PREFIX + idempotencyKeys.get(i)).getBytes(StandardCharsets.UTF_8);
            long high = KeyHash.high(own);
            keys[2 * i] = high == 0 ? 1 : high;
            keys[2 * i + 1] = KeyHash.low(own);
        }
        return new OncePublish(topic, data, longs(wait -> Math.max(0, wait)), longs(wait -> Math.max(0, -wait)), keys,
                IDEMPOTENCY_MILLIS);
    }

    private long[] longs(ToLongFunction<Long> part) {
        return waits.stream().mapToLong(part).toArray();
    }

    private boolean isPlain(int message) {
        return waits.get(message) == 0;
    }

    private int end(int message) {
        return message + 1 < offsets.size() ? offsets.get(message + 1) : data.position();
    }

    /** What became of the submission: ids in the order of the messages up to the first command that was refused. */
    public Published published(Submission done) {
        List<Long> ids = new ArrayList<>(offsets.size());
        int command = 0;
        for (int i = 0; i < offsets.size(); command++) {
            if (done.result(command) != Outcome.OK) {
                return new Published(ids, done.result(command));
            }
            int first = i;
            do {
                ids.add(Ids.plus(done.messageId(command), i - first));
                i++;
            } while (isPlain(first) && i < offsets.size() && isPlain(i));
        }
        return new Published(ids, Outcome.OK);
    }

    /**
     * What became of a batch.
     *
     * @param ids
     *            of the messages that were published, which are the first ones
     * @param outcome
     *            {@link Outcome#OK}, or why the next one was refused
     */
    public record Published(List<Long> ids, byte outcome) {}
}
