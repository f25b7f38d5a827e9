package dev.millrace.core.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.machine.QueueModel.Entry;
import dev.millrace.core.machine.QueueModel.MGroup;
import dev.millrace.core.machine.QueueModel.MTopic;
import dev.millrace.core.machine.QueueModel.Status;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Compares a machine with the model, and checks the laws that need no model. */
final class ModelCheck {
    private final MachineRig rig;
    private final QueueModel model;

    ModelCheck(MachineRig rig, QueueModel model) {
        this.rig = rig;
        this.model = model;
    }

    void everything() {
        assertThat(rig.machine.topics().stream().map(Topic::name)).containsExactlyElementsOf(model.topics.keySet());
        for (Topic topic : rig.machine.topics()) {
            MTopic expected = model.topic(topic.name());
            topic(topic, expected);
            for (Group group : topic.groups()) {
                group(group, Objects.requireNonNull(expected.groups.get(group.name())));
            }
        }
        conservation(rig.machine);
        StateLaws.check(rig.machine);
    }

    /** Every message is in exactly one state, by the counters alone. */
    static void conservation(Machine machine) {
        for (Topic topic : machine.topics()) {
            assertThat(topic.accepted()).as("accepted of %s", topic.name())
                    .isEqualTo(topic.scheduled()
                            + topic.joined() + topic.cancelled() + topic.expired() + topic.purged());
            for (Group group : topic.groups()) {
                assertThat(group.offered()).as("offered of %s:%s", topic.name(), group.name())
                        .isEqualTo(group.ready() + group.leased() + group.retrying() + group.done() + group.dead()
                                + group.cancelled() + group.expired() + group.purged() + group.filtered()
                                + group.dropped());
            }
        }
    }

    private void topic(Topic topic, MTopic expected) {
        adoptJoined(topic, expected);
        assertThat(List.of(topic.accepted(), topic.acceptedBytes(), topic.scheduled(), topic.joined(), topic.purged(),
                topic.waiting(), topic.offeredSeq, topic.dropped()))
                .as("accepted, bytes, scheduled, joined, purged, waiting, offered, dropped of %s", topic.name())
                .containsExactly(expected.accepted, expected.bytes, (long) expected.scheduled.size(),
                        (long) expected.joined.size(), expected.purged,
                        expected.joined.size() - (expected.groups.isEmpty() ? expected.held : expected.offered),
                        expected.offered, expected.dropped);
        assertThat(topic.earliestKept()).as("kept of %s", topic.name()).isEqualTo(expected.kept());
        assertThat(topic.paused()).isEqualTo(expected.paused);
        assertThat(topic.groups().stream().map(Group::name)).containsExactlyInAnyOrderElementsOf(
                expected.groups.keySet());
    }

