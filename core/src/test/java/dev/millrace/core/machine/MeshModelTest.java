package dev.millrace.core.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.machine.FlowModel.Batch;
import dev.millrace.core.machine.FlowModel.Due;
import dev.millrace.core.machine.FlowModel.Item;
import dev.millrace.core.machine.FlowModel.Status;
import dev.millrace.core.machine.FlowModel.Step;
import dev.millrace.core.message.Chain;
import dev.millrace.core.message.Envelope;
import dev.millrace.core.message.EnvelopeWriter;
import dev.millrace.core.message.Ids;
import dev.millrace.core.message.MessageView;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Three shards that send each other mail through a transport that loses, doubles and reorders it, and the answers, while each
 * of them crashes now and then: what follows comes once.
 */
class MeshModelTest {
    private static final int SHARDS = 3;
    private static final int STEPS = 600;
    private static final int SEEDS_PER_TEST = 10;
    private static final int SEEDS_TO_FIND = 40;
    private static final List<String> TOPICS = List.of("t0", "t1", "t2", "t3", "t4", "t5");

    /** On its way to a shard; the answer goes back with the same letter. */
    private record Flight(int from, int to, Letter letter, Parcel parcel) {}

    private SplittableRandom random = new SplittableRandom(0);
    private final List<MachineRig> rigs = new ArrayList<>();
    private FlowModel model = new FlowModel();
    private PlantedBugs bugs = PlantedBugs.NONE;
    private int labels;
    private final List<Flight> flights = new ArrayList<>();
    private final List<Flight> answers = new ArrayList<>();
    private @Nullable MemorySnapshot[] snapshots = new MemorySnapshot[SHARDS];

