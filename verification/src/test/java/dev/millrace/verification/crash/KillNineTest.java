package dev.millrace.verification.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.verification.process.MillraceProcess;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real server is killed with SIGKILL at random moments while real clients publish and consume, and started again on
 * the same folder. More rounds with {@code -Dcrash.rounds=N}, another seed with {@code -Dcrash.seed=S}.
 */
class KillNineTest {
    private static final int ROUNDS = Integer.getInteger("crash.rounds", 5);
    private static final long SEED = Long.getLong("crash.seed", new Random().nextInt(1_000_000));

    @TempDir private Path folder;

    @Test
    void nothingAcknowledgedIsLost_attemptsCountOn_figuresAddUp() throws Exception {
        System.out.println("KillNineTest: seed " + SEED + ", " + ROUNDS + " rounds");
        Random random = new Random(SEED);
        Journal journal = new Journal();
        MillraceProcess server = MillraceProcess.start(folder.resolve("data"));
        try {
            for (int round = 0; round < ROUNDS; round++) {
                Load load = Load.start(server.address("nsq-tcp"), journal, "r" + round, random.nextLong());
                journal.awaitAcknowledged(journal.acknowledged() + 100 + random.nextInt(3_000));
                server.kill();
                load.awaitEnd();
                server = server.restart();
            }
            Finale finale = new Finale(server.address("nsq-tcp"), server.address("http"), journal);
            assertThat(finale.consumeAll()).as("figures, seed %d", SEED).isEmpty();
        } finally {
            server.close();
        }
        System.out.println("KillNineTest: " + journal);
        assertThat(journal.acknowledged()).as("messages acknowledged").isPositive();
        assertThat(journal.missing()).as("acknowledged and lost, seed %d", SEED).isEmpty();
        assertThat(journal.broken()).as("seed %d", SEED).isEmpty();
    }
}
