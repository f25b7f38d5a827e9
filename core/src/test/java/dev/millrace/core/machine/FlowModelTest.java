package dev.millrace.core.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.machine.FlowModel.Batch;
import dev.millrace.core.machine.FlowModel.Due;
import dev.millrace.core.machine.FlowModel.Gathered;
import dev.millrace.core.machine.FlowModel.Item;
import dev.millrace.core.machine.FlowModel.Status;
import dev.millrace.core.machine.FlowModel.Step;
import dev.millrace.core.message.Chain;
import dev.millrace.core.message.Envelope;
import dev.millrace.core.message.EnvelopeWriter;
import dev.millrace.core.message.Ids;
import dev.millrace.core.message.MessageView;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Random chains, batches and groups against a model, with mails that are late, replays, snapshots, moves and crashes. */
class FlowModelTest {
    private static final int STEPS = 500;
    private static final int SEEDS_PER_TEST = 12;
    private static final int SEEDS_TO_FIND = 40;
    private static final List<String> TOPICS = List.of("a", "b");

    private SplittableRandom random = new SplittableRandom(0);
    private MachineRig rig = new MachineRig(0);
    private FlowModel model = new FlowModel();
    private PlantedBugs bugs = PlantedBugs.NONE;
    private int labels;
    private final List<Letter> read = new ArrayList<>();
    private Upkeep upkeep = new Upkeep(rig, random);

