package dev.millrace.core.message;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Makes the envelope of one tracked message, in the form in which doors hand it over: durations, not instants.
 *
 * <p>
 * Keys are given as texts and hashed here (128 bits, of which ordering and limits use 64), so that all doors and
 * languages agree. Reusable; not thread-safe. Sizes are checked: an {@link IllegalArgumentException} says which limit
 * was met.
 */
public final class EnvelopeWriter {
    /** Keys, types and names of headers have at most so many bytes. */
    public static final int MAX_KEY_BYTES = 255;

    private final long[] words = new long[Envelope.WORDS];
    private int present;
    private int priority;
    private int flags;
    private int maxAttempts;
    private ByteBuffer properties = ByteBuffer.allocate(256);

    public EnvelopeWriter() {
        reset();
    }

    /** Ready for another message: nothing is set but the default priority. */
    public EnvelopeWriter reset() {
        Arrays.fill(words, 0);
        present = 1 << Envelope.AT;
        priority = Envelope.DEFAULT_PRIORITY;
        flags = 0;
        maxAttempts = 0;
        properties.clear();
        return this;
    }

    /** 0..9, 9 goes first. */
    public EnvelopeWriter priority(int value) {
        if (value < 0 || value > Envelope.MAX_PRIORITY) {
            throw new IllegalArgumentException("priority is 0 to 9, 9 goes first, not " + value);
        }
        priority = value;
        return this;
    }

    /** 1..65535 attempts, then the message is dead; 0: as the group says. */
    public EnvelopeWriter maxAttempts(int value) {
        if (value < 0 || value > 0xFFFF) {
            throw new IllegalArgumentException("maxAttempts is 0 to 65535, not " + value);
        }
        maxAttempts = value;
        return this;
    }

    /** Delivered first after so many milliseconds; 0: at once. */
    public EnvelopeWriter delay(long millis) {
        return millis > 0 ? word(Envelope.DUE, millis) : this;
    }

    /** Gone so many milliseconds from now unless it is done before. */
    public EnvelopeWriter expiresIn(long millis) {
        return word(Envelope.EXPIRES, positive("expiresIn", millis));
    }

    /** The first wait after a failed attempt, which doubles, and the longest. */
    public EnvelopeWriter backoff(long minMillis, long maxMillis) {
        if (minMillis < 0 || maxMillis < minMillis) {
            throw new IllegalArgumentException("backoff needs 0 <= min <= max, not " + minMillis + " and " + maxMillis);
        }
        word(Envelope.MIN_BACKOFF, minMillis);
        return word(Envelope.MAX_BACKOFF, maxMillis);
    }

    /** Can be looked at for so many milliseconds after it is done. */
    public EnvelopeWriter retention(long millis) {
        return word(Envelope.RETENTION, positive("retention", millis));
    }

    /** Messages of one key go one after the other. */
    public EnvelopeWriter key(String key) {
        word(Envelope.KEY, nonZero(KeyHash.high(text("key", Properties.KEY, key))));
        return this;
    }

    /** Messages of one such key count together against the limits of their group. */
    public EnvelopeWriter limitKey(String key) {
        word(Envelope.LIMIT, nonZero(KeyHash.high(text("limitKey", Properties.LIMIT_KEY, key))));
        return this;
    }

    /**
     * Taken once in its window.
     *
     * @param windowMillis
     *            how long a repeat is refused; 0: no window by time
     * @param untilDone
     *            and in any case as long as the message is not done, dead or cancelled
     */
    public EnvelopeWriter uniqueKey(String key, long windowMillis, boolean untilDone) {
        if (windowMillis <= 0 && !untilDone) {
            throw new IllegalArgumentException("a unique key needs a window, or to be held until done");
        }
        byte[] bytes = text("uniqueKey", Properties.UNIQUE_KEY, key);
        word(Envelope.UNIQUE_HIGH, nonZero(KeyHash.high(bytes)));
        word(Envelope.UNIQUE_LOW, KeyHash.low(bytes));
        if (windowMillis > 0) {
            word(Envelope.UNIQUE_ENDS, windowMillis);
        }
        flags |= untilDone ? Envelope.UNIQUE_UNTIL_DONE : 0;
        return this;
    }

