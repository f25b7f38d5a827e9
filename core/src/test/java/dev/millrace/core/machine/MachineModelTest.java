package dev.millrace.core.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.machine.QueueModel.Entry;
import dev.millrace.core.machine.QueueModel.MGroup;
import dev.millrace.core.machine.QueueModel.MTopic;
import dev.millrace.core.machine.QueueModel.Status;
import dev.millrace.core.message.Ids;
import dev.millrace.core.message.MessageView;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random commands against the model, every law checked after every step, with replays and crashes in between. */
class MachineModelTest {
    private static final int STEPS = 400;
    private static final int SEEDS_PER_TEST = 20;
    private static final List<String> TOPICS = List.of("alpha", "beta", "gamma");
    private static final List<String> GROUPS = List.of("a", "b", "c");

    private SplittableRandom random = new SplittableRandom(0);
    private MachineRig rig = new MachineRig(0);
    private QueueModel model = new QueueModel();
    private ModelCheck check = new ModelCheck(rig, model);
    private Upkeep upkeep = new Upkeep(rig, random);

    @ParameterizedTest
    @ValueSource(longs = {1, 1_000, 2_000, 3_000, 4_000, 5_000, 6_000, 7_000})
    void randomCommands_afterEveryStep_machineEqualsModel(long firstSeed) {
        for (long seed = firstSeed; seed < firstSeed + SEEDS_PER_TEST; seed++) {
            try {
                run(seed);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
    }

    private void run(long seed) {
        random = new SplittableRandom(seed);
        rig = new MachineRig(Ids.EPOCH_MILLIS + random.nextLong(1L << 40));
        model = new QueueModel();
        model.wallMillis = rig.wallMillis;
        check = new ModelCheck(rig, model);
        upkeep = new Upkeep(rig, random);
        for (int step = 0; step < STEPS; step++) {
            try {
                command();
                check.everything();
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
    }

    private void command() {
        int dice = random.nextInt(100);
        if (dice < 22) {
            publish();
        } else if (dice < 28) {
            defer();
        } else if (dice < 50) {
            lease();
        } else if (dice < 75) {
            settle();
        } else if (dice < 85) {
            passTime();
        } else if (dice < 89) {
            endSession();
        } else if (dice < 93) {
            deadLetter();
        } else {
            operate();
        }
    }

    private MTopic anyTopic() {
        String name = TOPICS.get(random.nextInt(TOPICS.size()));
        rig.machine.createTopic(name, false);
        return model.topic(name);
    }

    private MGroup anyGroup() {
        MTopic topic = anyTopic();
        String name = GROUPS.get(random.nextInt(GROUPS.size()));
        boolean earliest = random.nextBoolean();
        rig.machine.createGroup(rig.machine.topic(topic.name), name, false, earliest);
        return model.createGroup(topic, name, earliest);
    }

    private Topic of(MTopic topic) {
        return rig.machine.topic(topic.name);
    }

    private Group of(MGroup group) {
        return rig.machine.group(group.topic.name, group.name);
    }

    private byte[] body() {
        byte[] body = new byte[1 + random.nextInt(random.nextInt(20) == 0 ? 3_000 : 40)];
        random.nextBytes(body);
        return body;
    }

    private void publish() {
        MTopic topic = anyTopic();
        List<byte[]> bodies = new ArrayList<>();
        int count = random.nextInt(10) == 0 ? 1 + random.nextInt(200) : 1 + random.nextInt(4);
        for (int i = 0; i < count; i++) {
            bodies.add(body());
        }
        ByteBuffer source = MachineRig.bodies(bodies);
        int at = random.nextInt(9);
        ByteBuffer shifted = ByteBuffer.allocate(at + source.remaining()).put(at, source, 0, source.remaining());
        long id = rig.machine.publish(of(topic), shifted, at, count);
        for (byte[] body : bodies) {
            model.publish(topic, new QueueModel.Message(id, ByteBuffer.wrap(body)));
            id = Ids.next(id);
        }
        // The state learns of publishes when their record is closed; sometimes more of them follow first.
        if (random.nextInt(3) > 0) {
            rig.machine.finish();
        } else {
            publish();
        }
    }

    private void defer() {
        MTopic topic = anyTopic();
        byte[] body = body();
        long due = rig.nowMillis + 1 + random.nextLong(random.nextBoolean() ? 20 : 5_000);
        long id = rig.machine.defer(of(topic), MachineRig.bodies(List.of(body)), 0, due);
        model.defer(topic, new QueueModel.Message(id, ByteBuffer.wrap(body)), due);
    }

    private void lease() {
        MGroup group = anyGroup();
        rig.machine.finish();
        int max = 1 + random.nextInt(random.nextBoolean() ? 3 : 50);
        int consumer = random.nextInt(5);
        long deadline = rig.nowMillis + 1 + random.nextLong(200);
        long expected = group.paused ? 0 : Math.min(max, group.ready());
        List<Entry> leases = new ArrayList<>();
        List<Long> ids = new ArrayList<>();
        int leased = rig.machine.lease(of(group), consumer, deadline, max, new DeliverySink() {
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
                Entry lease = new Entry(group, ids.size());
                lease.token = token;
                lease.attempts = attempts;
                lease.consumer = consumer;
                lease.deadlineMillis = deadline;
                leases.add(lease);
                ids.add(view.id);
                byte[] body = new byte[view.bodyLength];
                view.bytes.get(view.bodyOffset, body);
                assertThat(group.topic.joined).contains(new QueueModel.Message(view.id, ByteBuffer.wrap(body)));
            }
        });
        for (int i = 0; i < ids.size(); i++) {
            model.leased(group, ids.get(i), leases.get(i));
        }
        assertThat(leased).isEqualTo(ids.size());
        assertThat((long) leased).as("deliveries of %s:%s", group.topic.name, group.name).isEqualTo(expected);
    }

    private void settle() {
        if (model.tokens.isEmpty()) {
            return;
        }
        int recent = Math.min(model.tokens.size(), 30);
        long token = model.tokens.get(model.tokens.size() - 1 - random.nextInt(recent));
        Entry entry = model.live(token);
        boolean live = entry != null;
        assertThat(rig.machine.isLeased(token)).isEqualTo(live);
        switch (random.nextInt(7)) {
            case 0, 1 -> {
                assertThat(rig.machine.ack(token)).isEqualTo(live);
                if (entry != null) {
                    model.end(entry, Status.DONE);
                }
            }
            case 2 -> {
                assertThat(rig.machine.filter(token)).isEqualTo(live);
                if (entry != null) {
                    model.end(entry, Status.FILTERED);
                }
            }
            case 3 -> {
                String error = error(token);
                assertThat(rig.machine.bury(token, error)).isEqualTo(live);
                if (entry != null) {
                    model.bury(entry, Records.REASON_BURIED, error);
                }
            }
            case 4 -> {
                long deadline = rig.nowMillis + 1 + random.nextLong(1_000);
                assertThat(rig.machine.extend(token, deadline)).isEqualTo(live);
                if (entry != null) {
                    entry.deadlineMillis = deadline;
                    entry.graceEndMillis = 0;
                }
            }
            default -> {
                long delay = random.nextInt(3) == 0 ? 0 : random.nextLong(300);
                String error = error(token);
                assertThat(rig.machine.retry(token, delay, error)).isEqualTo(live);
                if (entry != null) {
                    model.fail(entry, delay, Records.REASON_RETRY, rig.nowMillis, error);
                }
            }
        }
    }

    private @Nullable String error(long token) {
        return random.nextBoolean() ? null : "because " + token + "é".repeat(random.nextInt(160));
    }

    private void passTime() {
        long elapsed = random.nextInt(4) == 0 ? random.nextLong(3_000) : random.nextLong(60);
        rig.passTime(elapsed, elapsed + (random.nextInt(10) == 0 ? random.nextLong(20_000) - 10_000 : 0));
        model.wallMillis = rig.wallMillis;
        List<Entry> leased = new ArrayList<>(model.byToken.values());
        boolean done;
        do {
            done = rig.machine.advance(1 + random.nextInt(random.nextBoolean() ? 3 : 1_000));
            for (Entry entry : leased) {
                boolean ended = model.live(entry.token) == entry && !rig.machine.isLeased(entry.token);
                if (ended) {
                    assertThat(end(entry)).isLessThanOrEqualTo(rig.nowMillis);
                    model.fail(entry, -1, Records.REASON_TIMEOUT, rig.nowMillis);
                }
            }
            wakeRetries();
            check.everything();
        } while (!done);
        check.nothingOverdue();
        assertThat(model.byToken.values()).allMatch(entry -> end(entry) > rig.nowMillis);
    }

    private static long end(Entry entry) {
        return Math.max(entry.deadlineMillis, entry.graceEndMillis);
    }

    /** The model learns from the machine which of the due retries are ready by now. */
    private void wakeRetries() {
        for (MTopic topic : model.topics.values()) {
            for (MGroup group : topic.groups.values()) {
                LongQueue.Frozen returned = of(group).returned.freeze();
                for (long i = group.returned.size(); i < returned.size(); i++) {
                    Entry entry = Objects.requireNonNull(group.entries.get(returned.get(i) >>> 16));
                    if (entry.status == Status.RETRYING) {
                        assertThat(entry.dueMillis).isLessThanOrEqualTo(rig.nowMillis);
                        group.giveBack(entry);
                    }
                }
            }
        }
    }

    private void endSession() {
        int consumer = 1 + random.nextInt(4);
        List<Entry> entries = model.byToken.values().stream().filter(entry -> entry.consumer == consumer).toList();
        while (rig.machine.endConsumer(consumer, 1 + random.nextInt(10))) {
            // a slice
        }
        for (Entry entry : entries) {
            model.fail(entry, -1, Records.REASON_SESSION, rig.nowMillis);
        }
    }

    private void deadLetter() {
        MGroup group = anyGroup();
        if (group.dead.isEmpty()) {
            return;
        }
        int index = random.nextInt(group.dead.size());
        DeadList list = rig.machine.deadList(of(group));
        int number = list.next(0);
        for (int i = 0; i < index; i++) {
            number = list.next(number + 1);
        }
        Entry entry = group.dead.get(index);
        assertThat(list.attempts(number)).isEqualTo(entry.attempts);
        assertThat(list.reason(number)).isEqualTo(Records.reason(entry.reason));
        if (random.nextBoolean()) {
            assertThat(rig.machine.redrive(of(group), number)).isTrue();
            model.redrive(entry);
        } else {
            assertThat(rig.machine.purgeDead(of(group), number)).isTrue();
            model.purgeDead(entry);
        }
        assertThat(rig.machine.redrive(of(group), number)).isFalse();
    }

    private void operate() {
        MGroup group = anyGroup();
        boolean pause = random.nextBoolean();
        switch (random.nextInt(22)) {
            case 14, 15 -> keepHistory(group.topic);
            case 16, 17 -> forget(group.topic);
            case 18, 19 -> replay(group);
            case 20, 21 -> deadJob(group);
            case 12, 13 -> {
                rig.machine.finish();
                check.everything();
                long most = random.nextLong(20);
                rig.machine.retention().toMessages(of(group.topic), most);
                model.keep(group.topic, most);
            }
            case 0, 1 -> {
                rig.machine.emptyGroup(of(group));
                model.emptyGroup(group);
            }
            case 2 -> {
                rig.machine.emptyTopic(of(group.topic));
                model.emptyTopic(group.topic);
            }
            case 3 -> {
                rig.machine.deleteGroup(of(group));
                model.deleteGroup(group);
            }
            case 4 -> {
                rig.machine.deleteTopic(of(group.topic));
                model.deleteTopic(group.topic);
            }
            case 5, 6, 7 -> {
                rig.machine.pauseTopic(of(group.topic), pause);
                group.topic.paused = pause;
                group.topic.offer();
            }
            case 8, 9 -> {
                rig.machine.pauseGroup(of(group), pause);
                group.paused = pause;
            }
            default -> {
                group.maxAttempts = random.nextInt(5);
                group.minBackoffMillis = random.nextLong(50);
                group.maxBackoffMillis = group.minBackoffMillis + random.nextLong(400);
                group.jitterPercent = random.nextBoolean() ? 0 : random.nextInt(101);
                rig.machine.operations()
                        .policy(of(group), new Backoff(group.maxAttempts, group.minBackoffMillis,
                                group.maxBackoffMillis, group.jitterPercent));
            }
        }
    }

    private void keepHistory(MTopic topic) {
        rig.machine.finish();
        check.everything();
        topic.history = topic.kept();
        topic.keepsHistory = random.nextInt(4) > 0;
        rig.machine.operations().history(of(topic), topic.keepsHistory ? 1_000 : 0, 0);
    }

    /** As far as the oldest are old enough; how far that is the model takes from the machine. */
    private void forget(MTopic topic) {
        rig.machine.finish();
        check.everything();
        boolean done = rig.machine.retention().history(of(topic), rig.wallMillis + random.nextLong(2_000));
        assertThat(done).isTrue();
        if (topic.keepsHistory) {
            long kept = of(topic).historySeq;
            assertThat(kept).isBetween(topic.history, Math.max(topic.history, topic.earliest()));
            topic.history = kept;
        }
    }

    private void replay(MGroup group) {
        rig.machine.finish();
        check.everything();
        long from = group.topic.kept() + random.nextInt(20) - 3;
        assertThat(rig.machine.operations().replay(of(group), from)).isEqualTo(model.replay(group, from));
    }

    private void deadJob(MGroup group) {
        boolean redrives = random.nextBoolean();
        check.everything();
        Operations operations = rig.machine.operations();
        assertThat(operations.startDeadJob(of(group), redrives ? DeadJob.REPLAY : DeadJob.PURGE)).isTrue();
        assertThat(of(group).deadJob().total()).isEqualTo(group.dead.size());
        while (of(group).deadJob().left() > 0) {
            int slice = 1 + random.nextInt(5);
            operations.work(slice);
            for (int i = 0; i < slice && !group.dead.isEmpty(); i++) {
                Entry entry = group.dead.getFirst();
                if (redrives) {
                    model.redrive(entry);
                } else {
                    model.purgeDead(entry);
                }
            }
            check.everything();
        }
        assertThat(operations.work(10)).isTrue();
    }

    /** Replays everything, compares, and goes on with what replay gave; then all sessions are gone, but not lasting leases. */
    private void crashAndReplay() {
        Machine replayed = upkeep.replayed();
        assertThat(ModelCheck.content(replayed)).isEqualTo(ModelCheck.content(rig.machine));
        assertThat(replayed.digest()).isEqualTo(rig.machine.digest());
        StateLaws.check(replayed);
        if (random.nextBoolean()) {
            upkeep.goOnWith(replayed);
            List<Entry> leased = new ArrayList<>(model.byToken.values());
            for (int number = rig.machine.nextConsumer(1); number >= 0; number = rig.machine.nextConsumer(number)) {
                rig.machine.endConsumer(number, 1 + random.nextInt(20));
            }
            for (Entry entry : leased) {
                if (entry.consumer == Machine.NOBODY) {
                    entry.graceEndMillis = rig.nowMillis + Machine.RESUME_MILLIS;
                } else {
                    model.fail(entry, -1, Records.REASON_SESSION, rig.nowMillis);
                }
            }
            check.everything();
        }
    }
}
