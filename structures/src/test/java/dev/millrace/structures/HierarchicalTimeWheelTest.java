package dev.millrace.structures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HierarchicalTimeWheelTest {
    private static final Expiry NOBODY = (handle, due, id, payload) -> {
        throw new AssertionError("fired " + id + " due at " + due);
    };

    private record Fired(long due, long id, long payload) {}

    private final List<Fired> fired = new ArrayList<>();
    private final Expiry sink = (handle, due, id, payload) -> fired.add(new Fired(due, id, payload));

    @Test
    void advance_dueTickReached_firesWithBothWords() {
        var wheel = new HierarchicalTimeWheel(1000);
        wheel.add(1003, 7, -9);
        assertThat(wheel.advance(1002, 10, NOBODY)).isZero();
        assertThat(wheel.advance(1003, 10, sink)).isEqualTo(1);
        assertThat(fired).containsExactly(new Fired(1003, 7, -9));
        assertThat(wheel.size()).isZero();
        assertThat(wheel.nextDueTick()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void classCommentExample_holds() {
        var wheel = new HierarchicalTimeWheel(1000);
        wheel.add(1003, 1, 0);
        wheel.add(1300, 2, 0);
        wheel.add(90_000, 3, 0);
        assertThat(wheel.advance(1003, 10, sink)).isEqualTo(1);
        assertThat(wheel.advance(1200, 10, NOBODY)).as("moved ahead of time").isEqualTo(1);
        assertThat(wheel.advance(1299, 10, NOBODY)).isZero();
        assertThat(wheel.advance(1305, 10, sink)).isEqualTo(1);
        assertThat(fired).extracting(Fired::due).containsExactly(1003L, 1300L);
        assertThat(wheel.nextDueTick()).isEqualTo(90_000);
    }

    @Test
    void add_dueTickAlreadyReached_firesAtNextTick() {
        var wheel = new HierarchicalTimeWheel(1000);
        long handle = wheel.add(-5, 1, 0);
        assertThat(wheel.dueTick(handle)).isEqualTo(1001);
        assertThat(wheel.nextDueTick()).isEqualTo(1001);
        wheel.advance(1001, 10, sink);
        assertThat(fired).containsExactly(new Fired(1001, 1, 0));
    }

    @Test
    void cancel_saysWhetherItWon() {
        var wheel = new HierarchicalTimeWheel(0);
        long cancelled = wheel.add(5, 1, 0);
        long kept = wheel.add(5, 2, 0);
        assertThat(wheel.cancel(cancelled)).isTrue();
        assertThat(wheel.cancel(cancelled)).isFalse();
        wheel.advance(5, 10, sink);
        assertThat(fired).extracting(Fired::id).containsExactly(2L);
        assertThat(wheel.cancel(kept)).isFalse();
    }

    @Test
    void cancel_handleOfReusedSlot_isRefused() {
        var wheel = new HierarchicalTimeWheel(0);
        long old = wheel.add(5, 1, 0);
        wheel.cancel(old);
        long fresh = wheel.add(5, 2, 0);
        assertThat(HierarchicalTimeWheel.slotOf(fresh)).as("slot is reused")
                .isEqualTo(HierarchicalTimeWheel.slotOf(old));
        assertThat(wheel.cancel(old)).isFalse();
        assertThat(wheel.reschedule(old, 9)).isFalse();
        assertThat(wheel.isPending(fresh)).isTrue();
        assertThatThrownBy(() -> wheel.id(old)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void cancel_handleNeverGiven_isRefused() {
        var wheel = new HierarchicalTimeWheel(0);
        long far = wheel.add(HierarchicalTimeWheel.MAX_TICK, 1, 0);
        for (long handle = -3; handle < 5000; handle++) {
            if (handle != far) {
                assertThat(wheel.cancel(handle)).isFalse();
            }
        }
        assertThat(wheel.cancel(Long.MIN_VALUE | far)).isFalse();
        assertThat(wheel.size()).isEqualTo(1);
    }

    @Test
    void reschedule_keepsHandleAndWords() {
        var wheel = new HierarchicalTimeWheel(0);
        long handle = wheel.add(5, 1, 2);
        for (long due : new long[]{1L << 50, 3, 1L << 36, 1L << 34, 100_000, HierarchicalTimeWheel.MAX_TICK, 70}) {
            assertThat(wheel.reschedule(handle, due)).isTrue();
            assertThat(wheel.dueTick(handle)).isEqualTo(due);
            assertThat(wheel.nextDueTick()).isEqualTo(due);
            assertThat(wheel.id(handle)).isEqualTo(1);
            assertThat(wheel.payload(handle)).isEqualTo(2);
            wheel.verify();
        }
        assertThat(wheel.advance(69, 10, NOBODY)).isZero();
        wheel.advance(70, 10, sink);
        assertThat(fired).containsExactly(new Fired(70, 1, 2));
    }

    @Test
    void advance_limitReached_goesOnInNextCall() {
        var wheel = new HierarchicalTimeWheel(0);
        for (int id = 0; id < 1000; id++) {
            wheel.add(10, id, 0);
        }
        assertThat(wheel.advance(10, 300, sink)).isEqualTo(300);
        assertThat(wheel.caughtUp()).isFalse();
        assertThat(wheel.nextDueTick()).as("still due").isEqualTo(10);
        assertThat(wheel.cancel(wheel.add(4, -1, 0))).isTrue();
        int calls = 1;
        while (!wheel.caughtUp()) {
            wheel.advance(10, 300, sink);
            calls++;
        }
        assertThat(calls).isEqualTo(4);
        assertThat(fired).hasSize(1000).extracting(Fired::id).isSorted();
    }

    @Test
    void advance_centuriesAtOnce_firesEverythingInOrder() {
        var wheel = new HierarchicalTimeWheel(0);
        for (int bit = 0; bit < 62; bit++) {
            wheel.add((1L << bit) + 3, bit, 0);
        }
        wheel.verify();
        wheel.advance(HierarchicalTimeWheel.MAX_TICK, Integer.MAX_VALUE, sink);
        assertThat(fired).hasSize(62).extracting(Fired::id).isSorted();
        assertThat(wheel.caughtUp()).isTrue();
        assertThat(wheel.tick()).isEqualTo(HierarchicalTimeWheel.MAX_TICK);
    }

    @Test
    void advance_sleepingUntilNextDue_isExactAcrossAllRings() {
        var wheel = new HierarchicalTimeWheel(12_345);
        List<Long> dues = new ArrayList<>();
        for (int bit = 0; bit < 61; bit++) {
            dues.add(12_345 + (1L << bit) + bit);
            wheel.add(12_345 + (1L << bit) + bit, bit, 0);
        }
        for (long due : dues) {
            assertThat(wheel.nextDueTick()).isEqualTo(due);
            wheel.advance(due, 1000, sink);
            assertThat(fired.getLast().due()).isEqualTo(due);
        }
        assertThat(wheel.size()).isZero();
    }

    @Test
    void advance_largeBucket_isMovedBeforeItIsDue() {
        var wheel = new HierarchicalTimeWheel(0);
        var random = new Random(5);
        for (int id = 0; id < 100_000; id++) {
            wheel.add(20_000 + random.nextInt(50_000), id, 0);
        }
        int most = 0;
        for (long now = 1; now <= 70_000; now++) {
            int before = fired.size();
            int units = wheel.advance(now, 200, sink);
            assertThat(wheel.caughtUp()).as("at tick %s", now).isTrue();
            most = Math.max(most, units - (fired.size() - before));
        }
        assertThat(fired).hasSize(100_000);
        assertThat(most).as("moved in one call").isLessThanOrEqualTo(200);
    }

    @Test
    void advance_whenUseful_findsEveryBucketMovedBeforeItIsDue() {
        var wheel = new HierarchicalTimeWheel(0);
        var random = new Random(6);
        for (int id = 0; id < 50_000; id++) {
            wheel.add(100_000 + random.nextInt(20_000), id, 0);
        }
        int wakes = 0;
        int most = 0;
        while (wheel.size() > 0) {
            long now = wheel.nextUsefulTick();
            assertThat(now).isLessThanOrEqualTo(wheel.nextDueTick());
            int before = fired.size();
            int units = wheel.advance(Math.max(now, wheel.tick() + 1), 1_000, sink);
            assertThat(wheel.caughtUp()).isTrue();
            wakes++;
            most = Math.max(most, units - (fired.size() - before));
        }
        assertThat(fired).hasSize(50_000);
        assertThat(most).isLessThanOrEqualTo(1_000);
        assertThat(wakes).as("once per tick with timers, and some").isLessThan(20_400);
        assertThat(wheel.nextUsefulTick()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void sink_addsTimerInThePast_isFiredAtNextTickOnly() {
        var wheel = new HierarchicalTimeWheel(0);
        wheel.add(10, 0, 0);
        var due = new ArrayList<Long>();
        Expiry again = (handle, dueTick, id, payload) -> {
            due.add(dueTick);
            wheel.add(dueTick - 5, id + 1, 0);
        };
        wheel.advance(14, 1000, again);
        assertThat(due).containsExactly(10L, 11L, 12L, 13L, 14L);
        assertThat(wheel.caughtUp()).isTrue();
    }

    @Test
    void sink_cancelsWhatIsDueInTheSameTick_itDoesNotFire() {
        var wheel = new HierarchicalTimeWheel(0);
        var handles = new ArrayList<Long>();
        for (int id = 0; id < 10; id++) {
            handles.add(wheel.add(300, id, 0));
        }
        wheel.advance(300, 100, (handle, due, id, payload) -> {
            fired.add(new Fired(due, id, payload));
            for (int other = 0; other < 10; other += 3) {
                wheel.cancel(handles.get(other));
            }
        });
        assertThat(fired).extracting(Fired::id).containsExactly(0L, 1L, 2L, 4L, 5L, 7L, 8L);
        wheel.verify();
    }

    @Test
    void sink_throws_otherTimersStayAndTheWheelGoesOn() {
        var wheel = new HierarchicalTimeWheel(0);
        for (int id = 0; id < 3; id++) {
            wheel.add(4, id, 0);
        }
        assertThatThrownBy(() -> wheel.advance(4, 100, (handle, due, id, payload) -> {
            throw new IllegalStateException("sink");
        })).hasMessage("sink");
        assertThat(wheel.caughtUp()).isFalse();
        wheel.advance(4, 100, sink);
        assertThat(fired).extracting(Fired::id).containsExactly(1L, 2L);
    }

    @Test
    void sink_callsAdvance_isRefused() {
        var wheel = new HierarchicalTimeWheel(0);
        wheel.add(1, 0, 0);
        assertThatThrownBy(() -> wheel.advance(1, 1, (handle, due, id, payload) -> wheel.advance(2, 1, NOBODY)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("sink");
        assertThat(wheel.advance(3, 1, NOBODY)).isZero();
    }

    @Test
    void arguments_outOfRange_areRefused() {
        var wheel = new HierarchicalTimeWheel(0);
        assertThatThrownBy(() -> wheel.add(HierarchicalTimeWheel.MAX_TICK + 1, 0, 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> wheel.advance(1, 0, NOBODY)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new HierarchicalTimeWheel(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void clear_cancelsEverythingAndOldHandlesStayInvalid() {
        var wheel = new HierarchicalTimeWheel(0);
        long near = wheel.add(5, 1, 0);
        long far = wheel.add(1L << 60, 2, 0);
        wheel.clear();
        assertThat(wheel.size()).isZero();
        wheel.verify();
        wheel.add(5, 3, 0);
        wheel.add(5, 4, 0);
        wheel.add(5, 5, 0);
        assertThat(wheel.isPending(near)).isFalse();
        assertThat(wheel.isPending(far)).isFalse();
        wheel.advance(5, 100, sink);
        assertThat(fired).hasSize(3);
    }

    @Test
    void memoryBytes_millionTimers_is24EachPlusRings_and32IfFar() {
        var near = new HierarchicalTimeWheel(0);
        long empty = near.memoryBytes();
        for (int id = 0; id < 1_000_000; id++) {
            near.add(1_000 + 4 * id, id, id);
        }
        assertThat(near.memoryBytes() - empty).isBetween(24_000_000L, 24_200_000L);
        assertThat(empty).isLessThan(64_000);
        var far = new HierarchicalTimeWheel(0);
        for (int id = 0; id < 1_000_000; id++) {
            far.add(5_000_000 + 2_592L * id, id, id);
        }
        assertThat(far.memoryBytes()).isBetween(32_000_000L, 32_300_000L);
    }

    @Test
    void manyParts_fireInOrder_cancelAndAreVisitedOnce() {
        var wheel = new HierarchicalTimeWheel(0);
        var random = new Random(11);
        int count = 600_000;
        long[] handles = new long[count];
        long[] dues = new long[count];
        for (int id = 0; id < count; id++) {
            dues[id] = 1L + (random.nextInt(4) == 0 ? random.nextInt(1 << 28) : random.nextInt(5_000));
            handles[id] = wheel.add(dues[id], id, ~id);
        }
        for (int id = 0; id < count; id += 3) {
            assertThat(wheel.cancel(handles[id])).isTrue();
            assertThat(wheel.cancel(handles[id])).isFalse();
        }
        wheel.verify();
        long[] seen = new long[1];
        for (int from = 0, slices = 0; from >= 0; slices++) {
            from = wheel.scan(from, 10_000, (handle, due, id, payload) -> {
                assertThat(handle).isEqualTo(handles[(int) id]);
                assertThat(due).isEqualTo(dues[(int) id]);
                seen[0]++;
            });
            assertThat(slices).isLessThan(70);
        }
        assertThat(seen[0]).isEqualTo(400_000).isEqualTo(wheel.size());
        long[] last = new long[1];
        while (wheel.size() > 0) {
            long now = wheel.nextDueTick();
            wheel.advance(now, 1_000, (handle, due, id, payload) -> {
                if (due < last[0] || due != dues[(int) id] || id % 3 == 0) {
                    throw new AssertionError("timer " + id + " due at " + dues[(int) id] + " fired at " + due);
                }
                last[0] = due;
                seen[0]--;
            });
        }
        assertThat(seen[0]).isZero();
        assertThat(wheel.cancel(handles[1])).isFalse();
    }

    @Test
    void cancel_handleOfAnEqualTimerUpTo31ReusesAgo_isRefused() {
        var wheel = new HierarchicalTimeWheel(0);
        long old = wheel.add(5, 1, 0);
        wheel.cancel(old);
        for (int reuse = 1; reuse <= 31; reuse++) {
            long handle = wheel.add(5, 1, 0);
            assertThat(wheel.cancel(old)).isFalse();
            assertThat(wheel.cancel(handle)).isTrue();
        }
    }

    @Test
    void advance_everyTick_hundredThousandTimers_eachFiresAtItsVeryTick() {
        var wheel = new HierarchicalTimeWheel(0);
        var random = new Random(21);
        for (int id = 0; id < 100_000; id++) {
            wheel.add(1 + random.nextInt(60_000), id, 0);
        }
        for (long now = 1; now <= 60_000; now++) {
            long tick = now;
            wheel.advance(now, 1_000, (handle, due, id, payload) -> {
                assertThat(due).isEqualTo(tick);
                fired.add(new Fired(due, id, payload));
            });
        }
        assertThat(fired).hasSize(100_000);
    }

    @Test
    void advance_afterAPauseOfFiveSeconds_catchesUpAndDoesNotDrift() {
        var wheel = new HierarchicalTimeWheel(0);
        for (int id = 1; id <= 10_000; id++) {
            wheel.add(id, id, 0);
        }
        wheel.advance(1_000, 10_000, sink);
        wheel.advance(6_000, 10_000, sink);
        assertThat(fired).hasSize(6_000).extracting(Fired::id).isSorted();
        wheel.advance(6_001, 10_000, sink);
        assertThat(fired).hasSize(6_001);
        assertThat(wheel.nextDueTick()).isEqualTo(6_002);
    }

    @Test
    void wheel_atTimerLimitOfOneTick_countsEveryone() {
        var wheel = new HierarchicalTimeWheel(0);
        for (int id = 0; id < 100_000; id++) {
            wheel.add(1_000_000, id, 0);
        }
        long[] count = new long[1];
        for (long now = 990_000; now <= 1_000_000 || !wheel.caughtUp(); now++) {
            wheel.advance(now, 1_000, (handle, due, id, payload) -> count[0]++);
        }
        assertThat(count[0]).isEqualTo(100_000);
    }
}