    /** The id under which its client knows it: no other message of the topic that is still here has it. */
    public EnvelopeWriter clientId(String id) {
        if (!ClientIds.isValid(id)) {
            throw new IllegalArgumentException(ClientIds.RULE);
        }
        byte[] bytes = text("id", Properties.CLIENT_ID, id);
        word(Envelope.ID_HIGH, ClientIds.high(bytes));
        return word(Envelope.ID_LOW, KeyHash.low(bytes));
    }

    /** Has the client's id of another envelope, if that has one. */
    public EnvelopeWriter clientIdOf(ByteBuffer from, int envelope) {
        String id = Properties.find(from, envelope, Properties.CLIENT_ID);
        return id.isEmpty() ? this : clientId(id);
    }

    /** Delivered together with others of this group key. */
    public EnvelopeWriter gather(String key) {
        word(Envelope.GATHER, nonZero(KeyHash.high(text("group", Properties.GATHER_KEY, key))));
        return this;
    }

    /** A member of the batch with this id, which is in this topic. */
    public EnvelopeWriter batch(String topic, long id) {
        text("the queue of a batch", Properties.BATCH_TOPIC, topic);
        word(Envelope.BATCH, id);
        return word(Envelope.BATCH_HOME, 0);
    }

    /** It waits for the batch that has its id. */
    public EnvelopeWriter completion() {
        flags |= Envelope.COMPLETION;
        return this;
    }

    /** What follows when it is done, as {@link Chain} has it; nothing when there are no bytes. */
    public EnvelopeWriter chain(ByteBuffer steps) {
        int bytes = steps.remaining();
        if (bytes > 0) {
            if (bytes > Chain.MAX_BYTES) {
                throw new IllegalArgumentException("the steps that follow have at most " + Chain.MAX_BYTES
                        + " bytes together, payloads included, not " + bytes
                        + "; store large payloads elsewhere and pass their addresses");
            }
            room(bytes + 3).put(Properties.CHAIN).putShort((short) bytes).put(steps.duplicate());
            flags |= Envelope.CHAINED;
        }
        return this;
    }

    /** It is done at once; its chain has the message that it stands for. */
    public EnvelopeWriter forward() {
        flags |= Envelope.FORWARD;
        return this;
    }

    // ---- from another envelope ----

    /**
     * Takes over what another envelope has: all of one that a door has written, with {@code fresh}; else without the
     * instants and keys that were of that message alone (due, expiry, unique key, client's id, group key, what it waited
     * for).
     */
    public EnvelopeWriter load(ByteBuffer from, int envelope, boolean fresh) {
        reset();
        priority = Envelope.priority(from, envelope);
        flags = Envelope.flags(from, envelope);
        maxAttempts = Envelope.maxAttempts(from, envelope);
        for (int word = Envelope.AT + 1; word < Envelope.WORDS; word++) {
            boolean own = word <= Envelope.UNIQUE_ENDS || word == Envelope.UNIQUE_HIGH || word == Envelope.UNIQUE_LOW
                    || word == Envelope.GATHER || word == Envelope.ID_HIGH || word == Envelope.ID_LOW;
            if (Envelope.has(from, envelope, word) && (fresh || !own)) {
                word(word, Envelope.word(from, envelope, word));
            }
        }
        if (!fresh) {
            flags &= ~(Envelope.UNIQUE_UNTIL_DONE | Envelope.COMPLETION);
        }
        Properties.forEach(from, envelope, (tag, at, length) -> {
            if (fresh || (tag != Properties.UNIQUE_KEY && tag != Properties.CLIENT_ID)) {
                ByteBuffer to = room(length + 3).put(tag).putShort((short) length);
                to.put(to.position(), from, at, length).position(to.position() + length);
            }
        });
        return this;
    }