    @ParameterizedTest
    @ValueSource(longs = {1, 1_000, 2_000, 3_000, 4_000, 5_000})
    void randomFlows_everythingThatFollowsComesOnce(long firstSeed) {
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
    @EnumSource(value = PlantedBugs.Bug.class, names = {"GRACE_SHORT", "MEMBER_COUNTED_TWICE", "MAIL_NOT_FORGOTTEN"})
    void plantedBug_isFound(PlantedBugs.Bug bug) {
        bugs = PlantedBugs.of(List.of(bug));
        assertThatThrownBy(() -> {
            for (long seed = 1; seed <= SEEDS_TO_FIND; seed++) {
                run(seed);
            }
        }).as("%s within %s seeds", bug, SEEDS_TO_FIND).isInstanceOf(AssertionError.class);
    }

    private void run(long seed) {
        random = new SplittableRandom(seed);
        rig = new MachineRig(Ids.EPOCH_MILLIS + random.nextLong(1L << 40), bugs);
        model = new FlowModel();
        read.clear();
        labels = 0;
        upkeep = new Upkeep(rig, random);
        model.limits = new GatherLimits(2 + random.nextInt(6), random.nextBoolean() ? 0 : random.nextLong(400),
                random.nextLong(150));
        for (String name : TOPICS) {
            Topic topic = rig.machine.createTopic(name, false);
            rig.machine.createGroup(topic, "workers", false, true);
            assertThat(rig.machine.tracked().track(topic)).isTrue();
            rig.machine.tracked().gather(group(name), model.limits);
        }
        for (int step = 0; step < STEPS; step++) {
            try {
                command();
                check();
                if (random.nextInt(10) == 0) {
                    rig.closeBatch();
                }
                upkeep.snapshot();
                upkeep.relocate();
                if (random.nextInt(40) == 0) {
                    crashAndReplay();
                }
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("step " + step + ": " + e, e);
            }
        }
        crashAndReplay();
        drain();
    }

    private Group group(String topic) {
        return rig.machine.group(topic, "workers");
    }

    private String topic() {
        return TOPICS.get(random.nextInt(TOPICS.size()));
    }

    private void command() {
        int dice = random.nextInt(100);
        if (dice < 30) {
            enqueue();
        } else if (dice < 45) {
            lease(topic(), 1 + random.nextInt(5));
        } else if (dice < 65) {
            settle();
        } else if (dice < 78) {
            letter();
        } else if (dice < 86) {
            passTime(random.nextInt(6) == 0 ? random.nextLong(500) : random.nextLong(12));
        } else if (dice < 96) {
            single();
        } else if (dice < 99) {
            close();
        } else {
            empty(topic());
        }
    }

    // ---- enqueueing ----

    private String label() {
        return "label " + labels++;
    }

    private void enqueue() {
        String topic = topic();
        int dice = random.nextInt(10);
        if (dice < 4) {
            gather(topic);
        } else if (dice == 4) {
            openBatch(topic);
        } else {
            List<Step> steps = new ArrayList<>();
            for (int left = random.nextInt(4); left > 0; left--) {
                steps.add(new Step(topic(), label(), random.nextInt(3)));
            }
            List<Batch> open = model.batches.values().stream().filter(batch -> !batch.closed).toList();
            Batch batch = open.isEmpty() || random.nextInt(3) == 0 ? null : open.get(random.nextInt(open.size()));
            String label = label();
            EnvelopeWriter envelope = new EnvelopeWriter().chain(FlowMessages.chain(steps));
            if (batch != null) {
                envelope.batch(batch.topic, batch.id);
                batch.added++;
            }
            long home = batch == null ? 0 : rig.machine.tracked().batches().home(batch.topic, batch.id);
            assertThat(home != 0).isEqualTo(batch != null);
            long id = enqueue(topic, envelope, label, home);
            model.items.put(id, new Item(id, topic, label, steps, batch == null ? 0 : batch.id));
        }
        if (random.nextBoolean()) {
            rig.machine.finish();
        }
    }

    private void gather(String topic) {
        String key = "key " + random.nextInt(3);
        String label = label();
        long id = enqueue(topic, new EnvelopeWriter().gather(key).header("first", label), label, 0);
        rig.machine.finish();
        Item item = new Item(id, topic, label, List.of(), 0);
        model.items.put(id, item);
        model.joined(item, key, rig.nowMillis);
    }

    private void openBatch(String topic) {
        String label = label();
        long id = enqueue(topic, new EnvelopeWriter().completion().header("name", label), label, 0);
        Item item = new Item(id, topic, label, List.of(), 0);
        item.status = Status.HELD;
        model.items.put(id, item);
        model.batches.put(id, new Batch(id, topic));
    }

    private long enqueue(String topic, EnvelopeWriter envelope, String label, long home) {
        return rig.machine.tracked().enqueue(rig.machine.topic(topic), FlowMessages.source(envelope, label), 0, home);
    }

    // ---- workers ----

    private void lease(String topic, int max) {
        rig.machine.lease(group(topic), 1, rig.nowMillis + 1_000_000, max, new DeliverySink() {
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
                assertThat(item.status).isEqualTo(Status.READY);
                assertThat(item.topic).isEqualTo(topic);
                assertThat(FlowMessages.text(view.bytes, view.bodyOffset, view.bodyLength)).isEqualTo(item.label);
                item.status = Status.LEASED;
                item.token = token;
            }
        });
    }

    private @Nullable Item any(Status... wanted) {
        List<Item> found = model.items.values().stream().filter(item -> List.of(wanted).contains(item.status)).toList();
        return found.isEmpty() ? null : found.get(random.nextInt(found.size()));
    }

    private void settle() {
        Item item = any(Status.LEASED);
        if (item == null) {
            return;
        }
        switch (random.nextInt(6)) {
            case 0 -> {
                assertThat(rig.machine.bury(item.token, "no")).isTrue();
                failed(item, true);
            }
            case 1 -> {
                assertThat(rig.machine.retry(item.token, 0)).isTrue();
                failed(item, false);
            }
            case 2 -> {
                item.result = "result " + random.nextInt(1_000);
                ByteBuffer bytes = ByteBuffer.wrap(item.result.getBytes(StandardCharsets.UTF_8));
                assertThat(rig.machine.tracked().say(item.token, Output.result(bytes))).isTrue();
            }
            default -> ack(item);
        }
    }

