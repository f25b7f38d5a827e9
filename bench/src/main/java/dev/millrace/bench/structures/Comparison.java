package dev.millrace.bench.structures;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Runs {@link Figures} for several contestants in turn, each time in a JVM of its own with the heap touched beforehand,
 * and prints one table per section: median (min–max) of the rounds.
 */
public final class Comparison {
    static final String MARK = "figure";
    /** The variable that names a command to start each contestant's JVM by, for example {@code taskset -c 0,1}. */
    private static final String WITH = "MILLRACE_BENCH_WITH";

    /** What is measured, by whom, and with how much heap. Names are group, dash, rest. */
    private enum Section {
        TIMERS_4("timer", "millrace millrace-object millrace-lock service netty agrona kafka stpe", "10000", "1g"),

        TIMERS_6("timer", "millrace millrace-object millrace-lock service netty agrona kafka stpe", "1000000", "2g"),

        TIMERS_7("timer", "millrace millrace-lock service netty stpe", "10000000", "4g"),

        TIMERS_MONTH("month", "millrace", "10000000", "2g"),

        TIMERS_LATENESS("lateness", "millrace service netty stpe", "1000000", "2g"),

        MAPS_4("map", "jdk millrace millrace-long treemap skiplist", "10000", "1g"),

        MAPS_6("map", "jdk millrace millrace-long treemap skiplist", "1000000", "2g"),

        MAPS_7("map", "jdk millrace millrace-long treemap skiplist", "10000000", "4g"),

        POOLS_TASKS("pool", "semaphore threads fair-semaphore millrace tpe fjp", "100000", "1g"),

        POOLS_FAIRNESS("fairness", "semaphore threads fair-semaphore millrace", "8", "1g"),

        POOLS_WAITING("waiting", "semaphore millrace tpe fjp", "20000", "2g");

        private final String figure;
        private final String contestants;
        private final String size;
        private final String heap;

        Section(String figure, String contestants, String size, String heap) {
            this.figure = figure;
            this.contestants = contestants;
            this.size = size;
            this.heap = heap;
        }

        List<String> contestants() {
            return List.of(contestants.split(" ", -1));
        }

        String title() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        boolean isMeant(String asked) {
            return title().equals(asked) || title().startsWith(asked + "-");
        }
    }

    private final Section section;
    private final boolean isQuick;
    private final int rounds;
    private final Map<String, Map<String, List<Double>>> figures = new LinkedHashMap<>();

    private Comparison(Section section, boolean isQuick, int rounds) {
        this.section = section;
        this.isQuick = isQuick;
        this.rounds = rounds;
    }

    /**
     * Measures and prints.
     *
     * @param arguments
     *            the folder for one table per section; how many rounds; "quick" or "full"; then sections or groups of
     *            them: timers, timers-4, maps, pools-tasks ...
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path folder = Files.createDirectories(Path.of(arguments[0]));
        int rounds = Integer.parseInt(arguments[1]);
        boolean isQuick = arguments[2].equals("quick");
        for (int at = 3; at < arguments.length; at++) {
            String asked = arguments[at];
            int found = 0;
            for (Section section : Section.values()) {
                if (section.isMeant(asked)) {
                    found++;
                    new Comparison(section, isQuick, rounds).run(folder);
                }
            }
            if (found == 0) {
                throw new IllegalArgumentException("No section is called " + asked + "; there are "
                        + List.of(Section.values()).stream().map(Section::title).toList());
            }
        }
    }

    private void run(Path folder) throws IOException, InterruptedException {
        for (int round = 0; round < rounds; round++) {
            for (String contestant : section.contestants()) {
                child(contestant);
            }
        }
        print(System.out);
        Path file = folder.resolve("structures-" + section.title() + ".md");
        try (PrintStream out = new PrintStream(Files.newOutputStream(file), false, StandardCharsets.UTF_8)) {
            print(out);
        }
    }

    private void child(String contestant) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        String with = System.getenv(WITH);
        if (with != null && !with.isBlank()) {
            command.addAll(List.of(with.strip().split(" +", -1)));
        }
        command.addAll(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms" + section.heap, "-Xmx" + section.heap, "-XX:+AlwaysPreTouch",
                "-D" + Figures.QUICK + "=" + isQuick, "-cp", System.getProperty("java.class.path"),
                Figures.class.getName(), section.figure, contestant, section.size));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                List<String> parts = List.of(line.split("\t", -1));
                if (parts.size() == 4 && parts.getFirst().equals(MARK)) {
                    figures.computeIfAbsent(parts.get(2), figure -> new LinkedHashMap<>())
                            .computeIfAbsent(parts.get(1), who -> new ArrayList<>())
                            .add(Double.parseDouble(parts.get(3)));
                }
            }
        }
        int status = process.waitFor();
        if (status != 0) {
            throw new IllegalStateException(
                    section + " of " + contestant + " ended with status " + status + "; its message is above");
        }
    }

    private void print(PrintStream out) {
        out.println("\n### " + section.title() + ", size " + section.size + ", rounds " + rounds + ", heap "
                + section.heap + (isQuick ? ", quick" : "") + "\n");
        out.println("| figure | " + String.join(" | ", section.contestants()) + " |");
        out.println("|---|" + "---|".repeat(section.contestants().size()));
        figures.forEach((figure, values) -> {
            List<String> cells = section.contestants()
                    .stream()
                    .map(who -> cell(values.getOrDefault(who, List.of())))
                    .toList();
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
        return String.format(Locale.ROOT, size < 1 ? "%.3f" : size < 10 ? "%.2f" : size < 100 ? "%.1f" : "%.0f", value);
    }
}
