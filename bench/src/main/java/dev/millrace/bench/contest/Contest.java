package dev.millrace.bench.contest;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Figures of several contestants, gathered round by round from JVMs that measure one contestant each, printed as a table
 * of medians (min–max).
 *
 * <p>
 * Thread safety: one thread.
 */
public final class Contest {
    private static final String MARK = "figure";
    /** The variable that names a command to start each contestant's JVM by, for example {@code taskset -c 0,1}. */
    private static final String WITH = "MILLRACE_BENCH_WITH";

    private final List<String> contestants;
    private final Map<String, Map<String, List<Double>>> figures = new LinkedHashMap<>();

    public Contest(List<String> contestants) {
        this.contestants = List.copyOf(contestants);
    }

    /** Called in the JVM of a contestant: tells one figure. */
    public static void tell(String contestant, String figure, double value) {
        System.out.println(MARK + "\t" + contestant + "\t" + figure + "\t" + value);
    }

    /**
     * Runs a main class in a JVM with this one's class path and takes the figures that it tells.
     *
     * @param options
     *            for the JVM
     * @throws IllegalStateException
     *             when it ends with another status than 0; its message is on the standard error
     */
    public void run(List<String> options, Class<?> main, List<String> arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        String with = System.getenv(WITH);
        if (with != null && !with.isBlank()) {
            command.addAll(List.of(with.strip().split(" +", -1)));
        }
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(arguments);
        Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                take(line);
            }
        }
        int status = process.waitFor();
        if (status != 0) {
            throw new IllegalStateException(main.getSimpleName() + " " + String.join(" ", arguments)
                    + " ended with status " + status + "; its message is above");
        }
    }

    /** Takes what a line tells, if it tells a figure. */
    void take(String line) {
        List<String> parts = List.of(line.split("\t", -1));
        if (parts.size() == 4 && parts.getFirst().equals(MARK)) {
            figures.computeIfAbsent(parts.get(2), figure -> new LinkedHashMap<>())
                    .computeIfAbsent(parts.get(1), who -> new ArrayList<>())
                    .add(Double.parseDouble(parts.get(3)));
        }
    }

    /** The greatest value of a figure among all contestants; 0 where nobody told any. */
    public double greatest(String figure) {
        return figures.getOrDefault(figure, Map.of())
                .values()
                .stream()
                .flatMap(List::stream)
                .mapToDouble(Double::doubleValue)
                .max()
                .orElse(0);
    }

    /** Prints a Markdown table: a row a figure, a column a contestant, a dash where somebody told nothing. */
    public void print(String title, PrintStream out) {
        out.println("\n### " + title + "\n");
        out.println("| figure | " + String.join(" | ", contestants) + " |");
        out.println("|---|" + "---|".repeat(contestants.size()));
        figures.forEach((figure, values) -> {
            List<String> cells = contestants.stream().map(who -> cell(values.getOrDefault(who, List.of()))).toList();
            out.println("| " + figure + " | " + String.join(" | ", cells) + " |");
        });
        out.flush();
    }

    private static String cell(List<Double> values) {
        if (values.isEmpty()) {
            return "–";
        }
        List<Double> sorted = values.stream().sorted().toList();
        String median = text(sorted.get(sorted.size() / 2));
        return sorted.size() == 1
                ? median
                : median + " (" + text(sorted.getFirst()) + "–" + text(sorted.getLast()) + ")";
    }

    private static String text(double value) {
        double size = Math.abs(value);
        return String.format(Locale.ROOT,
                size < 1 ? "%.3f" : size < 10 ? "%.2f" : size < 100 ? "%.1f" : size < 10_000 ? "%.0f" : "%,.0f", value);
    }
}
