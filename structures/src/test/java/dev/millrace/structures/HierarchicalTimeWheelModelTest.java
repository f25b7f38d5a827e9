package dev.millrace.structures;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The wheel against a sorted map, over random calls: near and far timers, pauses, sliced advances, sinks that add,
 * cancel and reschedule. The seed is the parameter, so a failing run names it.
 */
class HierarchicalTimeWheelModelTest {
    private record Timer(long handle, long id, long payload) {}

    private static final class Run {
        private final Random random;
        private final HierarchicalTimeWheel wheel;
        private final TreeMap<Long, Map<Long, Timer>> byDue = new TreeMap<>();
        private final Map<Long, Long> dueByHandle = new HashMap<>();
        private final List<Long> handles = new ArrayList<>();
        private final List<Long> firedIds = new ArrayList<>();
        private final int farBits;
        private long now;
        private long nextId;
        private long lastFired;

        Run(long seed) {
            random = new Random(seed);
            farBits = 1 + random.nextInt(60);
            now = random.nextLong(1L << 40);
            wheel = new HierarchicalTimeWheel(now);
        }

        void step() {
            switch (random.nextInt(10)) {
                case 0, 1, 2, 3 -> add(random.nextInt(5) == 0 ? 40 : 1);
                case 4 -> cancel();
                case 5 -> reschedule();
                case 6 -> advance(now + random.nextInt(4));
                case 7 -> advance(now + random.nextLong(1L << random.nextInt(1, Math.min(40, farBits) + 1)));
                case 8 -> advance(wheel.size() == 0 ? now : wheel.nextDueTick());
                default -> compare();
            }
        }

        private long randomDue() {
            long distance = random.nextLong(1L << random.nextInt(1, farBits + 1)) - (random.nextInt(8) == 0 ? 20 : 0);
            return Math.min(wheel.tick() + distance, HierarchicalTimeWheel.MAX_TICK);
        }

        private void add(int copies) {
            long due = randomDue();
            for (int copy = 0; copy < copies; copy++) {
                long id = nextId++;
                long handle = wheel.add(due, id, ~id);
                enter(Math.max(due, wheel.tick() + 1), new Timer(handle, id, ~id));
                handles.add(handle);
            }
        }

        private void enter(long due, Timer timer) {
            assertThat(dueByHandle.put(timer.handle, due)).isNull();
            byDue.computeIfAbsent(due, key -> new LinkedHashMap<>()).put(timer.handle, timer);
        }

        private Timer leave(long handle) {
            long due = requireNonNull(dueByHandle.remove(handle));
            Map<Long, Timer> timers = requireNonNull(byDue.get(due));
            Timer timer = requireNonNull(timers.remove(handle));
            if (timers.isEmpty()) {
                byDue.remove(due);
            }
            return timer;
        }

        private void cancel() {
            if (!handles.isEmpty()) {
                long handle = handles.get(random.nextInt(handles.size()));
                boolean pending = dueByHandle.containsKey(handle);
                assertThat(wheel.cancel(handle)).isEqualTo(pending);
                if (pending) {
                    leave(handle);
                }
            }
        }

        private void reschedule() {
            if (!handles.isEmpty()) {
                long handle = handles.get(random.nextInt(handles.size()));
                long due = randomDue();
                boolean pending = dueByHandle.containsKey(handle);
                assertThat(wheel.reschedule(handle, due)).isEqualTo(pending);
                if (pending) {
                    enter(Math.max(due, wheel.tick() + 1), leave(handle));
                }
            }
        }

        private void advance(long to) {
            now = Math.max(now, Math.min(to, HierarchicalTimeWheel.MAX_TICK - 2000));
            int limit = random.nextInt(3) == 0 ? Integer.MAX_VALUE : 1 + random.nextInt(100);
            do {
                assertThat(wheel.advance(now, limit, this::expired)).isLessThanOrEqualTo(limit);
                if (random.nextInt(50) == 0) {
                    wheel.verify();
                    add(1);
                    cancel();
                    reschedule();
                }
            } while (!wheel.caughtUp());
            assertThat(byDue.isEmpty() || byDue.firstKey() > now).as("nothing due is left").isTrue();
            assertThat(wheel.tick()).isEqualTo(now);
        }

        private void expired(long handle, long due, long id, long payload) {
            assertThat(due).as("order").isGreaterThanOrEqualTo(lastFired);
            assertThat(due).as("never early").isLessThanOrEqualTo(now);
            assertThat(dueByHandle.get(handle)).isEqualTo(due);
            assertThat(byDue.firstKey()).isEqualTo(due);
            assertThat(leave(handle)).isEqualTo(new Timer(handle, id, payload));
            lastFired = due;
            firedIds.add(id);
            if (random.nextInt(4) == 0) {
                switch (random.nextInt(3)) {
                    case 0 -> add(1);
                    case 1 -> cancel();
                    default -> reschedule();
                }
            }
        }

        private void compare() {
            assertThat(wheel.size()).isEqualTo(dueByHandle.size());
            long next = wheel.nextDueTick();
            if (byDue.isEmpty()) {
                assertThat(next).isEqualTo(Long.MAX_VALUE);
            } else {
                assertThat(next).isBetween(now, byDue.firstKey());
            }
            if (random.nextInt(50) == 0) {
                wheel.verify();
                Map<Long, Long> seen = new HashMap<>();
                wheel.forEach((handle, due, id, payload) -> {
                    assertThat(wheel.isPending(handle)).isTrue();
                    assertThat(wheel.id(handle)).isEqualTo(id);
                    assertThat(wheel.payload(handle)).isEqualTo(payload).isEqualTo(~id);
                    assertThat(wheel.dueTick(handle)).isEqualTo(due);
                    seen.put(handle, due);
                });
                assertThat(seen).isEqualTo(dueByHandle);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.millrace.structures.Seeds#seeds")
    void randomCalls_behaveLikeASortedMap_andTheSameInEveryRun(long seed) {
        List<Long> first = run(seed);
        assertThat(first).isNotEmpty();
        assertThat(run(seed)).isEqualTo(first);
    }

    private static List<Long> run(long seed) {
        var run = new Run(seed);
        for (int step = 0; step < 15_000; step++) {
            run.step();
        }
        return run.firedIds;
    }
}