    @ParameterizedTest
    @ValueSource(longs = {1, 1_000, 2_000, 3_000, 4_000})
    void mailLostDoubledAndReordered_everythingThatFollowsComesOnce(long firstSeed) {
        for (long seed = firstSeed; seed < firstSeed + SEEDS_PER_TEST; seed++) {
            try {
                run(seed);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
    }

    /** What this test is worth: each mistake is found within so many seeds. */
    @ParameterizedTest
    @EnumSource(value = PlantedBugs.Bug.class, names = {"LETTER_TAKEN_TWICE", "MAIL_NOT_FORGOTTEN"})
    void plantedBug_isFound(PlantedBugs.Bug bug) {
        bugs = PlantedBugs.of(List.of(bug));
        assertThatThrownBy(() -> {
            for (long seed = 1; seed <= SEEDS_TO_FIND; seed++) {
                run(seed);
            }
        }).as("%s within %s seeds", bug, SEEDS_TO_FIND).isInstanceOf(AssertionError.class);
    }

    private static int home(String topic) {
        return TOPICS.indexOf(topic) % SHARDS;
    }

    private MachineRig rig(String topic) {
        return rigs.get(home(topic));
    }

    private void run(long seed) {
        random = new SplittableRandom(seed);
        model = new FlowModel();
        labels = 0;
        flights.clear();
        answers.clear();
        snapshots = new MemorySnapshot[SHARDS];
        rigs.clear();
        long wall = Ids.EPOCH_MILLIS + random.nextLong(1L << 40);
        for (int shard = 0; shard < SHARDS; shard++) {
            rigs.add(new MachineRig(wall, bugs, shard));
        }
        for (String name : TOPICS) {
            Topic topic = rig(name).machine.createTopic(name, false);
            rig(name).machine.createGroup(topic, "workers", false, true);
            assertThat(rig(name).machine.tracked().track(topic)).isTrue();
        }
        for (int step = 0; step < STEPS; step++) {
            try {
                command();
                check();
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("step " + step + ": " + e, e);
            }
        }
        drain();
    }

    private String topic() {
        return TOPICS.get(random.nextInt(TOPICS.size()));
    }

    private void command() {
        int dice = random.nextInt(100);
        if (dice < 20) {
            enqueue(topic());
        } else if (dice < 40) {
            work(topic());
        } else if (dice < 60) {
            carry(random.nextInt(SHARDS));
        } else if (dice < 90) {
            transport();
        } else if (dice < 95) {
            closeBatch();
        } else {
            crash(random.nextInt(SHARDS));
        }
    }

    private String label() {
        return "label " + labels++;
    }

    // ---- enqueueing ----

    private void enqueue(String topic) {
        MachineRig rig = rig(topic);
        String label = label();
        if (random.nextInt(6) == 0) {
            long id = put(topic, new EnvelopeWriter().completion(), label, 0);
            Item held = new Item(id, topic, label, List.of(), 0);
            held.status = Status.HELD;
            model.items.put(id, held);
            model.batches.put(id, new Batch(id, topic));
            return;
        }
        List<Step> steps = new ArrayList<>();
        for (int left = random.nextInt(4); left > 0; left--) {
            steps.add(new Step(topic(), label(), Chain.NO_RESULT));
        }
        List<Batch> open = model.batches.values().stream().filter(batch -> !batch.closed).toList();
        Batch batch = open.isEmpty() || random.nextBoolean() ? null : open.get(random.nextInt(open.size()));
        if (batch != null && home(batch.topic) != home(topic)) {
            forward(batch, new Step(topic, label, Chain.SAME_PAYLOAD), steps);
            return;
        }
        EnvelopeWriter envelope = new EnvelopeWriter().chain(FlowMessages.chain(steps));
        long home = 0;
        if (batch != null) {
            envelope.batch(batch.topic, batch.id);
            home = rig.machine.tracked().batches().home(batch.topic, batch.id);
            assertThat(home).isNotZero();
            batch.added++;
        }
        long id = put(topic, envelope, label, home);
        model.items.put(id, new Item(id, topic, label, steps, batch == null ? 0 : batch.id));
    }

    private void forward(Batch batch, Step member, List<Step> steps) {
        List<Step> all = new ArrayList<>(List.of(member));
        all.addAll(steps);
        long home = rig(batch.topic).machine.tracked().batches().home(batch.topic, batch.id);
        long id = put(batch.topic, new EnvelopeWriter().batch(batch.topic, batch.id)
                .chain(FlowMessages.chain(all))
                .forward(), member.label(), home);
        batch.added++;
        model.due.put(member.label(), new Due(member, steps, batch.id, id, ""));
    }

    private long put(String topic, EnvelopeWriter envelope, String label, long home) {
        Machine machine = rig(topic).machine;
        long id = machine.tracked().enqueue(machine.topic(topic), FlowMessages.source(envelope, label), 0, home);
        machine.finish();
        return id;
    }

    // ---- workers ----

    private void work(String topic) {
        lease(topic);
        List<Item> leased = model.items.values().stream().filter(item -> item.status == Status.LEASED).toList();
        if (!leased.isEmpty()) {
            Item item = leased.get(random.nextInt(leased.size()));
            if (random.nextInt(5) == 0) {
                assertThat(rig(item.topic).machine.bury(item.token, "no")).isTrue();
                model.died(item);
            } else {
                assertThat(rig(item.topic).machine.ack(item.token)).isTrue();
                model.acked(item);
            }
        }
        List<Item> ready = model.items.values().stream().filter(item -> item.status == Status.READY).toList();
        if (!ready.isEmpty() && random.nextInt(5) == 0) {
            Item item = ready.get(random.nextInt(ready.size()));
            Group group = rig(item.topic).machine.group(item.topic, "workers");
            assertThat(rig(item.topic).machine.tracked().cancel(group, item.id)).isEqualTo(Tracked.Answer.DONE);
            model.cancelled(item);
        }
    }

    private void lease(String topic) {
        MachineRig rig = rig(topic);
        Group group = rig.machine.group(topic, "workers");
        rig.machine.lease(group, 1, rig.nowMillis + 1_000_000, 1 + random.nextInt(3), new DeliverySink() {
            private long location;
            private int index;

            @Override
            public void run(long runLocation, int firstIndex) {
                location = runLocation;
                index = firstIndex;
            }

            @Override
            public void message(long token, int attempts) {
                MessageView view = rig.read(location, index++);
                Item item = Objects.requireNonNull(model.items.get(view.id), "a message that is over");
                assertThat(FlowMessages.text(view.bytes, view.bodyOffset, view.bodyLength)).isEqualTo(item.label);
                item.status = Status.LEASED;
                item.token = token;
            }
        });
    }

    private void closeBatch() {
        List<Batch> all = List.copyOf(model.batches.values());
        if (!all.isEmpty()) {
            close(all.get(random.nextInt(all.size())));
        }
    }

    private void close(Batch batch) {
        Machine machine = rig(batch.topic).machine;
        assertThat(machine.tracked().batches().close(machine.topic(batch.topic), batch.id)).isTrue();
        batch.closed = true;
    }

    // ---- mail ----

    private void carry(int shard) {
        MachineRig rig = rigs.get(shard);
        Mail mail = rig.machine.tracked().mail();
        long[] numbers = mail.numbers();
        if (numbers.length == 0) {
            return;
        }
        Letter letter = Objects.requireNonNull(mail.letter(numbers[random.nextInt(numbers.length)]));
        assertThat(letter.isVoid()).isFalse();
        rig.read(letter);
        int known = mail.shard(letter);
        int target = known >= 0 ? known : home(letter.topic());
        if (target == shard) {
            Item item = arrived(letter.topic(), letter.message());
            put(item, mail.enqueue(letter, rig.machine.topic(letter.topic())));
            return;
        }
        Parcel parcel = mail.address(letter, target);
        rig.closeBatch();
        for (int copies = random.nextInt(3); copies > 0; copies--) {
            flights.add(new Flight(shard, target, letter, parcel));
        }
    }

    private void put(Item item, long id) {
        model.items.put(id, new Item(id, item.topic, item.label, item.steps, item.batch));
    }

    /** What has come, if it may. */
    private Item arrived(String topic, ByteBuffer message) {
        int start = Integer.BYTES + Envelope.bytes(message, Integer.BYTES);
        String body = FlowMessages.text(message, start, message.limit() - start);
        Map<String, String> headers = FlowMessages.headers(message);
        String batchId = headers.get(Letter.BATCH_ID);
        if (batchId != null) {
            Batch batch = Objects.requireNonNull(model.batches.remove(Long.parseUnsignedLong(batchId, 16)));
            assertThat(batch.isOver()).isTrue();
            assertThat(List.of("added", "done", "dead", "cancelled")
                    .stream()
                    .map(count -> headers.get(Letter.BATCH + count))
                    .toList())
                    .containsExactly("" + batch.added, "" + batch.ended[0], "" + batch.ended[1], "" + batch.ended[2]);
            model.items.remove(batch.id);
            return new Item(0, topic, body, List.of(), 0);
        }
        assertThat(headers).containsEntry("step", body);
        Due due = Objects.requireNonNull(model.due.remove(body), "a step that came already, or never should");
        assertThat(topic).isEqualTo(due.step().topic());
        return new Item(0, topic, body, due.after(), due.batch());
    }

    private void transport() {
        if (!flights.isEmpty() && random.nextBoolean()) {
            Flight flight = flights.remove(random.nextInt(flights.size()));
            if (random.nextInt(4) > 0) {
                receive(flight);
            }
        } else if (!answers.isEmpty()) {
            Flight flight = answers.remove(random.nextInt(answers.size()));
            if (random.nextInt(4) > 0) {
                confirm(flight);
            }
        }
    }

    private void receive(Flight flight) {
        MachineRig rig = rigs.get(flight.to);
        Mail mail = rig.machine.tracked().mail();
        Parcel parcel = flight.parcel;
        if (!mail.hasSeen(parcel)) {
            if (parcel.isMessage()) {
                Item item = arrived(parcel.topic(), parcel.message());
                mail.receive(parcel, rig.machine.topic(parcel.topic()));
                Topic topic = rig.machine.topic(parcel.topic());
                put(item, topic.chunks.firstId(topic.chunks.size() - 1));
            } else {
                mail.receive(parcel, null);
            }
        }
        rig.closeBatch();
        for (int copies = random.nextInt(3); copies > 0; copies--) {
            answers.add(flight);
        }
    }

    private void confirm(Flight flight) {
        Mail mail = rigs.get(flight.from).machine.tracked().mail();
        if (mail.isCurrent(flight.letter)) {
            mail.sent(flight.letter, false);
        }
    }

    // ---- checking ----

    private void check() {
        for (MachineRig rig : rigs) {
            rig.machine.finish();
            MachineRig.settle(rig.machine);
            StateLaws.check(rig.machine);
        }
        for (String name : TOPICS) {
            Group group = rig(name).machine.group(name, "workers");
            assertThat(group.offered()).as("offered")
                    .isEqualTo(group.scheduled() + group.ready() + group.leased() + group.done() + group.dead()
                            + group.cancelled() + group.purged());
        }
    }

    private void crash(int shard) {
        MachineRig rig = rigs.get(shard);
        rig.closeBatch();
        Machine replayed = rig.replayed(random.nextInt(3) == 0 ? null : snapshots[shard]);
        MachineRig.settle(rig.machine);
        MachineRig.settle(replayed);
        assertThat(replayed.digest()).as("digest after replay").isEqualTo(rig.machine.digest());
        rig.goOnWith(replayed);
        if (random.nextBoolean()) {
            MemorySnapshot snapshot = rig.snapshot();
            while (!snapshot.goOn(100)) {
                // a slice
            }
            snapshots[shard] = snapshot;
        }
    }

    private void drain() {
        List.copyOf(model.batches.values()).forEach(this::close);
        for (int round = 0; isBusy(); round++) {
            assertThat(round).as("rounds until all is over").isLessThan(5_000);
            TOPICS.forEach(this::lease);
            for (Item item : List.copyOf(model.items.values())) {
                if (item.status == Status.LEASED) {
                    assertThat(rig(item.topic).machine.ack(item.token)).isTrue();
                    model.acked(item);
                } else if (item.status == Status.DEAD) {
                    Group group = rig(item.topic).machine.group(item.topic, "workers");
                    rig(item.topic).machine.tracked().remove(group, item.id);
                    model.items.remove(item.id);
                }
            }
            IntStream.range(0, SHARDS).forEach(this::carry);
            transport();
            transport();
            check();
        }
        assertThat(model.due).isEmpty();
        assertThat(model.batches).isEmpty();
        for (MachineRig rig : rigs) {
            assertThat(rig.state().tracked).isZero();
            rig.state().mail.seen.forEach((sender, seen) -> assertThat(seen.bounds().length / 2)
                    .as("ranges of letters from %s: no gaps while it runs", sender)
                    .isLessThanOrEqualTo(1 + rigs.get(sender).starts));
        }
    }

    private boolean isBusy() {
        return !model.items.isEmpty()
                || rigs.stream().anyMatch(rig -> rig.machine.tracked().mail().waiting() > 0);
    }
}
