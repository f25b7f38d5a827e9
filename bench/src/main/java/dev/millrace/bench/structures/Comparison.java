package dev.millrace.bench.structures;

import dev.millrace.bench.contest.Contest;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Runs {@link Figures} for several contestants in turn, each time in a JVM of its own with the heap touched beforehand,
 * and prints one table per section: median (min–max) of the rounds.
 */
public final class Comparison {
    /** What is measured, by whom, and with how much heap. Names are group, dash, rest. */
    private enum Section {
        TIMERS_4("timer", "millrace millrace-object millrace-lock service netty agrona kafka stpe", "10000", "1g"),

        TIMERS_6("timer", "millrace millrace-object millrace-lock service netty agrona kafka stpe", "1000000", "2g"),

        TIMERS_7("timer", "millrace millrace-object millrace-lock service netty agrona kafka stpe", "10000000", "4g"),

        TIMERS_MONTH("month", "millrace", "10000000", "2g"),

        TIMERS_LATENESS("lateness", "millrace service netty stpe", "1000000", "2g"),

        MAPS_4("map", "jdk millrace millrace-long treemap skiplist", "10000", "1g"),

        MAPS_6("map", "jdk millrace millrace-long treemap skiplist", "1000000", "2g"),

        MAPS_7("map", "jdk millrace millrace-long treemap skiplist", "10000000", "4g"),

        POOLS_TASKS("pool", "semaphore threads fair-semaphore millrace tpe fjp", "100000", "1g"),

        POOLS_FAIRNESS("fairness", "semaphore threads fair-semaphore millrace tpe fjp", "8", "1g"),

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
    private final Contest contest;

    private Comparison(Section section, boolean isQuick, int rounds) {
        this.section = section;
        this.isQuick = isQuick;
        this.rounds = rounds;
        contest = new Contest(section.contestants());
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
        contest.run(List.of("-Xms" + section.heap, "-Xmx" + section.heap, "-XX:+AlwaysPreTouch",
                "-D" + Figures.QUICK + "=" + isQuick), Figures.class,
                List.of(section.figure, contestant, section.size));
    }

    private void print(PrintStream out) {
        contest.print(section.title() + ", size " + section.size + ", rounds " + rounds + ", heap " + section.heap
                + (isQuick ? ", quick" : ""), out);
    }
}
