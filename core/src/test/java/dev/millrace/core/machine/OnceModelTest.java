package dev.millrace.core.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.message.Ids;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Publishes with keys against a map: a key is held for its window, also after snapshots, replays and moves. */
class OnceModelTest {
    private static final int STEPS = 600;

    private record Hold(long id, long endsMillis) {}

    private SplittableRandom random = new SplittableRandom(0);
    private MachineRig rig = new MachineRig(0);
    private final TreeMap<String, Hold> holds = new TreeMap<>();
    private long published;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void randomPublishes_areTakenOnceInTheirWindow(long seed) {
        random = new SplittableRandom(seed);
        rig = new MachineRig(Ids.EPOCH_MILLIS + random.nextLong(1L << 40));
        Upkeep upkeep = new Upkeep(rig, random);
        rig.machine.createTopic("orders", false);
        for (int step = 0; step < STEPS; step++) {
            if (random.nextInt(3) > 0) {
                publish("key" + random.nextInt(12));
            } else {
                passTime(random.nextInt(3) == 0 ? untilAWindowEnds() : random.nextLong(40));
            }
            upkeep.snapshot();
            upkeep.relocate();
            if (random.nextInt(40) == 0) {
                Machine replayed = upkeep.replayed();
                assertThat(replayed.digest()).isEqualTo(rig.machine.digest());
                upkeep.goOnWith(replayed);
            }
        }
        assertThat(topic().accepted()).isEqualTo(published);
        passTime(10_000);
        assertThat(topic().uniques().rows.size()).isZero();
        assertThat(topic().uniques().moved.size()).isZero();
    }

    private Topic topic() {
        return rig.machine.topic("orders");
    }

    private void publish(String key) {
        // Half of a hash has one of two values, so that keys are told apart by the other half alone.
        long high = 1L + (key.hashCode() & 1);
        long low = key.hashCode();
        Hold hold = holds.get(key);
        long holder = hold == null || hold.endsMillis <= rig.nowMillis ? 0 : hold.id;
        assertThat(rig.machine.operations().published(topic(), high, low)).as(key).isEqualTo(holder);
        if (holder != 0) {
            return;
        }
        byte[] body = new byte[1 + random.nextInt(200)];
        long delay = random.nextInt(3) == 0 ? 1 + random.nextLong(100) : 0;
        long window = 1 + random.nextLong(500);
        long id = delay > 0
                ? rig.machine.defer(topic(), MachineRig.bodies(List.of(body)), 0, rig.machine.after(delay))
                : rig.machine.publish(topic(), MachineRig.bodies(List.of(body)), 0, 1);
        rig.machine.operations().publishedOnce(topic(), high, low, id, window);
        holds.put(key, new Hold(id, rig.nowMillis + 1 + window));
        published++;
    }

    /** To the last millisecond of a window, or the one after it. */
    private long untilAWindowEnds() {
        return random.nextInt(2) + holds.values()
                .stream()
                .mapToLong(hold -> hold.endsMillis - 1 - rig.nowMillis)
                .filter(left -> left > 0)
                .min()
                .orElse(0);
    }

    private void passTime(long millis) {
        rig.passTime(millis, millis);
        while (!rig.machine.advance(1 + random.nextInt(100))) {
            // a slice
        }
    }
}
