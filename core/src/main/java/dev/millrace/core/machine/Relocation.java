package dev.millrace.core.machine;

import java.nio.ByteBuffer;

/**
 * Moves of bodies from sealed segments to cold ones: the record that makes a move valid, and its application.
 *
 * <pre>
 *   MOVE item, 48 bytes: i32 topic, i32 ordinal, i64 new location, i64 old location, i32 units, i32 reserved,
 *                        i64 due, i64 payload
 *   ordinal -1: a deferred message; due and payload as in its entry
 *   ordinal -2: the note of an attempt, or what a worker said; topic is its group, payload its key, due 1 if the message
 *               is dead, 2 if a worker said it
 * </pre>
 */
final class Relocation {
    static final int ITEM_BYTES = 48;
    static final int DEFERRED = -1;
    static final int NOTE = -2;

    private Relocation() {}

    static void apply(Applier applier, ByteBuffer record) {
        while (record.remaining() >= ITEM_BYTES) {
            int topicNumber = record.getInt();
            int ordinal = record.getInt();
            long location = record.getLong();
            long oldLocation = record.getLong();
            int units = record.getInt();
            record.getInt();
            long due = record.getLong();
            long payload = record.getLong();
            if (ordinal == DEFERRED) {
                applier.movedDeferred(due, oldLocation, payload, location);
            } else if (ordinal == NOTE) {
                applier.notes.moved(applier.state.group(topicNumber), (int) due, payload, location);
            } else {
                Topic topic = applier.state.topicOrNull(topicNumber);
                if (topic != null && topic.chunks.isLive(ordinal)) {
                    applier.moved(topic, ordinal, location, units);
                }
            }
        }
    }
}
