package dev.millrace.bench.e2e.report;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What one round of one workload measured on one server.
 *
 * @param loadAverage the machine's one-minute load average before the round: above the cores' number it was disturbed
 */
public record Measurement(String workload, String server, int round, double loadAverage, Map<Metric, Double> figures,
        List<String> notes, List<Verdict> verdicts) {
    /** A figure beside its budget. */
    public record Verdict(String what, String figure, String budget, boolean met) {}

    /** Collects the figures of a round. */
    public static final class Figures {
        private final Map<Metric, Double> values = new EnumMap<>(Metric.class);
        private final List<String> notes = new ArrayList<>();
        private final List<Verdict> verdicts = new ArrayList<>();

        /** Sets a figure; one that is not finite is left out. */
        public Figures put(Metric metric, double value) {
            if (Double.isFinite(value)) {
                values.put(metric, value);
            }
            return this;
        }

        public Figures put(Metric metric, long value) {
            return put(metric, (double) value);
        }

        /** Says something that the reader of the figures must know. */
        public Figures note(String text) {
            notes.add(text);
            return this;
        }

        /** Says whether a budget is met. */
        public Figures judge(String what, String figure, String budget, boolean met) {
            verdicts.add(new Verdict(what, figure, budget, met));
            return this;
        }

        public Measurement of(String workload, String server, int round, double loadAverage) {
            return new Measurement(workload, server, round, loadAverage, values, List.copyOf(notes),
                    List.copyOf(verdicts));
        }
    }
}
