package dev.millrace.log.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Random lives of a log on a disk that loses power, and the proof that they find mistakes. */
class CrashPropertyTest {
    private static final int SEEDS = Integer.getInteger("log.seeds", 400);
    private static final long FIRST = Long.getLong("log.firstSeed", 1);

    /** Seeds within which each planted mistake must be found. */
    private static final Map<PlantedBug, Integer> FOUND_WITHIN = Map.of(PlantedBug.TRUST_SECOND_SYNC, 400,
            PlantedBug.SNAPSHOT_BEFORE_LOG, 400, PlantedBug.DELETE_BEFORE_SYNC, 400, PlantedBug.SKIP_FOLDER_SYNC, 50,
            PlantedBug.ACCEPT_STALE_BATCH, 400, PlantedBug.CUT_LAST_ACKNOWLEDGED, 50);

    @Test
    void everyPromiseHoldsWhateverTheDiskDoes() {
        for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
            new CrashRun(seed, Set.of()).run();
        }
        System.out.println("CrashPropertyTest: seeds " + FIRST + " to " + (FIRST + SEEDS - 1));
    }

    /** Before and after every write, sync, rename and deletion of some lives, whatever their order. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 6})
    void thePowerMayGoAtAnyOperation(long seed) {
        boolean cut = true;
        for (long operation = 1; cut; operation++) {
            CrashRun run = new CrashRun(seed, Set.of(), operation);
            run.run();
            cut = run.wasCut();
        }
    }

    @ParameterizedTest
    @EnumSource(PlantedBug.class)
    void aPlantedMistakeIsFound(PlantedBug bug) {
        int limit = FOUND_WITHIN.getOrDefault(bug, 0);
        long seed = 1;
        while (seed <= limit && passes(seed, bug)) {
            seed++;
        }
        assertThat(seed).as("%s must be found within %d seeds", bug, limit).isLessThanOrEqualTo(limit);
        System.out.println("CrashPropertyTest: " + bug + " found by seed " + seed);
    }

    private static boolean passes(long seed, PlantedBug bug) {
        try {
            new CrashRun(seed, EnumSet.of(bug)).run();
            return true;
        } catch (AssertionError found) {
            return false;
        }
    }
}
