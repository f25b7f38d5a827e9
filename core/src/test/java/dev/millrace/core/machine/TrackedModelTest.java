package dev.millrace.core.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.machine.TrackedModel.Hold;
import dev.millrace.core.machine.TrackedModel.Status;
import dev.millrace.core.machine.TrackedModel.Task;
import dev.millrace.core.message.Envelope;
import dev.millrace.core.message.EnvelopeWriter;
import dev.millrace.core.message.Ids;
import dev.millrace.core.message.MessageView;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Random commands on a tracked topic against a model: keys, priorities, limits, expiry, cancelling, replays and crashes. */
class TrackedModelTest {
    private static final int STEPS = 500;
    private static final int SEEDS_PER_TEST = 12;
    private static final int SEEDS_TO_FIND = 40;

    private SplittableRandom random = new SplittableRandom(0);
    private MachineRig rig = new MachineRig(0);
    private TrackedModel model = new TrackedModel();
    private PlantedBugs bugs = PlantedBugs.NONE;
    private final List<Long> tokens = new ArrayList<>();
    private Upkeep upkeep = new Upkeep(rig, random);
    private long latestWallMillis;

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

    /** What this test is worth: each mistake is found within so many seeds. */
    @ParameterizedTest
    @EnumSource(value = PlantedBugs.Bug.class, names = {"UNIQUE_WINDOW_SHORT", "KEY_RELEASED_TWICE",
        "ATTEMPT_NOT_COUNTED", "TOKEN_NOT_CHECKED"})
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
        model = new TrackedModel();
        latestWallMillis = rig.wallMillis;
        tokens.clear();
        upkeep = new Upkeep(rig, random);
        Topic topic = rig.machine.createTopic("tasks", false);
        Group workers = rig.machine.createGroup(topic, "workers", false, true);
        rig.machine.operations().policy(workers, new Backoff(0, 0, 0, 25));
        assertThat(rig.machine.tracked().track(topic)).isTrue();
        limits();
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

    private Topic topic() {
        return rig.machine.topic("tasks");
    }

    private Group group() {
        return rig.machine.group("tasks", "workers");
    }

    private void limits() {
        model.limits = new GroupLimits(random.nextInt(4), random.nextInt(3) == 0 ? 1 + random.nextInt(4) : 0,
                50 + random.nextLong(500), 0);
        rig.machine.tracked().limits(group(), model.limits);
    }

    private void command() {
        int dice = random.nextInt(100);
        if (dice < 25) {
            enqueue();
        } else if (dice < 50) {
            lease();
        } else if (dice < 75) {
            settle();
        } else if (dice < 86) {
            passTime(random.nextInt(8) == 0 ? untilWindowEnds()
                : random.nextInt(4) == 0 ? random.nextLong(2_000)
                : random.nextLong(60));
        } else if (dice < 89) {
            endSession();
        } else if (dice < 97) {
            single();
        } else if (dice < 99) {
            rig.machine.pauseGroup(group(), random.nextInt(3) == 0);
        } else {
            empty();
        }
    }

    // ---- enqueueing ----

    private void enqueue() {
        int count = random.nextInt(10) == 0 ? 1 + random.nextInt(100) : 1 + random.nextInt(3);
        for (int i = 0; i < count; i++) {
            if (random.nextInt(12) == 0) {
                enqueuePlain();
            } else {
                enqueueOne();
            }
        }
        rig.machine.finish();
    }

    private void enqueuePlain() {
        byte[] body = new byte[random.nextInt(50)];
        long delay = random.nextInt(3) == 0 ? random.nextLong(400) : 0;
        boolean byWall = random.nextBoolean();
        long id = rig.machine.tracked()
                .enqueuePlain(topic(), MachineRig.bodies(List.of(body)), 0, byWall ? rig.wallMillis + delay : delay,
                        byWall);
        add(new Task(id, 4, null, null, null), delay, byWall);
    }

