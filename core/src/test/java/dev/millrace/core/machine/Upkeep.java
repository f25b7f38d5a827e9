package dev.millrace.core.machine;

import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** What goes on beside the commands of a random test: snapshots, moves of bodies, and replays of what was written. */
final class Upkeep {
    private final MachineRig rig;
    private final SplittableRandom random;
    private @Nullable MemorySnapshot underWay;
    private @Nullable MemorySnapshot newest;
    private @Nullable MovePlan moves;
    private boolean movesCopied;

    Upkeep(MachineRig rig, SplittableRandom random) {
        this.rig = rig;
        this.random = random;
    }

    /** Snapshots are written while the machine works on. */
    void snapshot() {
        if (underWay == null) {
            underWay = random.nextInt(30) == 0 ? rig.snapshot() : null;
        } else if (underWay.goOn(1 + random.nextInt(20))) {
            newest = underWay;
            underWay = null;
        }
    }

    /** Bodies are moved while the machine works on: collected, copied, then moved where they are still needed. */
    void relocate() {
        if (moves == null) {
            if (random.nextInt(30) == 0) {
                rig.closeBatch();
                moves = rig.relocation();
                movesCopied = false;
            }
        } else if (!movesCopied) {
            movesCopied = moves.collect(1 + random.nextInt(30));
            if (movesCopied) {
                rig.closeBatch();
                rig.copy(moves);
            }
        } else if (moves.apply(1 + random.nextInt(10))) {
            moves = null;
        }
    }

    /** A machine made of all that was written, from the newest snapshot or the beginning; it and the rig's are settled. */
    Machine replayed() {
        rig.closeBatch();
        Machine replayed = rig.replayed(random.nextInt(3) == 0 ? null : newest);
        MachineRig.settle(rig.machine);
        MachineRig.settle(replayed);
        return replayed;
    }

    /** The process is gone: what was under way is lost, and a replayed machine goes on. */
    void goOnWith(Machine replayed) {
        rig.goOnWith(replayed);
        underWay = null;
        moves = null;
    }
}
