package dev.millrace.bench.e2e.report;

import java.util.Arrays;
import java.util.Locale;

/** Median with least and greatest of a few values. */
public record Spread(double median, double min, double max, int count) {
    /**
     * Of one value or more.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Spread of(double... values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("no value to take the median of");
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[sorted.length - 1], sorted.length);
    }

    /** Whether the greatest is more than twice the least: something else disturbed the run. */
    public boolean disturbed() {
        return min > 0 && max > 2 * min;
    }

    /** {@code 1,234 (1,200–1,300)}; a single value stands alone. */
    public String text(int decimals) {
        String form = "%,." + decimals + "f";
        String middle = String.format(Locale.ROOT, form, median);
        return count == 1
                ? middle
                : middle + " (" + String.format(Locale.ROOT, form, min) + "–" + String.format(Locale.ROOT, form, max)
                        + ")";
    }
}
