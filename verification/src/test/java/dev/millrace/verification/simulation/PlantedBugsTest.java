package dev.millrace.verification.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.millrace.core.machine.PlantedBugs.Bug;
import dev.millrace.log.file.PlantedLogs;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The simulator finds mistakes: each planted one within a stated number of seeds, counted from 1, with 1 and 3 shards in
 * turn; and the seed that finds it finds nothing when the mistake is not planted.
 */
class PlantedBugsTest {
    /** Mistakes in the shard, and within how many seeds they must be found. */
    private static final Map<Bug, Integer> IN_THE_SHARD = Map.of(Bug.REPLY_BEFORE_DURABLE, 5,
            Bug.QUERY_FROM_UNDURABLE, 60, Bug.TOKEN_NOT_CHECKED, 5, Bug.ATTEMPT_NOT_COUNTED, 5, Bug.TICK_EARLY, 20,
            Bug.LEASE_FORGOTTEN, 5, Bug.DELAY_FROM_CYCLE_START, 20,
            Bug.COPIES_NOT_SYNCED, 60, Bug.TOPIC_NUMBER_TRUSTED, 10);
    /** Mistakes in task queues. */
    private static final Map<Bug, Integer> IN_TASKS = Map.of(Bug.UNIQUE_WINDOW_SHORT, 20, Bug.KEY_RELEASED_TWICE, 5,
            Bug.LIMIT_SLOT_LOST, 10, Bug.CANCEL_FORGOTTEN, 10, Bug.EXPIRY_LATE, 40, Bug.PRIORITY_FORGOTTEN, 10,
            Bug.AGEING_FORGOTTEN, 20, Bug.WALL_NOT_FOLLOWED, 20);
    /** Mistakes in what follows tasks, and in the mail between shards: always with 3 of them. */
    private static final Map<Bug, Integer> IN_FLOWS = Map.of(Bug.GRACE_SHORT, 20, Bug.MEMBER_COUNTED_TWICE, 20,
            Bug.MAIL_NOT_FORGOTTEN, 5, Bug.LETTER_TAKEN_TWICE, 5, Bug.LETTER_NOT_CALLED_BACK, 40, Bug.STEP_AFTER_DEATH,
            5, Bug.MEMBER_LOST, 10, Bug.GATHER_DELAY_FORGOTTEN, 20);
    /** Mistakes in the file log. */
    private static final Map<String, Integer> IN_THE_LOG = Map.of("TRUST_SECOND_SYNC", 80, "SKIP_FOLDER_SYNC", 5,
            "ACCEPT_STALE_BATCH", 60, "CUT_LAST_ACKNOWLEDGED", 5);
    /**
     * Mistakes that a shard which syncs each batch makes up for: it syncs before it takes a snapshot or releases a
     * segment. The log's own CrashPropertyTest finds them.
     */
    private static final Set<String> HIDDEN = Set.of("SNAPSHOT_BEFORE_LOG", "DELETE_BEFORE_SYNC");

    private static Stream<String> bugs() {
        return Stream.concat(
                Stream.of(Bug.values()).map(Enum::name),
                IN_THE_LOG.keySet().stream().sorted());
    }

    @ParameterizedTest
    @MethodSource("bugs")
    void aPlantedBug_isFoundAndNothingElse(String bug) {
        boolean inTheLog = IN_THE_LOG.containsKey(bug);
        int limit = inTheLog ? IN_THE_LOG.getOrDefault(bug, 0) : seeds(Bug.valueOf(bug));
        List<Bug> planted = inTheLog ? List.of() : List.of(Bug.valueOf(bug));
        Set<String> plantedInLog = inTheLog ? Set.of(bug) : Set.of();
        int seed = 1;
        while (seed <= limit && passes(plan(seed, planted, plantedInLog, workload(planted)))) {
            seed++;
        }
        assertThat(seed).as("%s must be found within %d seeds", bug, limit).isLessThanOrEqualTo(limit);
        System.out.println("PlantedBugsTest: " + bug + " found by seed " + seed);
        SimulationPlan clean = plan(seed, List.of(), Set.of(), workload(planted));
        assertThatCode(() -> Simulation.run(clean)).as("without %s", bug).doesNotThrowAnyException();
    }

    private static int seeds(Bug bug) {
        return IN_FLOWS.getOrDefault(bug, IN_TASKS.getOrDefault(bug, IN_THE_SHARD.getOrDefault(bug, 0)));
    }

    private static Workload workload(List<Bug> planted) {
        if (planted.stream().anyMatch(IN_FLOWS::containsKey)) {
            return Workload.FLOWS;
        }
        return planted.stream().anyMatch(IN_TASKS::containsKey) ? Workload.TASKS : Workload.MESSAGES;
    }

    @Test
    void everyBugHasItsNumberOfSeeds() {
        assertThat(Stream.of(IN_THE_SHARD.keySet(), IN_TASKS.keySet(), IN_FLOWS.keySet()).flatMap(Set::stream))
                .containsExactlyInAnyOrder(Bug.values());
        assertThat(PlantedLogs.bugs()).containsExactlyInAnyOrderElementsOf(
                Stream.concat(IN_THE_LOG.keySet().stream(), HIDDEN.stream()).toList());
    }

    private static SimulationPlan plan(long seed, List<Bug> bugs, Set<String> logBugs, Workload workload) {
        int shards = seed % 2 == 0 && workload != Workload.FLOWS ? 1 : 3;
        return new SimulationPlan(seed, shards, SimulationPlan.DEFAULT_STEPS, bugs, logBugs,
                workload);
    }

    private static boolean passes(SimulationPlan plan) {
        try {
            Simulation.run(plan);
            return true;
        } catch (Violation found) {
            return false;
        }
    }
}
