package dev.millrace.verification.simulation;

import dev.millrace.verification.simulation.Mistakes.Mistake;
import java.util.List;

/** How many of the first seeds find each planted mistake: whether the limits of {@link Mistakes} leave chance enough room. */
final class MistakeRates {
    /** How likely it may be at most that no seed within the limit finds it, if the rate is as measured. */
    private static final double MOST_MISSED = 0.01;

    private MistakeRates() {}

    /** Prints a line for each mistake of this name, or for all; false if one is found too rarely for its limit. */
    static boolean print(String name, long seeds) {
        List<Mistake> chosen = Mistakes.all()
                .stream()
                .filter(mistake -> name.equalsIgnoreCase("all") || mistake.name().equalsIgnoreCase(name))
                .toList();
        if (chosen.isEmpty()) {
            throw new IllegalArgumentException("--planted takes all or one of " + Mistakes.all() + ", not " + name);
        }
        boolean comfortable = true;
        for (Mistake mistake : chosen) {
            comfortable &= print(mistake, seeds);
        }
        return comfortable;
    }

    private static boolean print(Mistake mistake, long seeds) {
        long began = System.nanoTime();
        long found = 0;
        long first = 0;
        for (long seed = 1; seed <= seeds; seed++) {
            if (mistake.isFoundBy(seed)) {
                found++;
                first = first == 0 ? seed : first;
            }
        }
        boolean comfortable = Math.pow(1 - (double) found / seeds, mistake.seeds()) <= MOST_MISSED;
        System.out.println(mistake + ": found by " + found + " of " + seeds + " seeds"
                + (found > 0 ? ", first by " + first : "") + "; must be found within " + mistake.seeds()
                + (comfortable ? "" : ": TOO RARE") + " (" + (System.nanoTime() - began) / 1_000_000 / seeds
                + " ms each)");
        return comfortable;
    }
}
