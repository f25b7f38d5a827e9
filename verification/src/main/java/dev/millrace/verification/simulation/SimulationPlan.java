package dev.millrace.verification.simulation;

import dev.millrace.core.machine.PlantedBugs;
import java.util.List;
import java.util.Set;

/**
 * What one run is to do.
 *
 * @param seed
 *            everything follows from it
 * @param shards
 *            how many
 * @param steps
 *            of the eventful part; then all faults end and everything is consumed
 * @param bugs
 *            planted in the shard
 * @param logBugs
 *            planted in the log, by name
 * @param workload
 *            what clients do
 * @param emphasis
 *            what happens oftener than elsewhere
 */
public record SimulationPlan(long seed, int shards, int steps, List<PlantedBugs.Bug> bugs, Set<String> logBugs,
        Workload workload, Emphasis emphasis) {
    static final int DEFAULT_STEPS = 2_500;

    public SimulationPlan {
        bugs = List.copyOf(bugs);
        logBugs = Set.copyOf(logBugs);
    }

    /** Messages, without bugs. */
    public static SimulationPlan of(long seed, int shards) {
        return of(seed, shards, Workload.MESSAGES);
    }

    /** Without bugs. */
    public static SimulationPlan of(long seed, int shards, Workload workload) {
        return new SimulationPlan(seed, shards, DEFAULT_STEPS, List.of(), Set.of(), workload,
                Emphasis.of(seed));
    }
}
