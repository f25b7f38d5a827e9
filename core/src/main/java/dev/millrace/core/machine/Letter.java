package dev.millrace.core.machine;

import dev.millrace.core.message.Bodies;
import dev.millrace.core.message.Chain;
import dev.millrace.core.message.Envelope;
import dev.millrace.core.message.EnvelopeWriter;
import dev.millrace.core.message.MessageView;
import dev.millrace.core.message.Properties;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A mail on its way: which records of the log it is made of, and, once they were read, the message that it is.
 *
 * <p>
 * Life: made by the owner ({@link Mail#letter}); somebody reads the records at {@link #location} and gives each, in order,
 * to {@link #take}; {@link #write} makes the message; the owner enqueues it and says {@link Mail#sent}.
 *
 * <p>
 * Thread safety: one thread at a time.
 */
public final class Letter {
    /** Header of a step: id of the task before it, 16 hex digits. */
    public static final String PREVIOUS_ID = "millrace-previous-id";
    /** Header of a step: the result of the task before it, as text. */
    public static final String PREVIOUS_RESULT = "millrace-previous-result";
    /** The same in Base64, of a result that is no text. */
    public static final String PREVIOUS_RESULT_BASE64 = "millrace-previous-result-base64";
    /** Header of a step: how many bytes the result had, which is too long for a header. */
    public static final String PREVIOUS_RESULT_OMITTED = "millrace-previous-result-omitted";
    /** Header of the task that ends a batch: its id. Those of the counts begin with {@link #BATCH}. */
    public static final String BATCH_ID = "millrace-batch-id";
    /** How the headers of the counts begin: added, done, dead, cancelled, expired. */
    public static final String BATCH = "millrace-batch-";
    /** A longer result does not become a header. */
    public static final int MAX_RESULT_HEADER_BYTES = 8 << 10;
    /**
     * Bodies that gather in one message have so many bytes together, or a quarter of a file of the log, unless one alone has
     * more.
     */
    public static final int MAX_GATHERED_BYTES = 1 << 20;

    final long number;
    final int kind;
    /** Sequences of the messages that it is made of, those that are not over. */
    final long[] seqs;
    /** For each of them: places of the line up to and with it. */
    final int[] places;
    private final long[] locations;
    private final int[] indexes;
    private final @Nullable BatchProgress counts;
    private final int maxGatheredBytes;

    private final Bodies bodies = new Bodies();
    private final MessageView view = new MessageView();
    private final EnvelopeWriter envelope = new EnvelopeWriter();
    private ByteBuffer body = ByteBuffer.allocate(0);
    private ByteBuffer message = ByteBuffer.allocate(0);
    private String topic;
    private @Nullable ByteBuffer result;
    /** Of what gathers: how many are in the message. */
    int taken;
    private boolean full;
    /** Whether the step goes on as a member of the batch of the message before it. */
    boolean isMember;
    /** What a step wants of the result before it, as {@link Chain} says. */
    private int wantsResult;

    Letter(long number, int kind, String topic, Sources from, @Nullable BatchProgress counts, int maxGatheredBytes) {
        this.maxGatheredBytes = maxGatheredBytes;
        this.number = number;
        this.kind = kind;
        this.topic = topic;
        seqs = from.seqs;
        places = from.places;
        locations = from.locations;
        indexes = from.indexes;
        this.counts = counts;
    }

    /** What a letter is made of. Arrays are not copied. */
    static final class Sources {
        static final Sources NONE = new Sources(new long[0], new int[0], new long[0], new int[0]);

        final long[] seqs;
        final int[] places;
        /** Those of the messages, then that of a result, if there is one. */
        final long[] locations;
        final int[] indexes;

        Sources(long[] seqs, int[] places, long[] locations, int[] indexes) {
            this.seqs = seqs;
            this.places = places;
            this.locations = locations;
            this.indexes = indexes;
        }
    }

    /** Number of its mail. */
    public long number() {
        return number;
    }

    /** Whether nothing comes of it: what it was of is gone. */
    public boolean isVoid() {
        return seqs.length == 0 && kind != MailTable.MEMBERS;
    }

    /** Whether it is about a batch of another shard and no message. */
    public boolean isEnd() {
        return kind == MailTable.MEMBERS;
    }

    /** Whether it takes the place of messages of its own topic, so that no limit stands against it. */
    public boolean replaces() {
        return kind == MailTable.GATHERED || kind == MailTable.COMPLETION;
    }

    /** How many records are to be read. */
    public int records() {
        return locations.length;
    }

    /** Where one of them stands. */
    public long location(int record) {
        return locations[record];
    }

    /** Name of the topic that it goes to; of a step known once the records were taken. */
    public String topic() {
        return topic;
    }

    /** The message: i32 length, envelope as doors write it, body. */
    public ByteBuffer message() {
        return message;
    }

    /** One of the records, which starts at this offset of a block; in ascending order. */
    public void take(int record, ByteBuffer block, int offset) {
        if (record >= seqs.length) {
            result = Output.read(block, offset).bytes();
            return;
        }
        bodies.wrap(block, offset);
        bodies.read(indexes[record], view);
        switch (kind) {
            case MailTable.STEP -> step();
            case MailTable.COMPLETION -> completion();
            default -> gather();
        }
    }

    /** All records were taken: makes the message. */
    public void write() {
        switch (kind) {
            case MailTable.MEMBERS -> {
                return;
            }
            case MailTable.STEP -> passResult();
            case MailTable.GATHERED -> {
                envelope.number(Properties.GATHERED, taken);
                body.flip();
            }
            default -> {
                // nothing is missing
            }
        }
        ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES + envelope.length() + body.remaining());
        bytes.putInt(envelope.length() + body.remaining());
        envelope.write(bytes);
        message = bytes.put(body).flip();
    }

    // ---- a step ----

    private void step() {
        Properties.forEach(view.bytes, view.envelope, (tag, at, length) -> {
            if (tag == Properties.CHAIN) {
                step(Chain.read(view.bytes, at, length));
            }
        });
    }

    private void step(List<Chain.Step> steps) {
        Chain.Step next = steps.getFirst();
        ByteBuffer bytes = next.message();
        int start = bytes.position();
        envelope.load(bytes, start, true)
                .chain(Chain.write(steps.subList(1, steps.size())))
                .header(PREVIOUS_ID, hex(view.id));
        if (isMember) {
            envelope.inherit(view.bytes, view.envelope);
        }
        topic = next.topic();
        wantsResult = next.result();
        body = wantsResult == Chain.SAME_PAYLOAD ? copy(view.bytes, view.bodyOffset, view.bodyOffset + view.bodyLength)
                : copy(bytes, start + Envelope.bytes(bytes, start), bytes.limit());
    }

    private void passResult() {
        ByteBuffer bytes = result;
        if (bytes == null || wantsResult == Chain.NO_RESULT || wantsResult == Chain.SAME_PAYLOAD) {
            return;
        }
        if (wantsResult == Chain.RESULT_PAYLOAD) {
            body = bytes.duplicate();
        } else if (bytes.remaining() > MAX_RESULT_HEADER_BYTES) {
            envelope.header(PREVIOUS_RESULT_OMITTED, Integer.toString(bytes.remaining()));
        } else {
            resultHeader(bytes);
        }
    }

    private void resultHeader(ByteBuffer bytes) {
        try {
            envelope.header(PREVIOUS_RESULT,
                    StandardCharsets.UTF_8.newDecoder().decode(bytes.duplicate()).toString());
        } catch (CharacterCodingException binary) {
            byte[] copy = new byte[bytes.remaining()];
            bytes.get(bytes.position(), copy);
            envelope.header(PREVIOUS_RESULT_BASE64, Base64.getEncoder().encodeToString(copy));
        }
    }

    // ---- the end of a batch ----

    private void completion() {
        envelope.load(view.bytes, view.envelope, false)
                .clientIdOf(view.bytes, view.envelope)
                .counted()
                .header(BATCH_ID, hex(view.id));
        if (counts != null) {
            envelope.header(BATCH + "added", Long.toString(counts.added()))
                    .header(BATCH + "done", Long.toString(counts.done()))
                    .header(BATCH + "dead", Long.toString(counts.dead()))
                    .header(BATCH + "cancelled", Long.toString(counts.cancelled()))
                    .header(BATCH + "expired", Long.toString(counts.expired()));
        }
        body = copy(view.bytes, view.bodyOffset, view.bodyOffset + view.bodyLength);
    }

    // ---- what gathers ----

    private void gather() {
        if (taken == 0) {
            envelope.load(view.bytes, view.envelope, false);
        }
        int more = Integer.BYTES + view.bodyLength;
        full |= taken > 0 && body.position() + more > maxGatheredBytes;
        if (full) {
            return;
        }
        if (body.remaining() < more) {
            body = ByteBuffer.allocate(Math.max(2 * body.capacity(), body.position() + more)).put(body.flip());
        }
        body.putInt(view.bodyLength);
        body.put(body.position(), view.bytes, view.bodyOffset, view.bodyLength);
        body.position(body.position() + view.bodyLength);
        taken++;
    }

    private static ByteBuffer copy(ByteBuffer from, int start, int end) {
        byte[] bytes = new byte[end - start];
        from.get(start, bytes);
        return ByteBuffer.wrap(bytes);
    }

    private static String hex(long id) {
        String digits = Long.toHexString(id);
        return "0".repeat(16 - digits.length()) + digits;
    }
}