    /** Messages that fell due joined in the machine's order; they must have been due. */
    private void adoptJoined(Topic topic, MTopic expected) {
        for (long seq = expected.joined.size(); seq < topic.nextSeq; seq++) {
            int ordinal = topic.chunks.find(seq);
            long id = rig.read(topic.chunks.location(ordinal), (int) (seq - topic.chunks.firstSeq(ordinal))).id;
            QueueModel.Scheduled joined = expected.scheduled.stream()
                    .filter(scheduled -> scheduled.message().id() == id)
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("message " + id + " joined, but was not scheduled"));
            assertThat(joined.dueMillis()).as("due instant of %s", id).isLessThanOrEqualTo(rig.nowMillis);
            expected.scheduled.remove(joined);
            expected.joined.add(joined.message());
        }
        expected.offer();
    }

    private void group(Group group, MGroup expected) {
        adoptOrder(group, expected);
        assertThat(List.of(group.offered(), group.ready(), group.leased(), group.retrying(), group.done(),
                group.dead(), group.purged(), group.filtered(), group.dropped(), group.retries(), group.timeouts(),
                group.redriven()))
                .as("offered, ready, leased, retrying, done, dead, purged, filtered, dropped, retries, timeouts,"
                        + " redriven of %s", group.name())
                .containsExactly(expected.topic.offered - expected.start + expected.replayed, expected.ready(),
                        expected.count(Status.LEASED), expected.count(Status.RETRYING), expected.count(Status.DONE),
                        expected.count(Status.DEAD), expected.count(Status.PURGED), expected.count(Status.FILTERED),
                        expected.count(Status.DROPPED),
                        expected.retries, expected.timeouts, expected.redriven);
        assertThat(group.cursor).isEqualTo(expected.cursor);
        assertThat(group.paused()).isEqualTo(expected.paused);
        for (Entry entry : expected.entries.values()) {
            if (entry.status == Status.LEASED) {
                lease(entry);
            }
        }
    }

    private void lease(Entry entry) {
        LeaseTable leases = rig.state().leases;
        int slot = leases.resolve(entry.token);
        assertThat(slot).isNotNegative();
        assertThat(List.of(leases.seq(slot), (long) leases.attempts(slot), (long) leases.consumer(slot),
                leases.deadline(slot)))
                .containsExactly(entry.seq, (long) entry.attempts, (long) entry.consumer, entry.deadlineMillis);
    }

    /** What became ready or dead together may stand in any order; the model takes the machine's. */
    private void adoptOrder(Group group, MGroup expected) {
        List<Long> returned = new ArrayList<>();
        LongQueue.Frozen queue = group.returned.freeze();
        for (int i = 0; i < queue.size(); i++) {
            returned.add(queue.get(i));
        }
        List<Long> modelled = expected.returned.stream().map(entry -> entry.seq << 16 | entry.attempts).toList();
        sameButForTheLast(returned, modelled, expected.unorderedReturned);
        expected.returned.sort((a, b) -> Integer.compare(returned.indexOf(a.seq << 16 | a.attempts),
                returned.indexOf(b.seq << 16 | b.attempts)));
        expected.unorderedReturned = 0;

        DeadList list = rig.machine.deadList(group);
        List<Long> dead = new ArrayList<>();
        for (int number = list.next(0); number >= 0; number = list.next(number + 1)) {
            dead.add(group.deadTable.seqAndAttempts(number));
            long id = rig.read(list.location(number), list.index(number)).id;
            assertThat(id).isEqualTo(expected.topic.joined.get((int) (dead.getLast() >>> 16)).id());
        }
        List<Long> modelledDead = expected.dead.stream().map(entry -> entry.seq << 16 | entry.attempts).toList();
        sameButForTheLast(dead, modelledDead, expected.unorderedDead);
        // A message that was offered anew may be dead twice, after as many attempts.
        List<@Nullable Long> places = new ArrayList<>(dead);
        Map<Entry, Integer> placeOf = new HashMap<>();
        for (Entry entry : expected.dead) {
            int place = places.indexOf(entry.seq << 16 | entry.attempts);
            places.set(place, null);
            placeOf.put(entry, place);
        }
        expected.dead.sort(Comparator.comparing(placeOf::get));
        expected.unorderedDead = 0;
        int index = 0;
        for (int number = list.next(0); number >= 0; number = list.next(number + 1)) {
            List<Attempt> history = new ArrayList<>();
            for (long location : list.attemptLocations(number)) {
                history.add(rig.attempt(location));
            }
            history.sort(Comparator.comparingInt(Attempt::number));
            assertThat(history).isEqualTo(expected.dead.get(index++).history);
        }
    }

    private static void sameButForTheLast(List<Long> actual, List<Long> expected, int unordered) {
        assertThat(actual).containsExactlyInAnyOrderElementsOf(expected);
        int ordered = expected.size() - unordered;
        assertThat(actual.subList(0, ordered)).containsExactlyElementsOf(expected.subList(0, ordered));
    }

    /** Nothing may wait beyond its instant once the machine says that all is done. */
    void nothingOverdue() {
        for (MTopic topic : model.topics.values()) {
            assertThat(topic.scheduled).allMatch(scheduled -> scheduled.dueMillis() > rig.nowMillis);
        }
    }

    /** Contents of everything that must be equal after a replay, as text that shows the difference. */
    static Map<String, Object> content(Machine machine) {
        TreeMap<String, Object> content = new TreeMap<>();
        State state = machine.state;
        content.put("numbers", List.of(state.nextTopic, state.nextGroup, state.lastCounter));
        TreeSet<String> waiting = new TreeSet<>();
        state.waiting.forEach((handle, due, id, payload) -> waiting.add(due + " " + id + " " + payload));
        content.put("waiting", waiting);
        content.put("waitingDigest", state.waiting.digest());
        List<Object> slots = new ArrayList<>();
        LeaseTable.Frozen leases = state.leases.freeze();
        for (int slot = 0; slot < leases.used(); slot++) {
            slots.add(List.of(leases.word(slot, 0), leases.word(slot, 1), leases.word(slot, 2), leases.word(slot, 3),
                    leases.word(slot, 4)));
        }
        content.put("leases", slots);
        content.put("freeLease", leases.freeHead());
        for (Topic topic : state.topics()) {
            content.put("topic " + topic.name, topicContent(topic));
            for (Group group : topic.groups) {
                content.put("group " + topic.name + ":" + group.name, groupContent(group));
            }
        }
        return content;
    }

    private static Object notes(NoteTable table) {
        TreeMap<Long, Long> content = new TreeMap<>();
        NoteTable.Frozen notes = table.freeze();
        while (notes.visit(1_000, content::put) > 0) {
            // the next pages
        }
        return content;
    }

    private static Object topicContent(Topic topic) {
        List<Object> chunks = new ArrayList<>();
        for (int ordinal = 0; ordinal < topic.chunks.size(); ordinal++) {
            if (topic.chunks.isLive(ordinal)) {
                chunks.add(List.of(ordinal, topic.chunks.firstSeq(ordinal), topic.chunks.count(ordinal),
                        topic.chunks.location(ordinal), topic.chunks.units(ordinal), topic.chunks.pending(ordinal),
                        topic.chunks.firstId(ordinal)));
            }
        }
        return List.of(topic.number, topic.ephemeral, topic.paused, topic.generation, topic.nextSeq, topic.offeredSeq,
                topic.heldSeq, topic.accepted, topic.acceptedBytes, topic.scheduled, topic.purged, topic.dropped,
                topic.units, topic.chunks.size(), chunks, Arrays.stream(topic.gaps.bounds()).boxed().toList(),
                topic.historyMillis, topic.historyBytes, topic.historySeq);
    }

    private static Object groupContent(Group group) {
        List<Object> returned = new ArrayList<>();
        LongQueue.Frozen queue = group.returned.freeze();
        for (int i = 0; i < queue.size(); i++) {
            returned.add(queue.get(i));
        }
        List<Object> dead = new ArrayList<>();
        for (int number = group.deadTable.first(); number < group.deadTable.size(); number++) {
            if (group.deadTable.holds(number)) {
                dead.add(List.of(number, group.deadTable.seqAndAttempts(number), group.deadTable.diedAtMillis(number),
                        group.deadTable.ordinal(number), group.deadTable.reason(number),
                        group.deadTable.error(number)));
            }
        }
        return List.of(List.of(group.number, group.ephemeral, group.paused, group.generation, group.startSeq,
                group.cursor, group.cursorOrdinal, group.held),
                List.of(group.leased, group.retrying, group.done, group.dead, group.purged, group.filtered,
                        group.dropped, group.retries, group.timeouts, group.redriven),
                List.of(group.maxAttempts, group.minBackoffMillis, group.maxBackoffMillis, group.jitterPercent,
                        group.replayed,
                        group.deadJob.what, group.deadJob.end, group.deadJob.total, group.deadJob.left,
                        Arrays.stream(group.replays.pairs()).boxed().toList()),
                returned, dead,
                List.of(group.deadTable.first(), group.deadTable.size()), notes(group.notes), notes(group.deadNotes));
    }
}
