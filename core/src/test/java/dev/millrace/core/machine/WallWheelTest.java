package dev.millrace.core.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The wheel in wall time, by example and against a model whose clock is set forward and back. */
class WallWheelTest {
    private static final long NINE = 1_900_000_000_000L;
    private static final long MINUTE = 60_000;
    private static final int SEEDS = 200;
    private static final int STEPS = 400;

    private final WallWheel wheel = new WallWheel(NINE);
    private final List<Long> left = new ArrayList<>();

    private void advance(long wallMillis) {
        wheel.advance(wallMillis, 1_000, (handle, due, id, payload) -> left.add(id));
    }

    @Test
    void anEntryLeaves_whenTheClockShowsItsInstant_notBefore() {
        wheel.add(NINE, 1, 0);
        wheel.add(NINE + MINUTE, 2, 0);
        assertThat(wheel.nextDueMillis()).isEqualTo(NINE);
        advance(NINE);
        assertThat(left).containsExactly(1L);
        advance(NINE + MINUTE - 1);
        assertThat(left).hasSize(1);
        assertThat(wheel.nextDueMillis()).isEqualTo(NINE + MINUTE);
        advance(NINE + MINUTE);
        assertThat(left).containsExactly(1L, 2L);
        assertThat(wheel.nextDueMillis()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aClockThatWasAheadForAWhile_makesDueAtOnce_andWhatComesLaterWaits() {
        wheel.add(NINE + 30 * MINUTE, 1, 0);
        wheel.add(NINE + 120 * MINUTE, 2, 0);
        advance(NINE + 60 * MINUTE);
        assertThat(left).containsExactly(1L);
        advance(NINE + MINUTE);
        wheel.add(NINE + 30 * MINUTE, 3, 0);
        wheel.add(NINE + 10 * MINUTE, 4, 0);
        assertThat(wheel.nextDueMillis()).isEqualTo(NINE + 10 * MINUTE);
        advance(NINE + 10 * MINUTE - 1);
        assertThat(left).hasSize(1);
        advance(NINE + 10 * MINUTE);
        assertThat(left).containsExactly(1L, 4L);
        advance(NINE + 119 * MINUTE);
        assertThat(left).containsExactly(1L, 4L, 3L);
        advance(NINE + 120 * MINUTE);
        assertThat(left).containsExactly(1L, 4L, 3L, 2L);
        assertThat(wheel.size()).isZero();
    }

    @Test
    void whatComesBeforeTheFirstAdvanceAfterAStepBack_isDueAtItsInstant() {
        advance(NINE + 60 * MINUTE);
        wheel.clock(NINE);
        wheel.add(NINE + 10 * MINUTE, 1, 0);
        assertThat(wheel.nextDueMillis()).isEqualTo(NINE + 10 * MINUTE);
        advance(NINE + 10 * MINUTE - 1);
        assertThat(left).isEmpty();
        advance(NINE + 10 * MINUTE);
        assertThat(left).containsExactly(1L);
    }

    @Test
    void moreStepsBackThanThereAreWheels_delayButAreNeverEarly() {
        advance(NINE + 300);
        for (int step = 1; step <= 100; step++) {
            advance(NINE + 300 - 2L * step);
            wheel.add(NINE + 301 - 2L * step, step, 0);
        }
        assertThat(wheel.size()).isEqualTo(100);
        for (long now = NINE + 100; now <= NINE + 300; now++) {
            advance(now);
            long shown = now;
            assertThat(left).allMatch(step -> NINE + 301 - 2 * step <= shown);
        }
        assertThat(left).hasSize(100);
    }

    @Test
    void againstAModel_withAClockThatIsSet() {
        for (int seed = 1; seed <= SEEDS; seed++) {
            try {
                new Run(seed).go();
            } catch (AssertionError e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    /** One seed. */
    private static final class Run {
        private final Random random;
        private final WallWheel wheel;
        private final TreeMap<Long, Long> waits = new TreeMap<>();
        private final TreeSet<Long> left = new TreeSet<>();
        private long now = NINE;
        private long nextId = 1;

        Run(int seed) {
            random = new Random(seed);
            wheel = new WallWheel(now);
        }

        void go() {
            for (int step = 0; step < STEPS; step++) {
                int dice = random.nextInt(10);
                if (dice < 5) {
                    add();
                } else if (dice < 9) {
                    pass();
                } else {
                    walk();
                }
            }
            // However often it was set back: once the clock has come to the last instant, nothing waits.
            now = waits.values().stream().mapToLong(Long::longValue).reduce(now, Math::max);
            letGo();
            assertThat(wheel.size()).isZero();
        }

        private void add() {
            long due = now + 1 + random.nextInt(random.nextInt(3) == 0 ? 10_000_000 : 3_000);
            wheel.add(due, nextId, due);
            waits.put(nextId++, due);
        }

        private void pass() {
            boolean back = random.nextInt(4) == 0;
            long by = random.nextInt(random.nextInt(8) == 0 ? 20_000_000 : 2_000);
            now += back ? -by : by;
            letGo();
        }

        private void letGo() {
            left.clear();
            do {
                wheel.advance(now, 1 + random.nextInt(50), (handle, due, id, payload) -> {
                    assertThat(payload).as("due at %s", now).isLessThanOrEqualTo(now);
                    assertThat(left.add(id)).isTrue();
                });
            } while (!wheel.caughtUp());
            TreeSet<Long> expected = new TreeSet<>();
            waits.forEach((id, due) -> {
                if (due <= now) {
                    expected.add(id);
                }
            });
            assertThat(left).isEqualTo(expected);
            expected.forEach(waits::remove);
            assertThat(wheel.size()).isEqualTo(waits.size());
            long next = waits.values().stream().mapToLong(Long::longValue).min().orElse(Long.MAX_VALUE);
            assertThat(wheel.nextDueMillis()).isLessThanOrEqualTo(next);
        }

        /** Visits what waits in slices, and takes some of it out. */
        private void walk() {
            TreeMap<Long, Long> found = new TreeMap<>();
            TreeMap<Long, Long> handles = new TreeMap<>();
            long at = 0;
            do {
                at = wheel.scan(at, 1 + random.nextInt(20), (handle, due, id, payload) -> {
                    assertThat(found.put(id, due)).isNull();
                    handles.put(id, handle);
                });
            } while (at >= 0);
            assertThat(found).isEqualTo(waits);
            for (Map.Entry<Long, Long> each : handles.entrySet()) {
                if (random.nextInt(20) == 0) {
                    long payload = waits.getOrDefault(each.getKey(), 0L);
                    assertThat(wheel.cancel(each.getValue(), each.getKey() + 1_000_000, payload)).isFalse();
                    assertThat(wheel.cancel(each.getValue(), each.getKey(), payload)).isTrue();
                    waits.remove(each.getKey());
                }
            }
        }
    }
}
