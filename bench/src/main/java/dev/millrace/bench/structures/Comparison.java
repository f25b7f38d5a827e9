package dev.millrace.bench.structures;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Runs {@link Figures} for several contestants in turn, each time in a JVM of its own, and prints one table per section:
 * median (min–max) of the rounds.
 */
public final class Comparison {
    static final String MARK = "figure";

    /** What is measured, by whom, and with how much heap. */
    private enum Section {
        TIMERS("timer", "millrace millrace-object netty agrona kafka stpe", "", "-Xmx2g"),

        PENDING("pending", "millrace", "", "-Xmx4g"),

        LATENESS("lateness", "millrace netty stpe", "", "-Xmx2g"),

        MAPS_4("map", "jdk millrace millrace-long treemap skiplist", "10000", "-Xmx1g"),

        MAPS_6("map", "jdk millrace millrace-long treemap skiplist", "1000000", "-Xmx2g"),

        MAPS_7("map", "jdk millrace millrace-long", "10000000", "-Xmx6g"),

        POOLS("pool", "semaphore fair-semaphore millrace tpe fjp", "", "-Xmx1g"),

        WAITING("waiting", "semaphore millrace tpe fjp", "", "-Xmx2g");

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

        List<String> names() {
            return List.of(contestants.split(" "));
        }
    }

    private final Map<String, Map<String, List<Double>>> figures = new LinkedHashMap<>();

    private Comparison() {}

    /**
     * Measures and prints.
     *
     * @param arguments
     *            how many rounds, and sections in small letters with a dash; without sections, all
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        int rounds = Integer.parseInt(arguments[0]);
        for (Section section : Section.values()) {
            String name = section.name().toLowerCase(Locale.ROOT).replace('_', '-');
            if (arguments.length == 1 || Arrays.asList(arguments).contains(name)) {
                Comparison comparison = new Comparison();
                for (int round = 0; round < rounds; round++) {
                    for (String contestant : section.names()) {
                        comparison.child(section, contestant);
                    }
                }
                comparison.print(name, section, rounds);
            }
        }
    }

    private void child(Section section, String contestant) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                section.heap.replace("mx", "ms"), section.heap, "-XX:+AlwaysPreTouch", "-cp",
                System.getProperty("java.class.path"),
                Figures.class.getName(), section.figure, contestant, section.size)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                List<String> parts = List.of(line.split("\t"));
                if (parts.size() == 4 && parts.getFirst().equals(MARK)) {
                    figures.computeIfAbsent(parts.get(2), figure -> new LinkedHashMap<>())
                            .computeIfAbsent(parts.get(1), who -> new ArrayList<>())
                            .add(Double.parseDouble(parts.get(3)));
                }
            }
        }
        if (process.waitFor() != 0) {
            throw new IllegalStateException(section + " of " + contestant + " failed, see above");
        }
    }

    private void print(String name, Section section, int rounds) {
        System.out.println("\n### " + name + ", rounds: " + rounds + ", heap " + section.heap.substring(4) + "\n");
        System.out.println("| figure | " + String.join(" | ", section.names()) + " |");
        System.out.println("|---|" + "---|".repeat(section.names().size()));
        figures.forEach((figure, values) -> {
            List<String> cells = section.names()
                    .stream()
                    .map(who -> cell(values.getOrDefault(who, List.of())))
                    .toList();
            System.out.println("| " + figure + " | " + String.join(" | ", cells) + " |");
        });
    }

    private static String cell(List<Double> values) {
        if (values.isEmpty()) {
            return "–";
        }
        List<Double> sorted = values.stream().sorted().toList();
        return text(sorted.get(sorted.size() / 2)) + " (" + text(sorted.getFirst()) + "–" + text(sorted.getLast())
                + ")";
    }

    private static String text(double value) {
        double size = Math.abs(value);
        return String.format(Locale.ROOT, size < 1 ? "%.3f" : size < 10 ? "%.2f" : size < 100 ? "%.1f" : "%.0f", value);
    }
}