    /** A member of the batch that another envelope names, which has counted it. */
    public EnvelopeWriter inherit(ByteBuffer from, int envelope) {
        if (Envelope.has(from, envelope, Envelope.BATCH)) {
            word(Envelope.BATCH, Envelope.word(from, envelope, Envelope.BATCH));
            word(Envelope.BATCH_HOME, Envelope.word(from, envelope, Envelope.BATCH_HOME));
            flags |= Envelope.COUNTED;
            Properties.forEach(from, envelope, (tag, at, length) -> {
                if (tag == Properties.BATCH_TOPIC) {
                    text(tag, Properties.text(from, at, length));
                }
            });
        }
        return this;
    }

    /** Its batch has counted it. */
    public EnvelopeWriter counted() {
        flags |= (present & 1 << Envelope.BATCH) != 0 ? Envelope.COUNTED : 0;
        return this;
    }

    /** A property that is text; see {@link Properties}. */
    public EnvelopeWriter text(byte tag, String value) {
        text(tag == Properties.TYPE ? "type" : "property", tag, value);
        return this;
    }

    /** A property that is a number. */
    public EnvelopeWriter number(byte tag, long value) {
        room(Long.BYTES + 3).put(tag).putShort((short) Long.BYTES).putLong(value);
        return this;
    }

    /** A header for those who handle the message. */
    public EnvelopeWriter header(String name, String value) {
        byte[] key = checked("the name of a header", name);
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        room(bytes.length + key.length + 4).put(Properties.HEADER)
                .putShort((short) (1 + key.length + bytes.length))
                .put((byte) key.length)
                .put(key)
                .put(bytes);
        return this;
    }

    /** Bytes that {@link #write} writes. */
    public int length() {
        return Envelope.HEADER_BYTES + Integer.bitCount(present) * Long.BYTES + properties.position();
    }

    /** Writes the envelope at the buffer's position. */
    public void write(ByteBuffer to) {
        to.putShort((short) present)
                .put((byte) priority)
                .put((byte) flags)
                .putShort((short) maxAttempts)
                .putShort((short) properties.position());
        for (int word = 0; word < Envelope.WORDS; word++) {
            if ((present & 1 << word) != 0) {
                to.putLong(words[word]);
            }
        }
        to.put(properties.array(), 0, properties.position());
    }

    private EnvelopeWriter word(int word, long value) {
        present |= 1 << word;
        words[word] = value;
        return this;
    }

    private static long positive(String name, long millis) {
        if (millis <= 0) {
            throw new IllegalArgumentException(name + " is more than 0 ms, not " + millis);
        }
        return millis;
    }

    private byte[] text(String what, byte tag, String value) {
        byte[] bytes = checked(what, value);
        room(bytes.length + 3).put(tag).putShort((short) bytes.length).put(bytes);
        return bytes;
    }

    private static byte[] checked(String what, String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        if (bytes.length == 0 || bytes.length > MAX_KEY_BYTES) {
            throw new IllegalArgumentException(what + " has 1 to " + MAX_KEY_BYTES + " bytes, not " + bytes.length);
        }
        return bytes;
    }

    private ByteBuffer room(int more) {
        if (properties.position() + more > Envelope.MAX_PROPERTIES) {
            throw new IllegalArgumentException(
                    "headers and properties have at most " + Envelope.MAX_PROPERTIES + " bytes together");
        }
        if (properties.remaining() < more) {
            int wanted = Math.max(properties.capacity() * 2, properties.position() + more);
            properties = ByteBuffer.allocate(wanted).put(properties.flip());
        }
        return properties;
    }

    private static long nonZero(long hash) {
        return hash == 0 ? 1 : hash;
    }
}
