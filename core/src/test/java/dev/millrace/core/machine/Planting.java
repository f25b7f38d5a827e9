package dev.millrace.core.machine;

import java.util.List;

/** Plants bugs, for the simulator in room verification. */
public final class Planting {
    private Planting() {}

    public static PlantedBugs of(List<PlantedBugs.Bug> bugs) {
        return PlantedBugs.of(bugs);
    }
}
