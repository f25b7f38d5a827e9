package dev.millrace.core.message;

import java.nio.ByteBuffer;

/**
 * Reads messages out of one body record ({@link BodyLayout}) by their index; a reusable flyweight, not thread-safe.
 *
 * <p>
 * Reading in ascending order costs one step per message; any other order at most {@value BodyLayout#STRIDE}.
 */
public final class Bodies {
    private ByteBuffer bytes = ByteBuffer.allocate(0);
    private int start;
    private int count;
    private long firstId;
    private long bornAtNanos;
    private boolean hasEnvelopes;
    /** Place in the record and byte offset of the body that a sequential reader wants next. */
    private int nextPlace;
    private int nextOffset;

    /** Looks at the record that starts at {@code offset} of {@code block}; checks its kind and its bounds. */
    public void wrap(ByteBuffer block, int offset) {
        byte kind = block.get(offset);
        if (!BodyLayout.isBodies(kind)) {
            throw new IllegalStateException("no body record at offset " + offset + ": kind " + kind);
        }
        bytes = block;
        start = offset;
        hasEnvelopes = kind == BodyLayout.ENQUEUE;
        count = block.getInt(offset + BodyLayout.COUNT);
        firstId = block.getLong(offset + BodyLayout.FIRST_ID);
        bornAtNanos = block.getLong(offset + BodyLayout.BORN);
        nextPlace = 0;
        nextOffset = start + BodyLayout.BODIES;
    }

    public int count() {
        return count;
    }

    /** Id of the message with this index. */
    public long id(int index) {
        return Ids.plus(firstId, index);
    }

    public int topic() {
        return bytes.getInt(start + BodyLayout.TOPIC);
    }

    /** Fills id, time and body of the message with this index. */
    public void read(int index, MessageView view) {
        seek(index);
        int length = bytes.getInt(nextOffset);
        view.id = Ids.plus(firstId, index);
        view.bornAtNanos = bornAtNanos;
        view.bytes = bytes;
        view.bodyOffset = nextOffset + Integer.BYTES;
        view.bodyLength = length;
        view.envelope = -1;
        if (hasEnvelopes) {
            view.envelope = view.bodyOffset;
            int envelope = Envelope.bytes(bytes, view.bodyOffset);
            view.bodyOffset += envelope;
            view.bodyLength -= envelope;
        }
        nextOffset += Integer.BYTES + length;
        nextPlace++;
    }

    private void seek(int place) {
        if (place < 0 || place >= count) {
            throw new IllegalStateException("message " + place + " of a record with " + count);
        }
        if (place == nextPlace) {
            return;
        }
        int stride = place / BodyLayout.STRIDE;
        int from = stride * BodyLayout.STRIDE;
        if (place < nextPlace || from > nextPlace) {
            nextPlace = from;
            nextOffset = start + BodyLayout.BODIES
                    + (stride == 0 ? 0 : bytes.getInt(offsetsStart() + (stride - 1) * Integer.BYTES));
        }
        while (nextPlace < place) {
            nextOffset += Integer.BYTES + bytes.getInt(nextOffset);
            nextPlace++;
        }
    }

    private int offsetsStart() {
        return start + BodyLayout.BODIES + bytes.getInt(start + BodyLayout.BODIES_BYTES);
    }
}
