package dev.millrace.verification.simulation;

import dev.millrace.core.machine.PlantedBugs.Bug;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The mistakes that can be planted in what is simulated, and where each must be found. */
final class Mistakes {
    /**
     * One of them.
     *
     * @param name
     *            that of the constant in the room where it is planted
     * @param inTheLog
     *            there, or in the shard
     * @param seeds
     *            within how many, counted from 1, it must be found
     */
    record Mistake(String name, boolean inTheLog, int seeds, Workload workload, Emphasis emphasis) {
        /** The run of a seed in which it is planted, with 1 and 3 shards in turn; 3 where they send each other mail. */
        SimulationPlan planted(long seed) {
            return plan(seed, inTheLog ? List.of() : List.of(Bug.valueOf(name)), inTheLog ? Set.of(name) : Set.of());
        }

        /** The same run without it. */
        SimulationPlan clean(long seed) {
            return plan(seed, List.of(), Set.of());
        }

        private SimulationPlan plan(long seed, List<Bug> bugs, Set<String> logBugs) {
            int shards = seed % 2 == 0 && workload != Workload.FLOWS ? 1 : 3;
            return new SimulationPlan(seed, shards, SimulationPlan.DEFAULT_STEPS, bugs, logBugs, workload, emphasis);
        }

        /** Whether the run of this seed finds it. */
        boolean isFoundBy(long seed) {
            try {
                Simulation.run(planted(seed));
                return false;
            } catch (Violation found) {
                return true;
            }
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static final List<Mistake> IN_THE_SHARD = List.of(
            messages(Bug.REPLY_BEFORE_DURABLE, 5, Emphasis.NONE),
            messages(Bug.QUERY_FROM_UNDURABLE, 10, Emphasis.QUESTIONS),
            messages(Bug.TOKEN_NOT_CHECKED, 5, Emphasis.NONE),
            messages(Bug.ATTEMPT_NOT_COUNTED, 5, Emphasis.NONE),
            messages(Bug.TICK_EARLY, 20, Emphasis.NONE),
            messages(Bug.LEASE_FORGOTTEN, 5, Emphasis.NONE),
            messages(Bug.DELAY_FROM_CYCLE_START, 20, Emphasis.NONE),
            messages(Bug.COPIES_NOT_SYNCED, 60, Emphasis.MOVES),
            messages(Bug.TOPIC_NUMBER_TRUSTED, 10, Emphasis.NONE));
    private static final List<Mistake> IN_TASKS = List.of(
            tasks(Bug.UNIQUE_WINDOW_SHORT, 20, Emphasis.NONE),
            tasks(Bug.KEY_RELEASED_TWICE, 5, Emphasis.NONE),
            tasks(Bug.LIMIT_SLOT_LOST, 10, Emphasis.NONE),
            tasks(Bug.CANCEL_FORGOTTEN, 10, Emphasis.NONE),
            tasks(Bug.EXPIRY_LATE, 20, Emphasis.NONE),
            tasks(Bug.PRIORITY_FORGOTTEN, 10, Emphasis.NONE),
            tasks(Bug.AGEING_FORGOTTEN, 20, Emphasis.NONE),
            tasks(Bug.WALL_NOT_FOLLOWED, 20, Emphasis.NONE));
    private static final List<Mistake> IN_FLOWS = List.of(
            flows(Bug.GRACE_SHORT, 20, Emphasis.NONE),
            flows(Bug.MEMBER_COUNTED_TWICE, 20, Emphasis.NONE),
            flows(Bug.MAIL_NOT_FORGOTTEN, 5, Emphasis.NONE),
            flows(Bug.LETTER_TAKEN_TWICE, 5, Emphasis.NONE),
            flows(Bug.LETTER_NOT_CALLED_BACK, 30, Emphasis.LETTERS),
            flows(Bug.STEP_AFTER_DEATH, 5, Emphasis.NONE),
            flows(Bug.MEMBER_LOST, 10, Emphasis.NONE),
            flows(Bug.GATHER_DELAY_FORGOTTEN, 20, Emphasis.NONE));
    private static final List<Mistake> IN_THE_LOG = List.of(
            log("TRUST_SECOND_SYNC", 5, Emphasis.FAILED_SYNCS),
            log("SKIP_FOLDER_SYNC", 5, Emphasis.NONE),
            log("ACCEPT_STALE_BATCH", 30, Emphasis.REUSED_FILES),
            log("CUT_LAST_ACKNOWLEDGED", 5, Emphasis.NONE));

    private Mistakes() {}

    /** All that the simulator must find. */
    static List<Mistake> all() {
        return Stream.of(IN_THE_SHARD, IN_TASKS, IN_FLOWS, IN_THE_LOG).flatMap(List::stream).toList();
    }

    private static Mistake messages(Bug bug, int seeds, Emphasis emphasis) {
        return new Mistake(bug.name(), false, seeds, Workload.MESSAGES, emphasis);
    }

    private static Mistake tasks(Bug bug, int seeds, Emphasis emphasis) {
        return new Mistake(bug.name(), false, seeds, Workload.TASKS, emphasis);
    }

    private static Mistake flows(Bug bug, int seeds, Emphasis emphasis) {
        return new Mistake(bug.name(), false, seeds, Workload.FLOWS, emphasis);
    }

    private static Mistake log(String bug, int seeds, Emphasis emphasis) {
        return new Mistake(bug, true, seeds, Workload.MESSAGES, emphasis);
    }
}
