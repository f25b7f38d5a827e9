package dev.millrace.api.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.MessageId;
import dev.millrace.api.spi.Leased;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * How a worker shares itself between queues, against what its documentation promises: whatever queues fell silent and came
 * back before, from then on each gets its share; or the first that has something goes first. The same checks find
 * choosers that do not keep that.
 */
final class WorkLineTest {
    private static final int SEEDS = 300;
    private static final int SPELLS = 12;
    private static final int ROUNDS = 20;

    private final List<WorkLine> lines = new ArrayList<>();

    /** Chooses the line to be served. */
    interface Chooser {
        @Nullable
        WorkLine next(List<WorkLine> lines, boolean strict);
    }

    /** Choosers with one mistake each; all serve somebody whenever something waits. */
    enum Wrong implements Chooser {
        WEIGHTS_FORGOTTEN {
            @Override
            public WorkLine next(List<WorkLine> lines, boolean strict) {
                List<WorkLine> waiting = waiting(lines);
                waiting.forEach(line -> line.turn++);
                WorkLine best = waiting.get(0);
                for (WorkLine line : waiting) {
                    best = line.turn > best.turn ? line : best;
                }
                best.turn -= waiting.size();
                return best;
            }
        },
        SILENCE_SAVED_UP {
            @Override
            public WorkLine next(List<WorkLine> lines, boolean strict) {
                long total = 0;
                for (WorkLine line : lines) {
                    line.turn += line.weight;
                    total += line.weight;
                }
                WorkLine best = waiting(lines).get(0);
                for (WorkLine line : waiting(lines)) {
                    best = line.turn > best.turn ? line : best;
                }
                best.turn -= total;
                return best;
            }
        },
        DEBTS_KEPT {
            @Override
            public WorkLine next(List<WorkLine> lines, boolean strict) {
                long total = 0;
                WorkLine best = waiting(lines).get(0);
                for (WorkLine line : lines) {
                    if (line.waiting.isEmpty()) {
                        line.turn = 0;
                        continue;
                    }
                    line.turn += line.weight;
                    total += line.weight;
                    best = line.turn > best.turn ? line : best;
                }
                best.turn -= total;
                return best;
            }
        },
        HEAVIEST_FIRST {
            @Override
            public WorkLine next(List<WorkLine> lines, boolean strict) {
                WorkLine best = waiting(lines).get(0);
                for (WorkLine line : waiting(lines)) {
                    best = line.weight > best.weight ? line : best;
                }
                return best;
            }
        };

        private static List<WorkLine> waiting(List<WorkLine> lines) {
            return lines.stream().filter(line -> !line.waiting.isEmpty()).toList();
        }
    }

    @Test
    void weights_giveEachQueueItsShare() {
        for (int seed = 0; seed < SEEDS; seed++) {
            assertThat(unfair(WorkLine::next, seed)).as("seed %d", seed).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aChooserThatIsWrong_isFound(Wrong wrong) {
        int seed = 0;
        while (seed < SEEDS && unfair(wrong, seed).isEmpty()) {
            seed++;
        }
        assertThat(seed).isLessThan(SEEDS);
    }

    @Test
    void strict_servesTheFirstThatHasSomething() {
        for (int seed = 0; seed < SEEDS; seed++) {
            assertThat(outOfOrder(WorkLine::next, seed)).as("seed %d", seed).isEmpty();
        }
        assertThat(outOfOrder((all, strict) -> WorkLine.next(all, false), 0)).isNotEmpty();
    }

    @Test
    void next_whenNothingWaits_isNobody() {
        open(new Random(1));
        assertThat(WorkLine.next(lines, true)).isNull();
        assertThat(WorkLine.next(lines, false)).isNull();
    }

    /** What is unfair in some spells of queues that have something all the time; empty when nothing is. */
    private String unfair(Chooser chooser, long seed) {
        Random random = new Random(seed);
        open(random);
        for (int spell = 0; spell < SPELLS; spell++) {
            List<WorkLine> busy = change(random);
            int total = busy.stream().mapToInt(line -> line.weight).sum();
            int[] served = new int[lines.size()];
            int picks = 1 + random.nextInt(ROUNDS * total);
            for (int pick = 1; pick <= picks; pick++) {
                WorkLine line = chooser.next(lines, false);
                if (line == null || line.waiting.isEmpty()) {
                    return "nobody is served, or one that has nothing";
                }
                served[lines.indexOf(line)]++;
                for (WorkLine each : busy) {
                    double share = (double) pick * each.weight / total;
                    // What it was served before beyond its share, or less, is worth one round at most.
                    double most = busy.size() + 1;
                    int count = served[lines.indexOf(each)];
                    if (Math.abs(count - share) > most) {
                        return each.name + " of weight " + each.weight + " in " + total + " was served " + count
                                + " of the first " + pick + " times";
                    }
                }
            }
        }
        return "";
    }

    private String outOfOrder(Chooser chooser, long seed) {
        Random random = new Random(seed);
        open(random);
        for (int spell = 0; spell < SPELLS; spell++) {
            List<WorkLine> busy = change(random);
            for (int pick = 0; pick < ROUNDS * lines.size(); pick++) {
                WorkLine line = chooser.next(lines, true);
                if (line != busy.get(0)) {
                    return "not the first is served";
                }
            }
        }
        return "";
    }

    private void open(Random random) {
        lines.clear();
        int count = 2 + random.nextInt(4);
        for (int i = 0; i < count; i++) {
            int weight = 1 + random.nextInt(random.nextInt(3) > 0 ? 3 : 50);
            lines.add(new WorkLine("queue" + i, listener -> new CompletableFuture<>(), 1, weight));
        }
    }

    /** Some fall silent, others have something again; those that have. */
    private List<WorkLine> change(Random random) {
        for (WorkLine line : lines) {
            line.waiting.clear();
            if (random.nextInt(3) > 0) {
                line.waiting.add(new Held(new Leased(new MessageId(1), 1, Instant.EPOCH, new byte[0], 1,
                        (token, how) -> CompletableFuture.completedFuture(true)), line.name));
            }
        }
        List<WorkLine> busy = lines.stream().filter(line -> !line.waiting.isEmpty()).toList();
        return busy.isEmpty() ? change(random) : busy;
    }
}
