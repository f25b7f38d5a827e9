package dev.millrace.verification.simulation;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code ./millrace simulate}: many seeds, one after the other, each run twice. Ends with 0 when nothing was broken, 1 at
 * the first violation, 2 when it was called wrongly, 3 when a seed did not come to its end.
 */
public final class Main {
    private static final String HELP = """
            usage: millrace simulate [--seeds N] [--minutes M] [--seed S] [--shards K] [--steps T]
                                [--workload W] [--trace FILE]

            Runs the shards and the file log that are shipped on a simulated disk and clock, with clients, operators,
            crashes and disk failures in an order that follows from a seed, and checks everything that clients were
            told. Each seed runs twice and must do exactly the same both times.

              --seeds N     how many seeds; 10 if neither this nor --minutes is given
              --minutes M   as many seeds as fit into M minutes
              --seed S      the first seed; by default one that chance chooses, which is printed
              --shards K    shards of each run; by default 1 and 3 in turn, always 3 for flows
              --steps T     steps of the eventful part of each run, 2500 by default
              --workload W  what clients do: messages, tasks, mixed, which is both and the default, or flows,
                            which is tasks, chains, batches and groups over three shards that send each other mail
              --trace FILE  writes every event of the first run of each seed to FILE
              --planted B   plants mistake B, or each in turn if B is all, and prints how many of the seeds from 1 on
                            find it; 100 seeds if --seeds is not given; ends with 1 if one is found too rarely for the
                            number of seeds within which the build demands it

            At the first violation it prints what was broken, the last events and the command that shows it again, and
            ends with 1.
            """;
    private static final long TELL_NANOS = 5_000_000_000L;

    private long seeds = Long.MAX_VALUE;
    private long firstSeed = new Random().nextInt(1_000_000_000);
    private int shards;
    private long minutes = 100L * 365 * 24 * 60;
    private int steps = SimulationPlan.DEFAULT_STEPS;
    private Workload workload = Workload.MIXED;
    private @Nullable Path trace;
    private @Nullable String planted;

    private long events;
    private long crashes;
    private long virtualMillis;

    private Main() {}

    /** Runs; see the class comment. */
    public static void main(String[] arguments) {
        int status;
        if (List.of(arguments).contains("--help") || List.of(arguments).contains("-h")) {
            System.out.print(HELP);
            status = 0;
        } else {
            try {
                status = new Main().parse(List.of(arguments)).run();
            } catch (IllegalArgumentException wrong) {
                System.err.println("simulate: " + wrong.getMessage());
                System.err.print(HELP);
                status = 2;
            }
        }
        System.exit(status);
    }

    private Main parse(List<String> arguments) {
        ArrayDeque<String> left = new ArrayDeque<>(arguments);
        boolean bounded = false;
        while (!left.isEmpty()) {
            String name = left.remove();
            if (left.isEmpty()) {
                throw new IllegalArgumentException(name + " needs a value, or is not an option");
            }
            String value = left.remove();
            switch (name) {
                case "--seeds" -> seeds = number(name, value, 1);
                case "--seed" -> firstSeed = number(name, value, Long.MIN_VALUE);
                case "--shards" -> shards = (int) Math.min(64, number(name, value, 1));
                case "--minutes" -> minutes = Math.min(minutes, number(name, value, 1));
                case "--steps" -> steps = (int) Math.min(Integer.MAX_VALUE, number(name, value, 1));
                case "--workload" -> workload = workload(value);
                case "--planted" -> planted = value;
                case "--trace" -> trace = Path.of(value);
                default -> throw new IllegalArgumentException("unknown option " + name);
            }
            bounded |= name.equals("--seeds") || name.equals("--minutes");
        }
        if (!bounded) {
            seeds = planted == null ? 10 : 100;
        }
        return this;
    }

    private static Workload workload(String value) {
        for (Workload known : Workload.values()) {
            if (known.name().equalsIgnoreCase(value)) {
                return known;
            }
        }
        throw new IllegalArgumentException("--workload takes messages, tasks, mixed or flows, not " + value);
    }

    private static long number(String name, String value, long least) {
        try {
            long number = Long.parseLong(value);
            if (number >= least) {
                return number;
            }
        } catch (NumberFormatException wrong) {
            throw new IllegalArgumentException(name + " takes a number, not " + value, wrong);
        }
        throw new IllegalArgumentException(name + " takes a number from " + least + " on, not " + value);
    }

    private int run() {
        if (planted != null) {
            return MistakeRates.print(planted, seeds) ? 0 : 1;
        }
        long began = System.nanoTime();
        long end = began + minutes * 60_000_000_000L;
        long told = began;
        long done = 0;
        System.out.println("simulate: seeds from " + firstSeed + " on");
        for (; done < seeds && System.nanoTime() < end; done++) {
            if (!runSeed(firstSeed + done)) {
                return 1;
            }
            if (System.nanoTime() - told > TELL_NANOS) {
                told = System.nanoTime();
                System.out.println("seed " + (firstSeed + done) + ": " + summary(done + 1));
            }
        }
        System.out.println(summary(done) + " in " + (System.nanoTime() - began) / 1_000_000_000 + " s");
        return 0;
    }

    private String summary(long done) {
        return done + (done == 1 ? " seed" : " seeds") + ", each twice: " + events + " events, " + crashes
                + " crashes, "
                + virtualMillis / 86_400_000 + " days of simulated time, nothing broken";
    }

    private boolean runSeed(long seed) {
        int count = shards > 0 ? shards : seed % 2 == 0 && workload != Workload.FLOWS ? 1 : 3;
        SimulationPlan plan = new SimulationPlan(seed, count, steps, List.of(), Set.of(), workload,
                Emphasis.of(seed));
        String again = "again with: ./millrace simulate --seeds 1 --seed " + seed + " --shards " + count + " --steps "
                + steps + " --workload " + workload.name().toLowerCase(Locale.ROOT);
        TimeLimit limit = new TimeLimit(again);
        try (limit) {
            SimulationResult result = runTwice(plan, trace);
            events += result.events();
            crashes += result.crashes();
            virtualMillis += result.virtualMillis();
            return true;
        } catch (Violation violation) {
            System.out.println(violation.getMessage());
            System.out.println(again);
            return false;
        }
    }

    /** Two runs of one plan must not differ. */
    static SimulationResult runTwice(SimulationPlan plan) {
        return runTwice(plan, null);
    }

    private static SimulationResult runTwice(SimulationPlan plan, @Nullable Path trace) {
        SimulationResult first = trace == null ? Simulation.run(plan) : runInto(plan, trace);
        SimulationResult second = Simulation.run(plan);
        if (!first.equals(second)) {
            throw new Violation("seed " + plan.seed() + " did not do the same twice: " + first + ", " + second);
        }
        return first;
    }

    private static SimulationResult runInto(SimulationPlan plan, Path trace) {
        try (PrintWriter lines = new PrintWriter(Files.newBufferedWriter(trace))) {
            return Simulation.run(plan, lines::println);
        } catch (IOException e) {
            throw new UncheckedIOException("the trace cannot be written to " + trace, e);
        }
    }
}
