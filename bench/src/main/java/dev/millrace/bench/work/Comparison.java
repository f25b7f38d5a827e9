package dev.millrace.bench.work;

import dev.millrace.bench.contest.Contest;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Runs {@link Work} for all contestants in turn and prints the table. */
public final class Comparison {
    private static final List<String> CONTESTANTS = List.of("millrace", "millrace-1000", "db-scheduler-h2",
            "db-scheduler-postgresql");

    private Comparison() {}

    /**
     * Measures and prints.
     *
     * @param arguments
     *            folder for the table; folder for data, on the disk that is meant; rounds; seconds for each way of
     *            enqueueing; tasks to execute, for Millrace; the same for its peers; contestants, all if none is named
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path folder = Files.createDirectories(Path.of(arguments[0]));
        Path data = Path.of(arguments[1]);
        int rounds = Integer.parseInt(arguments[2]);
        List<String> contestants = arguments.length > 6 ? List.of(arguments).subList(6, arguments.length) : CONTESTANTS;
        Contest contest = new Contest(contestants);
        for (int round = 0; round < rounds; round++) {
            for (String contestant : contestants) {
                String tasks = contestant.startsWith("millrace") ? arguments[4] : arguments[5];
                Path own = data.resolve(contestant + "-" + round);
                contest.run(List.of("-Xms1g", "-Xmx1g", "--enable-native-access=ALL-UNNAMED"), Work.class,
                        List.of(contestant, own.toString(), tasks, arguments[3]));
                delete(own);
            }
        }
        String title = "tasks of 100 B, rounds " + rounds + ", seconds for each way of enqueueing " + arguments[3]
                + ", executed " + arguments[4] + " (peers " + arguments[5] + "), heap 1g";
        contest.print(title, System.out);
        try (PrintStream out = new PrintStream(Files.newOutputStream(folder.resolve("work.md")), false,
                StandardCharsets.UTF_8)) {
            contest.print(title, out);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