    private void enqueueOne() {
        EnvelopeWriter envelope = new EnvelopeWriter();
        int priority = random.nextInt(3) == 0 ? random.nextInt(10) : 4;
        String key = random.nextInt(3) == 0 ? "key" + random.nextInt(4) : null;
        String limit = random.nextInt(3) == 0 ? "limit" + random.nextInt(3) : null;
        String unique = random.nextInt(4) == 0 ? "unique" + random.nextInt(6) : null;
        long window = random.nextInt(3) == 0 ? 0 : 1 + random.nextLong(800);
        boolean untilDone = window == 0 || random.nextInt(3) == 0;
        long delay = random.nextInt(4) == 0 ? random.nextLong(600) : 0;
        long expires = random.nextInt(6) == 0 ? 1 + random.nextLong(1_500) : 0;
        int most = random.nextInt(3) == 0 ? 1 + random.nextInt(3) : 0;
        long backoff = random.nextInt(3) == 0 ? random.nextLong(100) : -1;
        long retention = random.nextInt(5) == 0 ? 1 + random.nextLong(500) : 0;
        boolean byWall = due(envelope, delay);
        envelope.priority(priority).maxAttempts(most).header("name", "value " + priority);
        if (key != null) {
            envelope.key(key);
        }
        if (limit != null) {
            envelope.limitKey(limit);
        }
        if (unique != null) {
            envelope.uniqueKey(unique, window, untilDone);
        }
        String clientId = random.nextInt(4) == 0 ? "id" + random.nextInt(8) : null;
        if (clientId != null) {
            envelope.clientId(clientId);
        }
        if (expires > 0) {
            envelope.expiresIn(expires);
        }
        if (backoff >= 0) {
            envelope.backoff(backoff, 4 * backoff);
        }
        if (retention > 0) {
            envelope.retention(retention);
        }
        ByteBuffer source = source(envelope, new byte[random.nextInt(random.nextInt(20) == 0 ? 2_000 : 40)]);
        long holder = rig.machine.tracked().holder(topic(), source, 0);
        long named = model.holderOfId(clientId);
        assertThat(holder).as("holder of %s and %s", clientId, unique)
                .isEqualTo(named != 0 || unique == null ? named : model.holder(unique, rig.nowMillis));
        if (holder != 0) {
            return;
        }
        long id = rig.machine.tracked().enqueue(topic(), source, 0);
        Task task = new Task(id, priority, key, limit, unique);
        task.clientId = clientId;
        task.maxAttempts = most;
        task.backoffMillis = backoff;
        task.retentionMillis = retention;
        task.expiresMillis = expires == 0 ? 0 : rig.nowMillis + 1 + expires;
        add(task, delay, byWall);
        if (unique != null) {
            model.holds.put(unique, new Hold(id, window == 0 ? 0 : rig.nowMillis + 1 + window, untilDone));
        }
    }

    /** A delay, or an instant of the wall clock (true); one that is past is none. */
    private boolean due(EnvelopeWriter envelope, long delay) {
        boolean byWall = random.nextInt(2) == 0;
        if (byWall) {
            envelope.dueAt(rig.wallMillis + (delay == 0 ? -random.nextLong(1_000) : delay));
        } else {
            envelope.delay(delay);
        }
        return byWall;
    }

    private void add(Task task, long delay, boolean byWall) {
        model.accepted++;
        model.tasks.put(task.id, task);
        if (delay > 0) {
            task.status = Status.SCHEDULED;
            task.delayed = true;
            task.dueMillis = rig.nowMillis + 1 + delay;
            task.wallDueMillis = byWall ? rig.wallMillis + delay : 0;
        }
    }

