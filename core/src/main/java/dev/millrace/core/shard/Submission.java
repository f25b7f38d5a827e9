package dev.millrace.core.shard;

import dev.millrace.core.machine.Output;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The commands of one read from a client, handed over as one unit.
 *
 * <p>
 * A door fills it (one thread), gives it to {@link Session#submit}, and touches it again only after
 * {@link SessionListener#completed}. It may then be {@link #reset} and reused. Message bodies are not copied into it: a
 * publish names a range of {@link #data(ByteBuffer)}, in the form {@code (int32 length, bytes) x count} (big-endian),
 * which is the wire form of NSQ; every length has been checked by the door to be at least 1 and to fit.
 * {@link SessionListener#copied} says when the bytes are not needed any more.
 */
public final class Submission {
    /** As the delay of a retry: that of the group's retry policy. */
    public static final long BY_POLICY = -1;
    static final byte PUBLISH = 1;
    static final byte DEFER = 2;
    static final byte ACK = 3;
    static final byte RETRY = 4;
    static final byte EXTEND = 5;
    static final byte FILTER = 6;
    static final byte BURY = 7;
    static final byte CREDIT = 8;
    static final byte ENQUEUE = 9;
    static final byte PUT_OFF = 10;
    static final byte SAY = 11;
    static final byte DEFER_UNTIL = 12;

    private static final ByteBuffer NO_DATA = ByteBuffer.allocate(0);

    byte[] kinds = new byte[16];
    long[] first = new long[16];
    long[] second = new long[16];
    @Nullable Object[] refs = new Object[16];
    byte[] results = new byte[16];
    int size;
    int publishedBytes;
    int publishes;
    /** When it was handed over; for metrics. */
    long submittedNanos;
    /** Whether an instant is counted from the moment it is taken. */
    boolean timed;
    ByteBuffer data = NO_DATA;
    private @Nullable Object attachment;

    /** The bytes that publishes refer to by absolute index. */
    public Submission data(ByteBuffer bytes) {
        data = bytes;
        return this;
    }

    public ByteBuffer data() {
        return data;
    }

    /** Publishes {@code count} messages that stand in the data at {@code offset}, {@code bytes} bytes with lengths. */
    public void publish(TopicRef topic, int offset, int bytes, int count) {
        publishes++;
        publishedBytes += bytes;
        add(PUBLISH, (long) offset << 32 | bytes, count, topic);
    }

    /**
     * Publishes one message (length and bytes at {@code offset}) that joins its topic after {@code delayMillis}; a
     * delay of 0 is a plain publish.
     */
    public void defer(TopicRef topic, int offset, int bytes, long delayMillis) {
        publishes++;
        publishedBytes += bytes;
        timed = true;
        add(DEFER, (long) offset << 32 | bytes, delayMillis, topic);
    }

    /** The same until this instant of the wall clock, in ms since 1970; at once when it is past. */
    public void deferUntil(TopicRef topic, int offset, int bytes, long wallMillis) {
        publishes++;
        publishedBytes += bytes;
        timed = true;
        add(DEFER_UNTIL, (long) offset << 32 | bytes, wallMillis, topic);
    }

    /** Enqueues a batch; {@link #result} is that of the batch as a whole, its messages have their own. */
    public void enqueue(Enqueue batch) {
        publishes += batch.count;
        publishedBytes += batch.length;
        timed = true;
        add(ENQUEUE, 0, 0, batch);
    }

    /** As {@link #retry(long, long, String)}, but the attempt is not counted. */
    public void putOff(long token, long delayMillis, @Nullable String error) {
        timed = true;
        add(PUT_OFF, token, delayMillis, error);
    }

    /** How far the worker of a tracked message is: 0..100 percent, and a text, of which 400 bytes are kept. */
    public void progress(long token, int percent, String text) {
        add(SAY, token, 0, Output.progress(percent, text));
    }

    /** The last log lines of the worker of a tracked message, each ended by a line feed; they replace those before. */
    public void log(long token, String lines) {
        add(SAY, token, 0, Output.log(lines));
    }

    /** What the worker of a tracked message leaves, at most {@link Output#MAX_RESULT_BYTES}; copied later. */
    public void result(long token, ByteBuffer bytes) {
        add(SAY, token, 0, Output.result(bytes));
    }

    /** Done with a delivery. */
    public void ack(long token) {
        add(ACK, token, 0, null);
    }

    /** Deliver again after {@code delayMillis} (0: as soon as somebody can take it). */
    public void retry(long token, long delayMillis) {
        retry(token, delayMillis, null);
    }

    /** The same, with what the worker says of its failure; it is kept for the case that the message dies. */
    public void retry(long token, long delayMillis, @Nullable String error) {
        timed = true;
        add(RETRY, token, delayMillis, error);
    }

    /** The lease now ends {@code leaseMillis} from now. */
    public void extend(long token, long leaseMillis) {
        timed = true;
        add(EXTEND, token, leaseMillis, null);
    }

    /** The door sampled the message out: it leaves the group as filtered. */
    public void filter(long token) {
        add(FILTER, token, 0, null);
    }

    /** Puts the message among the group's dead letters. */
    public void bury(long token, @Nullable String error) {
        add(BURY, token, 0, error);
    }

    /** The subscription may have up to {@code credit} deliveries in flight; 0 stops deliveries. */
    public void credit(Subscription subscription, int credit) {
        add(CREDIT, credit, 0, subscription);
    }

    public int size() {
        return size;
    }

    public boolean isEmpty() {
        return size == 0;
    }

    /** How many of the commands are publishes. */
    public int publishes() {
        return publishes;
    }

    /** Bytes that publishes refer to. */
    public int publishedBytes() {
        return publishedBytes;
    }

    /** One of {@link Outcome}; valid after completion. */
    public byte result(int index) {
        return results[index];
    }

    /** For a publish or deferral: the id of its first message; ids of one publish are {@link dev.millrace.core.message.Ids#next} apart. */
    public long messageId(int index) {
        return second[index];
    }

    /** Whatever the door wants to find again on completion. */
    public void attach(@Nullable Object object) {
        attachment = object;
    }

    public @Nullable Object attachment() {
        return attachment;
    }

    /** Ready for new commands; the data and the attachment are let go. */
    public void reset() {
        Arrays.fill(refs, 0, size, null);
        size = 0;
        publishedBytes = 0;
        publishes = 0;
        timed = false;
        data = NO_DATA;
        attachment = null;
    }

    private void add(byte kind, long a, long b, @Nullable Object ref) {
        if (size == kinds.length) {
            int larger = size * 2;
            kinds = Arrays.copyOf(kinds, larger);
            first = Arrays.copyOf(first, larger);
            second = Arrays.copyOf(second, larger);
            refs = Arrays.copyOf(refs, larger);
            results = Arrays.copyOf(results, larger);
        }
        kinds[size] = kind;
        first[size] = a;
        second[size] = b;
        refs[size] = ref;
        results[size] = Outcome.OK;
        size++;
    }
}
