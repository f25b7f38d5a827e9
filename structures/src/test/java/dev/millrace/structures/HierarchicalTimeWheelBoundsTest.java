package dev.millrace.structures;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the wheel promises in ticks and bytes, in virtual time. */
class HierarchicalTimeWheelBoundsTest {
    private static final int TIMERS = 100_000;
    private static final int SPREAD_TICKS = 60_000;

    /** Ticks one by one with bounded work per call, as often as the wheel asks for: nothing is early or late. */
    @ParameterizedTest
    @ValueSource(ints = {1, 7, 1_000})
    void everyTickAdvanced_untilCaughtUp_eachFiresAtItsTick(int limit) {
        var wheel = new HierarchicalTimeWheel(0);
        var random = new SplittableRandom(11);
        for (int i = 0; i < TIMERS; i++) {
            long due = 1L + random.nextInt(SPREAD_TICKS);
            wheel.add(due, due, i);
        }
        int[] fired = new int[1];
        for (long now = 1; now <= SPREAD_TICKS; now++) {
            long tick = now;
            do {
                wheel.advance(now, limit, (handle, due, id, payload) -> {
                    assertThat(id).isEqualTo(tick);
                    fired[0]++;
                });
            } while (!wheel.caughtUp());
        }
        assertThat(fired[0]).isEqualTo(TIMERS);
    }

    /** Sleeping until the next useful tick, or the next due one, is enough: nobody is late for it. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void sleepingUntilTheTickAskedFor_noneIsLate(boolean useful) {
        var wheel = new HierarchicalTimeWheel(5);
        var random = new SplittableRandom(12);
        for (int i = 0; i < TIMERS; i++) {
            long due = 6 + random.nextLong(1L << random.nextInt(1, 40));
            wheel.add(due, due, i);
        }
        int[] fired = new int[1];
        while (wheel.size() > 0) {
            long now = useful ? wheel.nextUsefulTick() : wheel.nextDueTick();
            wheel.advance(now, Integer.MAX_VALUE, (handle, due, id, payload) -> {
                assertThat(id).isEqualTo(now);
                fired[0]++;
            });
            assertThat(wheel.caughtUp()).isTrue();
        }
        assertThat(fired[0]).isEqualTo(TIMERS);
    }

    /**
     * One call per tick with a limit: a timer is late by no more ticks than the work before it takes, which is one unit
     * per timer due before it and one per move between rings, at most two within this spread.
     */
    @Test
    void oneBoundedCallPerTick_latenessIsBoundedByTheWorkInFront() {
        int limit = 50;
        int burst = 2_000;
        var wheel = new HierarchicalTimeWheel(0);
        for (int i = 0; i < burst; i++) {
            wheel.add(20_000, 20_000, i);
        }
        int[] fired = new int[1];
        for (long now = 1; wheel.size() > 0; now++) {
            long tick = now;
            int done = wheel.advance(now, limit, (handle, due, id, payload) -> {
                long late = tick - id;
                assertThat(late).isBetween(0L, (long) fired[0] / limit);
                fired[0]++;
            });
            assertThat(done).isLessThanOrEqualTo(limit);
        }
        assertThat(fired[0]).isEqualTo(burst);
    }

    /** After a pause everything due fires in the first advance, and what follows keeps its ticks. */
    @Test
    void pause_isCaughtUpWithWithoutDrift() {
        var wheel = new HierarchicalTimeWheel(0);
        var random = new SplittableRandom(13);
        for (int i = 0; i < TIMERS; i++) {
            long due = 1L + random.nextInt(SPREAD_TICKS);
            wheel.add(due, due, i);
        }
        long now = 0;
        while (wheel.size() > 0) {
            long before = now;
            now += 1 + random.nextInt(5_000);
            long reached = now;
            wheel.advance(now, Integer.MAX_VALUE, (handle, due, id, payload) -> assertThat(id)
                    .isGreaterThan(before)
                    .isLessThanOrEqualTo(reached));
        }
    }

    @Test
    void warmWheel_allocatesNothing() {
        var wheel = new HierarchicalTimeWheel(0);
        var random = new SplittableRandom(14);
        long[] handles = new long[20_000];
        long[] fired = new long[1];
        Expiry sink = (handle, due, id, payload) -> fired[0]++;
        long now = work(wheel, random, handles, sink, 0);
        now = work(wheel, random, handles, sink, now);
        var memory = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = memory.getCurrentThreadAllocatedBytes();
        work(wheel, random, handles, sink, now);
        long bytes = memory.getCurrentThreadAllocatedBytes() - before;
        assertThat(fired[0]).isPositive();
        assertThat(bytes).as("bytes of 40,000 adds, 10,000 cancels and 30,000 fires").isLessThan(4_096);
    }

    /** Adds, cancels and moves timers, then lets the rest fire; returns the tick reached. */
    private static long work(HierarchicalTimeWheel wheel, SplittableRandom random, long[] handles, Expiry sink,
            long start) {
        long now = start;
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < handles.length; i++) {
                handles[i] = wheel.add(now + 1 + random.nextInt(SPREAD_TICKS), i, round);
            }
            for (int i = 0; i < handles.length; i += 4) {
                wheel.cancel(handles[i]);
                wheel.reschedule(handles[i + 1], now + 1 + random.nextInt(SPREAD_TICKS));
            }
            for (long end = now + SPREAD_TICKS; now < end; now++) {
                wheel.advance(now, 1_000, sink);
            }
            wheel.advance(now, Integer.MAX_VALUE, sink);
        }
        return now;
    }
}
