package dev.millrace.verification.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.millrace.core.machine.PlantedBugs.Bug;
import dev.millrace.log.file.PlantedLogs;
import dev.millrace.verification.simulation.Mistakes.Mistake;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The simulator finds mistakes: each planted one within a stated number of seeds, counted from 1; and the seed that finds
 * it finds nothing when the mistake is not planted. How often each is found: {@code ./millrace simulate --planted all}.
 */
class PlantedBugsTest {
    /**
     * Mistakes that a shard which syncs each batch makes up for: it syncs before it takes a snapshot or releases a
     * segment. The log's own CrashPropertyTest finds them.
     */
    private static final Set<String> HIDDEN = Set.of("SNAPSHOT_BEFORE_LOG", "DELETE_BEFORE_SYNC");

    private static List<Mistake> mistakes() {
        return Mistakes.all();
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void aPlantedBug_isFoundAndNothingElse(Mistake mistake) {
        int limit = mistake.seeds();
        int seed = 1;
        while (seed <= limit && !mistake.isFoundBy(seed)) {
            seed++;
        }
        assertThat(seed).as("%s must be found within %d seeds", mistake, limit).isLessThanOrEqualTo(limit);
        System.out.println("PlantedBugsTest: " + mistake + " found by seed " + seed);
        SimulationPlan clean = mistake.clean(seed);
        assertThatCode(() -> Simulation.run(clean)).as("without %s", mistake).doesNotThrowAnyException();
    }

    @Test
    void everyBugHasItsNumberOfSeeds() {
        assertThat(names(false)).containsExactlyInAnyOrderElementsOf(Stream.of(Bug.values()).map(Enum::name).toList());
        assertThat(PlantedLogs.bugs())
                .containsExactlyInAnyOrderElementsOf(Stream.concat(names(true).stream(), HIDDEN.stream()).toList());
    }

    private static List<String> names(boolean inTheLog) {
        return Mistakes.all()
                .stream()
                .filter(mistake -> mistake.inTheLog() == inTheLog)
                .map(Mistake::name)
                .toList();
    }
}
