package dev.millrace.core.machine;

import dev.millrace.core.log.BatchBuffer;
import dev.millrace.core.log.Location;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Writes records into the batch under construction. One record is open at a time: {@link #begin}, items, {@link #end}.
 *
 * <p>
 * Thread safety: owner thread only.
 */
final class RecordWriter {
    /** Records start at multiples of this. */
    private static final int ALIGNMENT = 8;

    private BatchBuffer batch = new BatchBuffer(BatchBuffer.ALIGNMENT);
    private long batchPosition;
    private int start = -1;
    private long written;
    private boolean holdsItems;

    /** The batch to write into, and where it will stand. */
    void attach(BatchBuffer target, long position) {
        batch = target;
        batchPosition = position;
    }

    /** Opens a record that will be pointed at; a PAD record fills the gap before it. */
    ByteBuffer beginPointedAt(byte kind, int fixedBytes) {
        int gap = -batch.bytes().position() & Location.OFFSET_UNIT - 1;
        if (gap > 0) {
            ByteBuffer pad = begin(Records.PAD, 0, gap);
            for (int i = Records.HEADER_BYTES; i < gap; i++) {
                pad.put((byte) 0);
            }
            end();
            written--; // nothing to apply
        }
        return begin(kind, 0, fixedBytes);
    }

    /** Opens a record; the caller puts its fields through {@link #room}. */
    ByteBuffer begin(byte kind, int flags, int fixedBytes) {
        if (start >= 0) {
            throw new IllegalStateException("a record is open");
        }
        ByteBuffer bytes = batch.ensure(Records.HEADER_BYTES + fixedBytes);
        start = bytes.position();
        holdsItems = false;
        bytes.put(kind).put(Records.version(kind)).putShort((short) flags).putInt(0);
        return bytes;
    }

    /** The batch with room for so many more bytes of the open record. */
    ByteBuffer room(int more) {
        return batch.ensure(more);
    }

    /** The same for one more item of the open record, which is about to be applied. */
    ByteBuffer roomForItem(int bytes) {
        ByteBuffer room = batch.ensure(bytes);
        holdsItems = true;
        written++;
        return room;
    }

    /** Whether the record that was begun last holds items of commands. */
    boolean holdsItems() {
        return holdsItems;
    }

    /** Closes the open record, whose items are all applied. */
    void endItems() {
        written++; // in doubt meanwhile
        end();
        written -= 2;
        holdsItems = false;
    }

    /** Closes the open record. */
    void end() {
        int padding = -batch.bytes().position() & ALIGNMENT - 1;
        ByteBuffer bytes = room(padding);
        for (int i = 0; i < padding; i++) {
            bytes.put((byte) 0);
        }
        bytes.putInt(start + 4, bytes.position() - start);
        batch.countRecord();
        start = -1;
        written++;
    }

    /** Rises with every record or item that is to be applied; equal before and after: nothing was. */
    long written() {
        return written;
    }

    /** Something that is not a record of its own is about to be applied. */
    void touch() {
        written++;
    }

    /** What was written since {@link #written} gave this number is applied, and belongs to earlier commands. */
    void settle(long earlier) {
        written = earlier;
    }

    /** Takes back the open record. */
    void abandon() {
        if (start >= 0) {
            batch.bytes().position(start);
            start = -1;
        }
    }

    /** Offset of the open record in its batch. */
    int start() {
        return start;
    }

    /** Location of the open record. */
    long location() {
        return Location.of(batchPosition, start);
    }

    /** Location of a finished record that stands at this offset. */
    long location(int offset) {
        return Location.of(batchPosition, offset);
    }

    /** Bytes in the batch so far. */
    int length() {
        return batch.length();
    }

    ByteBuffer bytes() {
        return batch.bytes();
    }

    void string(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        ByteBuffer to = room(2 + bytes.length);
        to.putShort((short) bytes.length).put(bytes);
    }

    static String string(ByteBuffer from) {
        byte[] bytes = new byte[from.getShort() & 0xFFFF];
        from.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