    private static ByteBuffer source(EnvelopeWriter envelope, byte[] body) {
        ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES + envelope.length() + body.length);
        bytes.putInt(envelope.length() + body.length);
        envelope.write(bytes);
        collide(bytes, Envelope.UNIQUE_HIGH);
        collide(bytes, Envelope.ID_HIGH);
        return bytes.put(body).flip();
    }

    /** Half of a hash has one of two values, so that keys are told apart by the other half alone. */
    private static void collide(ByteBuffer bytes, int word) {
        if (Envelope.has(bytes, Integer.BYTES, word)) {
            Envelope.set(bytes, Integer.BYTES, word, 1 + (Envelope.word(bytes, Integer.BYTES, word) & 1));
        }
    }

    // ---- leases ----

    private void lease() {
        int max = 1 + random.nextInt(random.nextBoolean() ? 3 : 40);
        int consumer = 1 + random.nextInt(4);
        long deadline = rig.nowMillis + 1 + random.nextLong(300);
        if (!group().deliverable()) {
            assertThat(rig.machine.lease(group(), consumer, deadline, max, DeliverySink.NONE)).isZero();
            return;
        }
        rig.machine.lease(group(), consumer, deadline, max, new DeliverySink() {
            private long location;
            private int index;

            @Override
            public void run(long runLocation, int firstIndex) {
                location = runLocation;
                index = firstIndex;
            }

            @Override
            public void message(long token, int attempts) {
                leased(rig.read(location, index++), token, attempts, consumer, deadline);
            }
        });
    }

    private void leased(MessageView view, long token, int attempts, int consumer, long deadline) {
        Task task = Objects.requireNonNull(model.tasks.get(view.id), "a message that is over");
        assertThat(model.isNext(task)).as("message %s of key %s may go", task.id, task.key).isTrue();
        assertThat(attempts).isEqualTo(task.attempts + 1);
        for (Task other : model.tasks.values()) {
            // Which of several messages of a key has come forward is the machine's to know.
            boolean free = other.limitKey == null && other.key == null && other.priority > task.priority
                    && model.isNext(other);
            assertThat(free).as("%s of priority %s goes before %s of %s", task.id, task.priority, other.id,
                    other.priority).isFalse();
        }
        model.started(task, token, attempts, consumer, deadline, rig.nowMillis);
        tokens.add(token);
        checkLimits(task);
    }

    private void checkLimits(Task task) {
        if (task.limitKey == null) {
            return;
        }
        String key = task.limitKey;
        if (model.limits.concurrency() > 0) {
            long running = model.leased.values().stream().filter(other -> key.equals(other.limitKey)).count();
            assertThat(running).as("leased of " + key).isLessThanOrEqualTo(model.limits.concurrency());
        }
        if (model.limits.rate() > 0) {
            // A bucket of `rate` that fills up within a period.
            List<Long> starts = Objects.requireNonNull(model.starts.get(key));
            for (int from = starts.size() - 1; from >= 0; from--) {
                long span = rig.nowMillis - starts.get(from);
                long most = model.limits.rate() + span * 1_000 / model.limits.intervalMicros();
                assertThat((long) starts.size() - from).as("leases of %s within %s ms", key, span)
                        .isLessThanOrEqualTo(most);
            }
        }
    }

    private void settle() {
        if (tokens.isEmpty()) {
            return;
        }
        int recent = Math.min(tokens.size(), 30);
        long token = tokens.get(tokens.size() - 1 - random.nextInt(recent));
        Task task = model.leased.get(token);
        boolean live = task != null;
        String error = random.nextBoolean() ? null : "because of " + token;
        switch (random.nextInt(9)) {
            case 8 -> say(token, task);
            case 0, 1, 2 -> {
                assertThat(rig.machine.ack(token)).isEqualTo(live);
                if (task != null) {
                    model.acked(task, rig.nowMillis);
                }
            }
            case 3 -> {
                assertThat(rig.machine.bury(token, error)).isEqualTo(live);
                if (task != null) {
                    model.buried(task, rig.nowMillis);
                }
            }
            case 4 -> {
                long deadline = rig.nowMillis + 1 + random.nextLong(1_000);
                assertThat(rig.machine.extend(token, deadline)).isEqualTo(live);
                assertThat(rig.machine.tracked().isStopAsked(token)).isEqualTo(task != null && task.cancelAsked);
                if (task != null) {
                    task.deadlineMillis = deadline;
                }
            }
            case 5 -> {
                long delay = random.nextLong(200);
                assertThat(rig.machine.putOff(token, delay, error)).isEqualTo(live);
                if (task != null) {
                    model.failed(task, delay, false, rig.nowMillis);
                }
            }
            default -> {
                long delay = random.nextInt(3) == 0 ? 0 : random.nextLong(300);
                assertThat(rig.machine.retry(token, delay, error)).isEqualTo(live);
                if (task != null) {
                    model.failed(task, delay, true, rig.nowMillis);
                }
            }
        }
    }

    private void say(long token, @Nullable Task task) {
        int what = 1 + random.nextInt(3);
        String text = "so far " + random.nextInt(1_000) + "\n";
        Output output = switch (what) {
            case Output.RESULT -> Output.result(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
            case Output.LOG -> Output.log(text);
            default -> Output.progress(random.nextInt(101), text);
        };
        assertThat(rig.machine.tracked().say(token, output)).isEqualTo(task != null);
        if (task != null) {
            task.said.put(what, text);
        }
    }

    private void endSession() {
        int consumer = 1 + random.nextInt(4);
        while (rig.machine.endConsumer(consumer, 1 + random.nextInt(10))) {
            // a slice
        }
        gone(consumer);
    }

    private void gone(int consumer) {
        for (Task task : List.copyOf(model.leased.values())) {
            if (task.consumer == consumer && task.attempts <= 3) {
                model.failed(task, 0, true, rig.nowMillis); // its worker went away: at once
            } else if (task.consumer == consumer) {
                failedByItself(task);
            }
        }
    }

    /** The machine chose the delay, a hash of what failed: up to a quarter less than the backoff. */
    private void failedByItself(Task task) {
        model.failed(task, -1, true, rig.nowMillis);
        if (task.status == Status.RETRYING) {
            long due = group().tracking().rows.get(topic().seqOf(task.id) + 1, Tracking.LINK);
            long delay = task.dueMillis - rig.nowMillis - 1;
            assertThat(due - rig.nowMillis - 1).isBetween(delay - delay / 4, delay);
            task.dueMillis = due;
        }
    }

    // ---- time ----

    /** To the last millisecond of the window of a unique key; 0 when there is none. */
    private long untilWindowEnds() {
        return model.holds.values()
                .stream()
                .mapToLong(hold -> hold.endsMillis() - 1 - rig.nowMillis)
                .filter(left -> left > 0)
                .min()
                .orElse(0);
    }

    private void passTime(long millis) {
        long jump = random.nextInt(8) != 0 ? 0 : random.nextInt(20) == 0 ? random.nextLong(-90_000, 90_000)
            : random.nextLong(-500, 500);
        passTime(millis, millis + jump);
    }

    private void passTime(long millis, long wallChangeMillis) {
        rig.passTime(millis, wallChangeMillis);
        latestWallMillis = Math.max(latestWallMillis, rig.wallMillis);
        while (!rig.machine.advance(1 + random.nextInt(random.nextBoolean() ? 3 : 1_000))) {
            // a slice
        }
        model.passTime(rig.nowMillis, rig.wallMillis);
        for (Task task : List.copyOf(model.leased.values())) {
            assertThat(rig.machine.isLeased(task.token)).as("lease until %s at %s", task.deadlineMillis, rig.nowMillis)
                    .isEqualTo(task.deadlineMillis > rig.nowMillis);
            if (task.deadlineMillis <= rig.nowMillis) {
                if (task.expiresMillis <= rig.nowMillis
                        && group().tracking().deadNumber(topic().seqOf(task.id)) >= 0) {
                    // Its last lease ended before it expired, although both have been noticed only now.
                    task.expiresMillis = 0;
                }
                failedByItself(task);
            }
        }
        assertThat(rig.machine.nextDueMillis()).isGreaterThan(rig.nowMillis);
    }

    // ---- single messages ----

    private void single() {
        long id = anyId();
        Task task = model.tasks.get(id);
        Tracked tracked = rig.machine.tracked();
        switch (random.nextInt(6)) {
            case 0, 1 -> {
                Tracked.Answer answer = tracked.cancel(group(), id);
                assertThat(answer).isEqualTo(expected(task, Tracked.Answer.ASKED, Tracked.Answer.DONE,
                        Tracked.Answer.DONE));
                if (task != null && answer == Tracked.Answer.ASKED) {
                    task.cancelAsked = true;
                } else if (answer == Tracked.Answer.DONE) {
                    model.over(Objects.requireNonNull(task), Status.KEPT_CANCELLED, rig.nowMillis);
                }
            }
            case 2 -> {
                Tracked.Answer answer = tracked.runNow(group(), id);
                assertThat(answer).isEqualTo(expected(task, Tracked.Answer.LEASED, Tracked.Answer.READY,
                        Tracked.Answer.DONE));
                if (task != null && answer == Tracked.Answer.DONE) {
                    task.status = Status.READY;
                }
            }
            case 3 -> {
                Tracked.Answer answer = tracked.remove(group(), id);
                boolean waits = task != null && task.status != Status.LEASED;
                assertThat(answer == Tracked.Answer.DONE).isEqualTo(waits);
                if (task != null && waits) {
                    model.purged += task.isKept() ? 0 : 1;
                    model.tasks.remove(id);
                }
            }
            case 4 -> archive(task, tracked.archive(group(), id));
            default -> {
                boolean dead = task != null && task.status == Status.DEAD;
                assertThat(tracked.redrive(group(), id) == Tracked.Answer.DONE).isEqualTo(dead);
                if (task != null && dead) {
                    // What expired while it was dead is wanted all the same.
                    task.expiresMillis = task.expiresMillis > rig.nowMillis ? task.expiresMillis : 0;
                    task.status = Status.READY;
                    task.attempts = 0;
                    task.delayed = true;
                }
            }
        }
    }

    private void archive(@Nullable Task task, Tracked.Answer answer) {
        if (answer == Tracked.Answer.IN_LINE) {
            assertThat(task != null && task.status == Status.READY && (task.limitKey != null || task.key != null))
                    .as("it is in a line")
                    .isTrue();
            return;
        }
        assertThat(answer).isEqualTo(expected(task, Tracked.Answer.LEASED, Tracked.Answer.DONE, Tracked.Answer.DONE));
        if (task != null && answer == Tracked.Answer.DONE) {
            model.die(task);
        }
    }

    private static Tracked.Answer expected(@Nullable Task task, Tracked.Answer leased, Tracked.Answer ready,
            Tracked.Answer waiting) {
        if (task == null) {
            return Tracked.Answer.MISSING;
        }
        return switch (task.status) {
            case LEASED -> leased;
            case READY -> ready;
            case SCHEDULED, RETRYING -> waiting;
            case DEAD -> Tracked.Answer.DEAD;
            case KEPT, KEPT_CANCELLED, KEPT_EXPIRED -> Tracked.Answer.OVER;
        };
    }

    private long anyId() {
        if (model.tasks.isEmpty() || random.nextInt(10) == 0) {
            return random.nextBoolean() ? Ids.of(random.nextLong(1L << 50), MachineRig.ORIGIN) : 0;
        }
        List<Long> ids = List.copyOf(model.tasks.keySet());
        return ids.get(random.nextInt(ids.size()));
    }

    private void empty() {
        rig.machine.emptyGroup(group());
        for (Task task : List.copyOf(model.tasks.values())) {
            if (task.status == Status.DEAD) {
                // What workers said of it goes with the rest.
                task.said.clear();
            } else {
                model.purged += task.isKept() ? 0 : 1;
                model.tasks.remove(task.id);
            }
        }
        model.leased.clear();
        model.starts.clear();
    }

    // ---- laws ----

    private void check() {
        Group group = group();
        checkListing(group);
        assertThat(group.scheduled()).as("scheduled").isEqualTo(model.count(Status.SCHEDULED));
        assertThat(group.ready()).as("ready").isEqualTo(model.count(Status.READY));
        assertThat(group.leased()).as("leased").isEqualTo(model.count(Status.LEASED));
        assertThat(group.retrying()).as("retrying").isEqualTo(model.count(Status.RETRYING));
        assertThat(group.dead()).as("dead").isEqualTo(model.count(Status.DEAD));
        assertThat(group.kept()).as("kept")
                .isEqualTo(model.count(Status.KEPT) + model.count(Status.KEPT_CANCELLED)
                        + model.count(Status.KEPT_EXPIRED));
        assertThat(group.done()).as("done").isEqualTo(model.done);
        assertThat(group.cancelled()).as("cancelled").isEqualTo(model.cancelled);
        assertThat(group.expired()).as("expired").isEqualTo(model.expired);
        assertThat(group.purged()).as("purged").isEqualTo(model.purged);
        assertThat(group.offered()).as("offered").isEqualTo(model.accepted);
        assertThat(group.offered()).as("conservation")
                .isEqualTo(group.scheduled() + group.ready() + group.leased() + group.retrying() + group.done()
                        + group.dead() + group.cancelled() + group.expired() + group.purged());
        MachineRig.settle(rig.machine);
        StateLaws.check(rig.machine);
    }

    /** Once in a while: every message is listed in order, and those of one state alone. */
    private void checkListing(Group group) {
        if (random.nextInt(20) > 0) {
            return;
        }
        TrackedList.State only = random.nextBoolean() ? null
                : List.of(TrackedList.State.values()).get(random.nextInt(TrackedList.State.values().length));
        long after = random.nextBoolean() ? 0 : anyId();
        List<Long> expected = model.tasks.values()
                .stream()
                .filter(task -> task.id > after && (only == null || only == listed(task.status)))
                .map(task -> task.id)
                .toList();
        List<Long> found = new ArrayList<>();
        TrackedList list = rig.machine.tracked().list(group, after);
        while (!list.isDone()) {
            TrackedList.Entry entry = list.next(only);
            if (entry != null) {
                found.add(entry.id());
                Task task = Objects.requireNonNull(model.tasks.get(entry.id()));
                assertThat(entry.standing().attempts()).isEqualTo(task.attempts);
                assertThat(entry.standing().priority()).isEqualTo(task.priority);
                assertThat(rig.read(entry.places().location(), entry.places().index()).id).isEqualTo(entry.id());
                assertThat(entry.places().outputs().stream().map(at -> rig.output(at).text()).sorted().toList())
                        .isEqualTo(task.said.values().stream().sorted().toList());
                assertThat(rig.machine.tracked().entry(group, entry.id())).usingRecursiveComparison().isEqualTo(entry);
            }
        }
        assertThat(found).isEqualTo(expected);
    }

    private static TrackedList.State listed(Status status) {
        return switch (status) {
            case SCHEDULED -> TrackedList.State.SCHEDULED;
            case READY -> TrackedList.State.READY;
            case LEASED -> TrackedList.State.LEASED;
            case RETRYING -> TrackedList.State.RETRYING;
            case DEAD -> TrackedList.State.DEAD;
            case KEPT -> TrackedList.State.DONE;
            case KEPT_CANCELLED -> TrackedList.State.CANCELLED;
            case KEPT_EXPIRED -> TrackedList.State.EXPIRED;
        };
    }

    private void crashAndReplay() {
        Machine replayed = upkeep.replayed();
        assertThat(parts(replayed)).isEqualTo(parts(rig.machine));
        assertThat(replayed.digest()).as("digest after replay").isEqualTo(rig.machine.digest());
        StateLaws.check(replayed);
        if (random.nextBoolean()) {
            upkeep.goOnWith(replayed);
            for (int number = rig.machine.nextConsumer(1); number >= 0; number = rig.machine.nextConsumer(number)) {
                rig.machine.endConsumer(number, 1 + random.nextInt(20));
            }
            for (int consumer = 1; consumer <= 4; consumer++) {
                gone(consumer);
            }
            check();
        }
    }

    /** What the digest is made of, so that a difference says where it is. */
    private static String parts(Machine machine) {
        Tracking tracking = machine.group("tasks", "workers").tracking();
        return "rows " + tracking.rows.freeze().digest(Tracking.ROW_WORDS) + " dead "
                + tracking.dead.freeze().digest(Tracking.ROW_WORDS) + " lines "
                + tracking.lines.freeze().digest(Tracking.LINE_WORDS) + " limits "
                + tracking.limits.rows.freeze().digest(LimitLines.ROW_WORDS) + " waiting "
                + machine.state.waiting.digest() + " topic " + TrackedImage.digest(machine.topic("tasks")) + " leases "
                + machine.state.leases.live() + " kept " + tracking.kept + " ready " + tracking.ready;
    }

    /** Everything comes to an end, and nothing is left behind. */
    private void drain() {
        rig.machine.pauseGroup(group(), false);
        // A clock that was set back comes again to what it has shown, and then is right.
        passTime(20, Math.max(20, latestWallMillis - rig.wallMillis));
        for (int round = 0; !model.tasks.isEmpty(); round++) {
            assertThat(round).as("rounds until all is over; left: %s", model.tasks.size()).isLessThan(4_000);
            lease();
            for (Task task : List.copyOf(model.leased.values())) {
                assertThat(rig.machine.ack(task.token)).isTrue();
                model.acked(task, rig.nowMillis);
            }
            for (Task task : List.copyOf(model.tasks.values())) {
                if (task.status == Status.DEAD) {
                    assertThat(rig.machine.tracked().remove(group(), task.id)).isEqualTo(Tracked.Answer.DONE);
                    model.purged++;
                    model.tasks.remove(task.id);
                }
            }
            passTime(20, 20);
        }
        check();
        passTime(10_000, 10_000);
        passTime(10_000, 10_000);
        lease();
        Tracking tracking = group().tracking();
        assertThat(tracking.rows.size()).as("rows").isZero();
        assertThat(tracking.lines.size()).as("keys").isZero();
        assertThat(group().notes.size() + group().deadNotes.size()).as("notes of attempts").isZero();
        assertThat(tracking.limits.rows.size()).as("limits").isZero();
        assertThat(topic().keys().uniques.rows.size()).as("unique keys").isZero();
        assertThat(topic().keys().uniques.holders.size()).as("holders of unique keys").isZero();
        assertThat(topic().keys().uniques.moved.size()).as("unique keys elsewhere").isZero();
        assertThat(topic().keys().clientIds.rows.size()).as("ids of clients").isZero();
        assertThat(topic().keys().clientIds.holders.size()).as("holders of ids").isZero();
        assertThat(topic().keys().clientIds.moved.size()).as("ids elsewhere").isZero();
        assertThat(rig.state().tracked).isZero();
    }
}
