package dev.millrace.verification.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A short run of the simulator; each seed runs twice and must do the same both times. */
final class SimulationSmokeTest {
    @ParameterizedTest
    @CsvSource({"785885899, 3", "2, 3", "5, 3", "1, 1", "1, 3", "3, 1", "4, 3", "6, 3", "32, 3", "40, 1", "51, 1",
        "137, 3", "1193, 3"})
    void aLifeOfCrashes_breaksNothing(long seed, int shards) {
        twice(seed, shards, Workload.MESSAGES);
    }

    @ParameterizedTest
    @CsvSource({"12, 1, TASKS", "13, 3, TASKS", "30, 1, TASKS",
        "2, 1, MIXED", "2, 3, FLOWS", "5, 3, FLOWS"})
    void aLifeOfCrashesWithTasks_breaksNothing(long seed, int shards, Workload workload) {
        twice(seed, shards, workload);
    }

    private static void twice(long seed, int shards, Workload workload) {
        System.out.println("SimulationSmokeTest: seed " + seed + " with " + shards + " shards, " + workload);
        SimulationResult result = Main.runTwice(SimulationPlan.of(seed, shards, workload));
        assertThat(result.events()).isPositive();
        assertThat(result.crashes()).isPositive();
    }
}
