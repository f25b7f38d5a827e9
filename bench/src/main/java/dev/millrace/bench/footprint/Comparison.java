package dev.millrace.bench.footprint;

import dev.millrace.bench.contest.Contest;
import dev.millrace.bench.contest.PageCache;
import dev.millrace.verification.process.Folders;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Fills and restarts one shape after the other, each in JVMs of its own, and prints one table. */
public final class Comparison {
    private static final List<String> SHAPES = List.of("retrying", "stuck", "ten-groups", "keys");
    private static final double HEAP_BYTES = 40;
    private static final double RESTART_SECONDS = 10;

    private Comparison() {}

    /**
     * Measures and prints.
     *
     * @param arguments
     *            folder for the table; folder for data, on the disk that is meant; messages of each shape; heap limit;
     *            shapes, those of M6 if none is named
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path folder = Files.createDirectories(Path.of(arguments[0]));
        Path data = Path.of(arguments[1]);
        List<String> shapes = arguments.length > 4 ? List.of(arguments).subList(4, arguments.length) : SHAPES;
        shapes.forEach(Shape::of);
        Contest contest = new Contest(shapes);
        boolean cold = true;
        for (String shape : shapes) {
            Path own = data.resolve(shape);
            try {
                run(contest, shape, own, "fill", arguments);
                cold &= PageCache.drop();
                run(contest, shape, own, "restart", arguments);
            } finally {
                Folders.delete(own);
            }
        }
        String title = arguments[2] + " messages of 100 B in each shape, heap " + arguments[3]
                + ", level os, page cache "
                + (cold ? "" : "not ") + "dropped before the restart";
        try (PrintStream file = new PrintStream(Files.newOutputStream(folder.resolve("footprint.md")), false,
                StandardCharsets.UTF_8)) {
            for (PrintStream out : List.of(System.out, file)) {
                contest.print(title, out);
                judge(contest, out);
            }
        }
    }

    private static void run(Contest contest, String shape, Path data, String phase, String... arguments)
            throws IOException, InterruptedException {
        System.out.println(shape + ": " + phase);
        contest.run(
                List.of("-Xmx" + arguments[3], "-XX:+UseCompactObjectHeaders", "--enable-native-access=ALL-UNNAMED"),
                Main.class, List.of("--shape", shape, "--messages", arguments[2], "--data", data.toString(), "--phase",
                        phase));
    }

    private static void judge(Contest contest, PrintStream out) {
        double heap = Math.max(contest.greatest(Main.HEAP_EACH), contest.greatest(Main.HEAP_EACH_RESTARTED));
        double restart = contest.greatest(Main.RESTART_SECONDS);
        out.printf(Locale.ROOT, "%nM6: heap at most %.1f B for each, budget %.0f: %s%n", heap, HEAP_BYTES,
                heap <= HEAP_BYTES ? "met" : "**not met**");
        out.printf(Locale.ROOT, "M6: restart at most %.1f s, budget %.0f: %s%n", restart, RESTART_SECONDS,
                restart <= RESTART_SECONDS ? "met" : "**not met**");
    }
}
