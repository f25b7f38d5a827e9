package dev.millrace.core.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.log.Location;
import java.util.Map;
import java.util.TreeMap;

/** What must hold between the tables of a state, recomputed from the entries. */
final class StateLaws {
    private StateLaws() {}

    static void check(Machine machine) {
        State state = machine.state;
        pending(state);
        held(state);
        segments(state, machine.applier.notes.hasGarbage());
    }

    /** Pending of a chunk: what is leased, waits for a retry, was given back or is dead, in all groups. */
    private static void pending(State state) {
        TreeMap<String, Integer> expected = new TreeMap<>();
        for (int slot = 0; slot < state.leases.used(); slot++) {
            if (state.leases.isLive(slot)) {
                long place = state.leases.place(slot);
                Group group = state.groupOrNull(LeaseTable.groupOf(place));
                if (group != null) {
                    count(expected, group.topic, LeaseTable.ordinalOf(place));
                }
            }
        }
        state.waiting.forEach((handle, due, id, payload) -> {
            Group group = Waiting.kind(payload) == Waiting.RETRY ? state.groupOrNull(Waiting.owner(payload)) : null;
            if (group != null && !group.topic.removed) {
                count(expected, group.topic, group.topic.chunks.find(id >>> 16));
            }
        });
        state.mail.rows.freeze().visit(Integer.MAX_VALUE, (words, at) -> {
            Topic topic = state.topicOrNull(state.mail.topic(words[at]));
            if (topic != null && state.mail.kind(words[at]) == MailTable.STEP) {
                count(expected, topic, topic.chunks.find(state.mail.seq(words[at])));
            }
        });
        for (Topic topic : state.topics()) {
            for (Group group : topic.groups) {
                if (group.tracked()) {
                    group.tracking().rows.freeze().visit(Integer.MAX_VALUE, (words, at) -> {
                        if (Tracking.isCounted(words, at)) {
                            count(expected, topic, topic.chunks.find(words[at] - 1));
                        }
                    });
                }
                LongQueue.Frozen returned = group.returned.freeze();
                for (int i = 0; i < returned.size(); i++) {
                    count(expected, topic, topic.chunks.find(returned.get(i) >>> 16));
                }
                for (int number = group.deadTable.first(); number < group.deadTable.size(); number++) {
                    if (group.deadTable.holds(number)) {
                        count(expected, topic, group.deadTable.ordinal(number));
                    }
                }
            }
            for (int ordinal = 0; ordinal < topic.chunks.size(); ordinal++) {
                int wanted = expected.getOrDefault(topic.name + "/" + ordinal, 0);
                if (topic.chunks.isLive(ordinal)) {
                    assertThat(topic.chunks.pending(ordinal)).as("pending of chunk %s of %s", ordinal, topic.name)
                            .isEqualTo(wanted);
                } else {
                    assertThat(wanted).as("pending of released chunk %s of %s", ordinal, topic.name).isZero();
                }
            }
        }
    }

    private static void count(Map<String, Integer> counts, Topic topic, int ordinal) {
        if (!topic.removed) {
            counts.merge(topic.name + "/" + ordinal, 1, Integer::sum);
        }
    }

    /** Leases and retries that name a group are counted there; groups of deleted topics need not be kept. */
    private static void held(State state) {
        TreeMap<Integer, Integer> held = new TreeMap<>();
        for (int slot = 0; slot < state.leases.used(); slot++) {
            if (state.leases.isLive(slot)) {
                held.merge(LeaseTable.groupOf(state.leases.place(slot)), 1, Integer::sum);
            }
        }
        state.waiting.forEach((handle, due, id, payload) -> {
            if (Waiting.kind(payload) == Waiting.RETRY) {
                held.merge(Waiting.owner(payload), 1, Integer::sum);
            }
        });
        for (int number = 0; number < state.nextGroup; number++) {
            Group group = state.groupOrNull(number);
            if (group != null) {
                assertThat(group.held).as("held of group %s", number)
                        .isEqualTo(held.getOrDefault(number, 0).longValue());
            }
        }
    }

    /** Use of a segment: the live chunks, deferred messages and notes of attempts that stand in it. */
    private static void segments(State state, boolean notesGarbage) {
        TreeMap<Long, Long> use = new TreeMap<>();
        for (Topic topic : state.topics()) {
            for (int ordinal = 0; ordinal < topic.chunks.size(); ordinal++) {
                if (topic.chunks.isLive(ordinal)) {
                    long segment = segment(topic.chunks.location(ordinal));
                    use.merge(segment, topic.chunks.units(ordinal) * 64L, Long::sum);
                }
            }
        }
        state.waiting.forEach((handle, due, id, payload) -> {
            if (Waiting.isDeferred(payload)) {
                use.merge(segment(id), Waiting.units(payload) * 64L, Long::sum);
            }
        });
        long notes = 0;
        for (Topic topic : state.topics()) {
            for (Group group : topic.groups) {
                notes += notes(group.notes, use) + notes(group.deadNotes, use)
                        + notes(Notes.table(group, Notes.OUTPUTS), use)
                        + notes(Notes.table(group, Notes.MAILED), use);
            }
        }
        if (notesGarbage) {
            return;
        }
        assertThat(state.notes).as("notes").isEqualTo(notes);
        if (state.toSweep.stream().noneMatch(topic -> topic.removed)) {
            compare(state.segments, use, false);
            compare(state.segments, use, true);
        }
    }

    private static long notes(NoteTable table, Map<Long, Long> use) {
        NoteTable.Frozen notes = table.freeze();
        while (notes.visit(1_000, (key, location) -> use.merge(segment(location), NoteTable.units(key) * 64L,
                Long::sum)) > 0) {
            // the next pages
        }
        return notes.size();
    }

    private static void compare(SegmentUse actual, Map<Long, Long> expected, boolean isCold) {
        long end = actual.endSegment(isCold);
        for (long segment = actual.firstSegment(isCold); segment < end; segment++) {
            long position = segment * MachineRig.SEGMENT_BYTES | (isCold ? Location.COLD : 0);
            assertThat(actual.liveBytes(position)).as("use of segment %s, cold: %s", segment, isCold)
                    .isEqualTo(expected.getOrDefault(position, 0L));
        }
    }

    private static long segment(long location) {
        long position = Location.batchPosition(location);
        long cold = position & Location.COLD;
        return (position - cold) / MachineRig.SEGMENT_BYTES * MachineRig.SEGMENT_BYTES | cold;
    }
}
