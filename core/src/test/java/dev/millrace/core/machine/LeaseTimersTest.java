package dev.millrace.core.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Leases end exactly when they should, in queues and in the wheel alike. */
class LeaseTimersTest {
    private final LeaseTable leases = new LeaseTable();
    private final LeaseTimers timers = new LeaseTimers(leases, 0);
    private final TreeMap<Integer, Long> deadlines = new TreeMap<>();
    private long nowMillis;

    private void lease(long length) {
        long deadline = nowMillis + length;
        int slot = leases.allocate(1L << 16, LeaseTable.place(3, 7), 0, 1, deadline);
        assertThat(LeaseTable.ordinalOf(leases.place(slot))).isEqualTo(7);
        timers.add(slot, deadline);
        deadlines.put(slot, deadline);
    }

    private void end(int slot) {
        timers.cancel(slot);
        leases.free(slot);
        deadlines.remove(slot);
    }

    private int any(SplittableRandom random) {
        List<Integer> slots = new ArrayList<>(deadlines.keySet());
        return slots.get(random.nextInt(slots.size()));
    }

    private void pass(long millis, int limit) {
        nowMillis += millis;
        timers.begin(nowMillis);
        do {
            timers.advance(nowMillis, limit, slot -> {
                assertThat(deadlines.get(slot)).isLessThanOrEqualTo(nowMillis);
                end(slot);
            });
        } while (!timers.caughtUp());
        assertThat(deadlines.values()).allMatch(deadline -> deadline > nowMillis);
        long next = deadlines.values().stream().mapToLong(Long::longValue).min().orElse(Long.MAX_VALUE);
        assertThat(timers.nextDueMillis()).isLessThanOrEqualTo(next).isGreaterThan(nowMillis);
    }

    @Test
    void randomLeases_endWhenTheyAreDue_andNeverBefore() {
        SplittableRandom random = new SplittableRandom(11);
        for (int step = 0; step < 20_000; step++) {
            int dice = random.nextInt(10);
            if (dice < 5 || deadlines.isEmpty()) {
                lease(random.nextInt(3) > 0 ? 60 : 1 + random.nextInt(step < 10_000 ? 5 : 2_000));
            } else if (dice < 7) {
                end(any(random));
            } else if (dice < 9) {
                int slot = any(random);
                long deadline = nowMillis + 1 + random.nextInt(500);
                leases.deadline(slot, deadline);
                timers.move(slot, deadline);
                deadlines.put(slot, deadline);
            } else {
                pass(random.nextInt(40), 1 + random.nextInt(10));
            }
        }
        pass(10_000, 100);
        assertThat(deadlines).isEmpty();
        assertThat(leases.live()).isZero();
    }

    @Test
    void leasesOfOneLength_needOneQueue_andEndInOrder() {
        for (int i = 0; i < 1_000; i++) {
            lease(100);
            nowMillis++;
            timers.begin(nowMillis);
        }
        assertThat(timers.queues()).isEqualTo(1);
        List<Integer> ended = new ArrayList<>();
        timers.advance(nowMillis + 100, 10_000, slot -> {
            ended.add(slot);
            end(slot);
        });
        assertThat(ended).isSorted().hasSize(1_000);
    }

    @Test
    void recoveredLeases_endByTheirDeadline_thoseOfNobodyAfterTheGrace() {
        int bound = leases.allocate(1L << 16, LeaseTable.place(1, 1), 0, 5, 50);
        int nobodys = leases.allocate(1L << 16, LeaseTable.place(1, 1), 0, LeaseTable.NOBODY, 50);
        LeaseTimers fresh = new LeaseTimers(leases, 100);
        fresh.adopt(200);
        Map<Integer, Long> ended = new TreeMap<>();
        for (long now = 101; now <= 200; now++) {
            long at = now;
            fresh.begin(now);
            fresh.advance(now, 10, slot -> ended.put(slot, at));
        }
        assertThat(ended).isEqualTo(Map.of(bound, 101L, nobodys, 200L));
    }
}
