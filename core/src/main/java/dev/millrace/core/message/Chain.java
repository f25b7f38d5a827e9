package dev.millrace.core.message;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The steps that follow when a message is done, as the property {@link Properties#CHAIN} has them; all big-endian.
 *
 * <pre>
 *   u8 version 1, then for each step:
 *     u8  result          what becomes of the result of the step before: 0 nothing, 1 a header, 2 the payload; 3: the
 *                         payload is that of the message before
 *     u8  topicBytes      then the name of its topic, UTF-8
 *     i32 messageBytes    then its envelope, as doors write it, and its body
 * </pre>
 *
 * A step is handed over with what is behind it as its own chain.
 */
public final class Chain {
    /** All steps together; a step keeps room for the headers that it is handed. */
    public static final int MAX_BYTES = 16 << 10;
    /** The result of the step before is not passed on. */
    public static final int NO_RESULT = 0;
    /** It becomes a header. */
    public static final int RESULT_HEADER = 1;
    /** It becomes the payload, if there is one. */
    public static final int RESULT_PAYLOAD = 2;

    /** The payload is that of the message before. */
    public static final int SAME_PAYLOAD = 3;

    private static final byte VERSION = 1;

    /**
     * One step.
     *
     * @param result
     *            one of {@link #NO_RESULT}, {@link #RESULT_HEADER}, {@link #RESULT_PAYLOAD}, {@link #SAME_PAYLOAD}
     * @param topic
     *            where it goes
     * @param message
     *            its envelope, as doors write it, and its body; absolute reads from its position
     */
    public record Step(int result, String topic, ByteBuffer message) {}

    private Chain() {}

    /** The steps as bytes, none for no steps. */
    public static ByteBuffer write(List<Step> steps) {
        if (steps.isEmpty()) {
            return ByteBuffer.allocate(0);
        }
        int bytes = 1;
        for (Step step : steps) {
            bytes += 2 + Integer.BYTES + step.topic.getBytes(StandardCharsets.UTF_8).length
                    + step.message.remaining();
        }
        ByteBuffer to = ByteBuffer.allocate(bytes).put(VERSION);
        for (Step step : steps) {
            byte[] topic = step.topic.getBytes(StandardCharsets.UTF_8);
            if (topic.length == 0 || topic.length > EnvelopeWriter.MAX_KEY_BYTES) {
                throw new IllegalArgumentException("the queue of a step has a name of 1 to "
                        + EnvelopeWriter.MAX_KEY_BYTES + " bytes, not " + topic.length);
            }
            to.put((byte) step.result)
                    .put((byte) topic.length)
                    .put(topic)
                    .putInt(step.message.remaining())
                    .put(step.message.duplicate());
        }
        return to.flip();
    }

    /** The steps in these bytes. */
    public static List<Step> read(ByteBuffer from, int at, int length) {
        List<Step> steps = new ArrayList<>();
        if (length > 0 && from.get(at) != VERSION) {
            throw new IllegalStateException("a chain of version " + from.get(at) + " is not known to this release");
        }
        int next = at + 1;
        while (next < at + length) {
            int result = from.get(next);
            int name = from.get(next + 1) & 0xFF;
            String topic = Properties.text(from, next + 2, name);
            int message = from.getInt(next + 2 + name);
            int start = next + 2 + name + Integer.BYTES;
            if (message < Envelope.HEADER_BYTES || start + message > at + length) {
                throw new IllegalStateException("a step is longer than its chain");
            }
            steps.add(new Step(result, topic, from.slice(start, message)));
            next = start + message;
        }
        return steps;
    }
}