    private void ack(Item item) {
        assertThat(rig.machine.ack(item.token)).isTrue();
        model.acked(item);
    }

    private void failed(Item item, boolean isDead) {
        if (item.cancelAsked) {
            model.cancelled(item);
        } else if (isDead) {
            model.died(item);
        } else {
            item.status = Status.READY;
        }
    }

    private void single() {
        Item item = any(Status.values());
        if (item == null) {
            return;
        }
        Tracked tracked = rig.machine.tracked();
        Group group = group(item.topic);
        switch (random.nextInt(4)) {
            case 0 -> {
                Tracked.Answer answer = tracked.cancel(group, item.id);
                if (answer == Tracked.Answer.ASKED) {
                    assertThat(item.status).isEqualTo(Status.LEASED);
                    item.cancelAsked = true;
                } else if (answer == Tracked.Answer.DONE) {
                    model.cancelled(item);
                } else {
                    assertThat(answer).isEqualTo(Tracked.Answer.DEAD);
                }
            }
            case 1 -> {
                Tracked.Answer answer = tracked.runNow(group, item.id);
                assertThat(answer == Tracked.Answer.DONE).isEqualTo(item.status == Status.GATHERED);
                if (item.set != null && !item.set.closed && answer == Tracked.Answer.DONE) {
                    model.close(item.set);
                }
            }
            default -> redrive(any(Status.DEAD));
        }
    }

    private void redrive(@Nullable Item dead) {
        if (dead != null) {
            assertThat(rig.machine.tracked().redrive(group(dead.topic), dead.id)).isEqualTo(Tracked.Answer.DONE);
            dead.status = Status.READY;
            dead.cancelAsked = false;
        }
    }

    private void close() {
        List<Batch> all = List.copyOf(model.batches.values());
        if (!all.isEmpty()) {
            Batch batch = all.get(random.nextInt(all.size()));
            assertThat(rig.machine.tracked().batches().close(rig.machine.topic(batch.topic), batch.id)).isTrue();
            batch.closed = true;
        }
    }

    private void empty(String topic) {
        rig.machine.emptyGroup(group(topic));
        for (Item item : List.copyOf(model.items.values())) {
            if (item.topic.equals(topic) && item.status != Status.DEAD) {
                model.cancelled(item);
            } else if (item.topic.equals(topic)) {
                // A dead letter stays, but not what its worker said.
                item.result = "";
            }
        }
        model.batches.values().removeIf(batch -> batch.topic.equals(topic));
        model.open.values().removeIf(set -> set.topic.equals(topic));
    }

    private void passTime(long millis) {
        rig.passTime(millis, millis);
        while (!rig.machine.advance(1 + random.nextInt(50))) {
            // a slice
        }
        model.passTime(rig.nowMillis);
    }

    // ---- mails ----

    private void letter() {
        if (!read.isEmpty() && random.nextBoolean()) {
            deliver(read.remove(random.nextInt(read.size())));
            return;
        }
        long[] numbers = rig.machine.tracked().mail().numbers();
        if (numbers.length == 0) {
            return;
        }
        Letter letter = Objects.requireNonNull(
                rig.machine.tracked().mail().letter(numbers[random.nextInt(numbers.length)]));
        rig.read(letter);
        if (random.nextBoolean()) {
            deliver(letter);
        } else {
            read.add(letter);
        }
    }

    private void deliver(Letter letter) {
        Mail mail = rig.machine.tracked().mail();
        if (!mail.isCurrent(letter)) {
            return;
        }
        if (letter.isVoid()) {
            mail.sent(letter, true);
            if (letter.kind == MailTable.GATHERED) {
                model.closed.remove(model.closed.stream()
                        .filter(set -> set.members.isEmpty())
                        .findFirst()
                        .orElseThrow());
            }
            return;
        }
        ByteBuffer message = letter.message();
        assertThat(Envelope.problem(message, Integer.BYTES, message.getInt(0))).isEmpty();
        int start = Integer.BYTES + Envelope.bytes(message, Integer.BYTES);
        String body = FlowMessages.text(message, start, message.limit() - start);
        Map<String, String> headers = FlowMessages.headers(message);
        Item item = switch (letter.kind) {
            case MailTable.STEP -> step(letter, body, headers);
            case MailTable.GATHERED -> gathered(letter, message, start);
            default -> completion(letter, headers, body);
        };
        long id = mail.enqueue(letter, rig.machine.topic(letter.topic()));
        Item made = new Item(id, item.topic, item.label, item.steps, item.batch);
        model.items.put(id, made);
    }

