package dev.millrace.verification.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.machine.PlantedBugs.Bug;
import dev.millrace.verification.process.ManagedProcess;
import dev.millrace.verification.process.MillraceProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process with the node, the door and the log that are shipped, whose disk loses the power at a random operation and
 * with it whatever was not synced; afterwards the real server opens the folder. {@code kill -9} cannot show this, since
 * the system still writes what a killed process had written. More rounds with {@code -Dcrash.rounds=N}, another seed with
 * {@code -Dcrash.seed=S}.
 */
class PowerCutTest {
    private static final int ROUNDS = Integer.getInteger("crash.rounds", 5);
    private static final int ROUNDS_FOR_A_BUG = 8;
    private static final long SEED = Long.getLong("crash.seed", new Random().nextInt(1_000_000));
    private static final Pattern LISTENS = Pattern.compile("nsq-tcp listening on 127\\.0\\.0\\.1:(\\d+)");
    private static final long LIMIT_MILLIS = 60_000;

    @TempDir private Path folder;

    @Test
    void nothingAcknowledgedIsLost() throws Exception {
        System.out.println("PowerCutTest: seed " + SEED + ", " + ROUNDS + " rounds");
        Journal journal = new Journal();
        Random random = new Random(SEED);
        for (int round = 0; round < ROUNDS; round++) {
            lifeUntilThePowerGoes(journal, "r" + round, random.nextLong(), 1_000, List.of());
        }
        assertThat(consumeAll(journal)).as("figures, seed %d", SEED).isEmpty();
        System.out.println("PowerCutTest: " + journal);
        assertThat(journal.acknowledged()).as("messages acknowledged").isPositive();
        assertThat(journal.missing()).as("acknowledged and lost, seed %d", SEED).isEmpty();
        assertThat(journal.broken()).as("seed %d", SEED).isEmpty();
    }

    /** The test above can fail: a server that answers before it has synced is found. */
    @Test
    void aServerThatAnswersBeforeItSyncs_isFound() throws Exception {
        Random random = new Random(SEED);
        List<String> lost = new ArrayList<>();
        int rounds = 0;
        while (lost.isEmpty() && rounds < ROUNDS_FOR_A_BUG) {
            rounds++;
            Journal journal = new Journal();
            lifeUntilThePowerGoes(journal, "b" + rounds, random.nextLong(), 300, List.of(Bug.REPLY_BEFORE_DURABLE));
            consumeAll(journal);
            lost.addAll(journal.missing());
            lost.addAll(journal.broken());
        }
        System.out.println("PowerCutTest: answered too early, found in round " + rounds);
        assertThat(lost).as("seed %d", SEED).isNotEmpty();
    }

    private void lifeUntilThePowerGoes(Journal journal, String name, long seed, int mostOperations, List<Bug> bugs)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED", "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                PowerCutServer.class.getName(), folder.resolve("data").toString(), "" + seed, "50",
                "" + mostOperations));
        bugs.forEach(bug -> command.add(bug.name()));
        try (ManagedProcess process = ManagedProcess.start(command, folder, Map.of())) {
            int port = Integer.parseInt(process.await(LISTENS, LIMIT_MILLIS).group(1));
            InetSocketAddress server = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
            // A server with a bug would notice it by itself if it delivered what it has not written.
            Load load = bugs.isEmpty() ? Load.start(server, journal, name, seed)
                    : Load.publish(server, journal, name, seed);
            int status = process.awaitExit(LIMIT_MILLIS);
            assertThat(status).as(process.tail(20)).isEqualTo(PowerCutDisk.STATUS);
            load.awaitEnd();
        }
    }

    private List<String> consumeAll(Journal journal) throws IOException, InterruptedException {
        try (MillraceProcess server = MillraceProcess.start(folder.resolve("data"))) {
            return new Finale(server.address("nsq-tcp"), server.address("http"), journal).consumeAll();
        }
    }
}
