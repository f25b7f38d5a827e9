package dev.millrace.log.file;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.log.ShardLog;
import dev.millrace.log.contract.Texts;
import dev.millrace.log.file.sim.InlineThreads;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Batches larger than what is prewritten of a segment at once, while the background is slower or faster than they. */
class LargeBatchTest {
    private static final int SEGMENT_BYTES = 4 << 20;
    /** More than the 2 MiB of which a segment that is begun in a hurry is prepared. */
    private static final int LARGE_BYTES = 2_600_000;
    private static final int SEEDS = 8;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void append_largeBatchAfterARollWithoutASpare_isWrittenAndReadBack(boolean direct) {
        for (int seed = 1; seed <= SEEDS; seed++) {
            Simulation simulation = new Simulation(128 << 20, direct);
            simulation.options = simulation.options.withSegmentBytes(SEGMENT_BYTES);
            simulation.threads = new InlineThreads(seed);
            ShardLog log = simulation.open();
            List<String> written = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                written.add(i + "x".repeat(LARGE_BYTES));
                Texts.append(log, written.getLast(), true);
                written.add("small " + i);
                Texts.append(log, written.getLast(), true);
            }
            simulation.losePowerAndRestart();
            assertThat(simulation.recovered.texts.equals(written)).as("everything is back, seed " + seed).isTrue();
        }
    }
}