    private Item step(Letter letter, String body, Map<String, String> headers) {
        String label = Objects.requireNonNull(headers.get("step"));
        Due due = Objects.requireNonNull(model.due.remove(label), "a step that came already, or never should");
        assertThat(letter.topic()).isEqualTo(due.step().topic());
        assertThat(Long.parseUnsignedLong(Objects.requireNonNull(headers.get(Letter.PREVIOUS_ID)), 16))
                .isEqualTo(due.previous());
        boolean hasResult = !due.result().isEmpty();
        assertThat(headers.get(Letter.PREVIOUS_RESULT))
                .isEqualTo(hasResult && due.step().result() == Chain.RESULT_HEADER ? due.result() : null);
        assertThat(body)
                .isEqualTo(hasResult && due.step().result() == Chain.RESULT_PAYLOAD ? due.result() : label);
        return new Item(0, letter.topic(), body, due.after(), due.batch());
    }

    private Item gathered(Letter letter, ByteBuffer message, int start) {
        int count = letter.taken;
        List<String> bodies = new ArrayList<>();
        int at = start;
        for (int i = 0; i < count; i++) {
            bodies.add(FlowMessages.text(message, at + Integer.BYTES, message.getInt(at)));
            at += Integer.BYTES + message.getInt(at);
        }
        assertThat(at).isEqualTo(message.limit());
        Gathered set = model.closed.stream()
                .filter(each -> each.topic.equals(letter.topic()) && !each.members.isEmpty()
                        && each.members.getFirst().label.equals(bodies.getFirst()))
                .findFirst()
                .orElseThrow(() -> new AssertionError("nothing that is complete begins with " + bodies));
        assertThat(bodies)
                .isEqualTo(set.members.stream().limit(count).map(member -> member.label).toList());
        assertThat(count == set.members.size() || message.limit() - start > MachineRig.SEGMENT_BYTES / 4 - 100)
                .isTrue();
        for (Item member : List.copyOf(set.members.subList(0, count))) {
            assertThat(member.status).isEqualTo(Status.GATHERED);
            model.items.remove(member.id);
            set.members.remove(member);
        }
        if (set.members.isEmpty()) {
            model.closed.remove(set);
        }
        return new Item(0, letter.topic(), FlowMessages.text(message, start, message.limit() - start), List.of(), 0);
    }

    private Item completion(Letter letter, Map<String, String> headers, String body) {
        long id = Long.parseUnsignedLong(Objects.requireNonNull(headers.get(Letter.BATCH_ID)), 16);
        Batch batch = Objects.requireNonNull(model.batches.remove(id), "a batch that was over already");
        assertThat(batch.isOver()).isTrue();
        assertThat(headers.get(Letter.BATCH + "added")).isEqualTo("" + batch.added);
        assertThat(headers.get(Letter.BATCH + "done")).isEqualTo("" + batch.ended[0]);
        assertThat(headers.get(Letter.BATCH + "dead")).isEqualTo("" + batch.ended[1]);
        assertThat(headers.get(Letter.BATCH + "cancelled")).isEqualTo("" + batch.ended[2]);
        assertThat(Objects.requireNonNull(model.items.remove(id)).label).isEqualTo(body);
        return new Item(0, letter.topic(), body, List.of(), 0);
    }

    // ---- checking ----

