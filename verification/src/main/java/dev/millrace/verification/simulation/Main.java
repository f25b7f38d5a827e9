package dev.millrace.verification.simulation;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Random;

/**
 * The long run: {@code --seeds N [--seed S] [--shards K] [--minutes M] [--steps T]}. Each seed runs twice and must do the
 * same both times. Ends with 1 at the first violation.
 */
public final class Main {
    private long seeds = Long.MAX_VALUE;
    private long firstSeed = new Random().nextInt(1_000_000_000);
    private int shards;
    private long minutes = 10_000_000;
    private int steps = SimulationPlan.DEFAULT_STEPS;

    private Main() {}

    /** Runs; see the class comment. */
    public static void main(String[] arguments) {
        int status;
        try {
            status = new Main().parse(List.of(arguments)).run();
        } catch (IllegalArgumentException wrong) {
            System.err.println("simulate: " + wrong.getMessage());
            System.err.println("usage: simulate --seeds N [--seed S] [--shards K] [--minutes M] [--steps T]");
            status = 2;
        }
        System.exit(status);
    }

    private Main parse(List<String> arguments) {
        ArrayDeque<String> left = new ArrayDeque<>(arguments);
        boolean bounded = false;
        while (!left.isEmpty()) {
            String name = left.remove();
            if (left.isEmpty()) {
                throw new IllegalArgumentException(name + " needs a value");
            }
            long value = number(name, left.remove());
            switch (name) {
                case "--seeds" -> seeds = value;
                case "--seed" -> firstSeed = value;
                case "--shards" -> shards = (int) value;
                case "--minutes" -> minutes = value;
                case "--steps" -> steps = (int) value;
                default -> throw new IllegalArgumentException("unknown option " + name);
            }
            bounded |= name.equals("--seeds") || name.equals("--minutes");
        }
        if (!bounded) {
            seeds = 1;
        }
        return this;
    }

    private static long number(String name, String value) {
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException wrong) {
            throw new IllegalArgumentException(name + " takes a number, not " + value, wrong);
        }
    }

    private int run() {
        long began = System.nanoTime();
        long end = began + minutes * 60_000_000_000L;
        long done = 0;
        long events = 0;
        long crashes = 0;
        long virtualMillis = 0;
        long told = began;
        for (; done < seeds && System.nanoTime() < end; done++) {
            long seed = firstSeed + done;
            int count = shards > 0 ? shards : seed % 2 == 0 ? 1 : 3;
            SimulationPlan plan = new SimulationPlan(seed, count, steps, List.of(), java.util.Set.of());
            try {
                SimulationResult result = runTwice(plan);
                events += result.events();
                crashes += result.crashes();
                virtualMillis += result.virtualMillis();
            } catch (Violation violation) {
                System.out.println(violation.getMessage());
                System.out.println("again with: simulate --seeds 1 --seed " + seed + " --shards " + count + " --steps "
                        + steps);
                return 1;
            }
            if (System.nanoTime() - told > 5_000_000_000L) {
                told = System.nanoTime();
                System.out.println("seed " + seed + ": " + (done + 1) + " runs, " + events + " events, " + crashes
                        + " crashes, " + virtualMillis / 86_400_000 + " days of virtual time, nothing broken");
            }
        }
        System.out.println(done + " seeds from " + firstSeed + ", each twice: " + events + " events, " + crashes
                + " crashes, " + virtualMillis / 86_400_000 + " days of virtual time in "
                + (System.nanoTime() - began) / 1_000_000_000 + " s, nothing broken");
        return 0;
    }

    /** Two runs of one plan must not differ. */
    static SimulationResult runTwice(SimulationPlan plan) {
        SimulationResult first = Simulation.run(plan);
        SimulationResult second = Simulation.run(plan);
        if (!first.equals(second)) {
            throw new Violation("seed " + plan.seed() + " did not do the same twice: " + first + ", " + second);
        }
        return first;
    }
}
