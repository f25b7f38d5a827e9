package dev.millrace.verification.simulation;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A message as its publisher knows it. Its body says its number and follows from it, so that it can be recognised. */
final class Message {
    static final int MIN_BYTES = 16;

    /** What the publisher was told. */
    enum Fate {
        /** Nothing yet. */
        PENDING,
        /** It is durable. */
        ACCEPTED,
        /** It was not stored. */
        REFUSED,
        /** The session ended first. */
        UNKNOWN
    }

    final int number;
    final TopicBook topic;
    /** Messages of one publish command have the same. */
    final long command;
    final int bytes;
    final long delayMillis;
    /** Instant of the wall clock that was said instead of the delay; 0: none was. */
    final long dueAtMillis;
    final Moment submitted;
    Fate fate = Fate.PENDING;
    /** When the answer came. */
    long answeredOrder = Long.MAX_VALUE;
    long id;
    /** What it is besides in a task queue. */
    @Nullable Task task;

    Message(int number, TopicBook topic, long command, Payload payload, Moment submitted) {
        this.number = number;
        this.topic = topic;
        this.command = command;
        this.bytes = payload.bytes;
        this.delayMillis = payload.delayMillis;
        this.dueAtMillis = payload.dueAtMillis;
        this.submitted = submitted;
    }

    /**
     * Size and delay.
     *
     * @param dueAtMillis
     *            the instant of the wall clock after that delay, if that is said instead; else 0
     */
    record Payload(int bytes, long delayMillis, long dueAtMillis) {
        /** Every other delay is said as an instant. */
        static long dueAt(long delayMillis, long wallMillis) {
            return delayMillis % 2 == 0 ? 0 : wallMillis + delayMillis;
        }
    }

    void writeTo(ByteBuffer target) {
        target.putInt(bytes);
        writeBody(target);
    }

    void writeBody(ByteBuffer target) {
        int start = target.position();
        target.putLong(number).putLong(check(number));
        for (int i = MIN_BYTES; i < bytes; i++) {
            target.put(filler(number, i));
        }
        if (target.position() - start != bytes) {
            throw new IllegalStateException("body of " + bytes + " bytes");
        }
    }

    /** The number that a body says, or null when the body is not one of ours. */
    static @Nullable Integer numberOf(ByteBuffer body, int offset, int length) {
        if (length < MIN_BYTES) {
            return null;
        }
        long number = body.getLong(offset);
        if (number < 0 || number > Integer.MAX_VALUE || body.getLong(offset + Long.BYTES) != check(number)) {
            return null;
        }
        for (int i = MIN_BYTES; i < length; i++) {
            if (body.get(offset + i) != filler(number, i)) {
                return null;
            }
        }
        return (int) number;
    }

    private static long check(long number) {
        long h = (number + 1) * 0x9E37_79B9_7F4A_7C15L;
        return h ^ (h >>> 32);
    }

    private static byte filler(long number, int index) {
        return (byte) (((number * 31 + index) * 0x9E37_79B9L) >>> 13);
    }

    @Override
    public String toString() {
        return "message " + number + " of " + topic.name + " (" + fate + ", id " + Long.toHexString(id) + ", delay "
                + delayMillis + (dueAtMillis == 0 ? " ms, submitted at " : " ms by wall, submitted at ") + submitted
                + ")";
    }
}