    private void check() {
        rig.machine.finish();
        MachineRig.settle(rig.machine);
        for (String name : TOPICS) {
            Group group = group(name);
            List<Item> items = model.items.values().stream().filter(item -> item.topic.equals(name)).toList();
            assertThat(group.ready()).as("ready").isEqualTo(count(items, Status.READY));
            assertThat(group.leased()).as("leased").isEqualTo(count(items, Status.LEASED));
            assertThat(group.dead()).as("dead").isEqualTo(count(items, Status.DEAD));
            assertThat(group.scheduled()).as("scheduled")
                    .isEqualTo(count(items, Status.GATHERED) + count(items, Status.HELD));
            assertThat(group.offered()).as("offered")
                    .isEqualTo(group.scheduled() + group.ready() + group.leased() + group.retrying() + group.done()
                            + group.dead() + group.cancelled() + group.expired() + group.purged());
        }
        long over = model.batches.values().stream().filter(Batch::isOver).count();
        assertThat(mails(MailTable.STEP)).as("steps").isEqualTo(model.due.size());
        assertThat(mails(MailTable.GATHERED)).as("sets that are complete")
                .isGreaterThanOrEqualTo(model.closed.stream().filter(set -> !set.members.isEmpty()).count());
        assertThat(mails(MailTable.GATHERED)).as("sets that are complete")
                .isLessThanOrEqualTo(model.closed.size());
        assertThat(mails(MailTable.COMPLETION)).as("batches that are over").isGreaterThanOrEqualTo(over);
        for (Batch batch : model.batches.values()) {
            assertThat(rig.machine.tracked().batches().progress(rig.machine.topic(batch.topic), batch.id))
                    .isEqualTo(new BatchProgress(batch.closed, batch.added, batch.ended[0], batch.ended[1],
                            batch.ended[2], 0));
        }
        StateLaws.check(rig.machine);
    }

    private static long count(List<Item> items, Status status) {
        return items.stream().filter(item -> item.status == status).count();
    }

    private long mails(int kind) {
        long found = 0;
        for (long number : rig.machine.tracked().mail().numbers()) {
            found += rig.state().mail.kind(number) == kind ? 1 : 0;
        }
        return found;
    }

    private void crashAndReplay() {
        Machine replayed = upkeep.replayed();
        assertThat(replayed.digest()).as("digest after replay").isEqualTo(rig.machine.digest());
        StateLaws.check(replayed);
        if (random.nextBoolean()) {
            upkeep.goOnWith(replayed);
            check();
        }
    }

    /** Everything comes to an end, and nothing is left behind. */
    private void drain() {
        for (Batch batch : List.copyOf(model.batches.values())) {
            rig.machine.tracked().batches().close(rig.machine.topic(batch.topic), batch.id);
            batch.closed = true;
        }
        for (int round = 0; !model.items.isEmpty() || rig.machine.tracked().mail().waiting() > 0; round++) {
            assertThat(round).as("rounds until all is over; left: %s", model.items.size()).isLessThan(2_000);
            TOPICS.forEach(topic -> lease(topic, 100));
            redrive(any(Status.DEAD));
            for (Item item = any(Status.LEASED); item != null; item = any(Status.LEASED)) {
                ack(item);
            }
            letter();
            passTime(20);
            check();
        }
        assertThat(model.due).isEmpty();
        assertThat(model.batches).isEmpty();
        passTime(1_000);
        for (String name : TOPICS) {
            Tracking tracking = group(name).tracking();
            lease(name, 100);
            assertThat(tracking.rows.size()).as("rows").isZero();
            assertThat(tracking.gathering.sets.size()).as("sets").isZero();
            assertThat(tracking.follows.members.size()).as("members").isZero();
            assertThat(tracking.follows.live.size()).as("batches of members").isZero();
            assertThat(tracking.mailed.size()).as("results for steps").isZero();
            assertThat(rig.machine.topic(name).keys().batches.rows.size()).as("batches").isZero();
        }
        assertThat(rig.state().tracked).isZero();
    }
}
