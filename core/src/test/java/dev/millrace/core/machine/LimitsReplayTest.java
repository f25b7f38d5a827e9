package dev.millrace.core.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.message.EnvelopeWriter;
import org.junit.jupiter.api.Test;

/** Limits that change let one of each key go: in the same order after a snapshot, whose tables came about otherwise. */
class LimitsReplayTest {
    private static final int KEYS = 700;

    private final MachineRig rig = new MachineRig(1_600_000_000_000L);

    private Group workers() {
        return rig.machine.group("tasks", "workers");
    }

    private void enqueueOneOfEachKey() {
        for (int key = 0; key < KEYS; key++) {
            rig.machine.tracked()
                    .enqueue(rig.machine.topic("tasks"),
                            FlowMessages.source(new EnvelopeWriter().limitKey("key " + key), "body"), 0);
        }
    }

    private int lease() {
        return rig.machine.lease(workers(), 1, rig.nowMillis + 1_000_000, 10 * KEYS, DeliverySink.NONE);
    }

    @Test
    void limitsThatChangeAfterASnapshot_areReplayed() {
        Topic topic = rig.machine.createTopic("tasks", false);
        rig.machine.createGroup(topic, "workers", false, true);
        rig.machine.tracked().track(topic);
        rig.machine.tracked().limits(workers(), new GroupLimits(1, 0, 1_000, 0));
        enqueueOneOfEachKey();
        assertThat(lease()).isEqualTo(KEYS);
        enqueueOneOfEachKey();
        assertThat(lease()).isZero();
        MemorySnapshot snapshot = rig.snapshot();
        while (!snapshot.goOn(1_000)) {
            // a slice
        }
        rig.machine.tracked().limits(workers(), new GroupLimits(2, 0, 1_000, 0));
        assertThat(lease()).isEqualTo(KEYS);
        rig.closeBatch();
        assertThat(rig.replayed(snapshot).digest()).isEqualTo(rig.machine.digest());
    }
}
