package dev.millrace.bench.e2e.report;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;

/**
 * All measurements of a run, rendered: for each workload a table of servers by metrics, and the ratio of each server to
 * each other one, taken round by round.
 *
 * @param facts the machine and the settings, in the order they are shown
 * @param titles what each workload is, by its id, in the order they are shown
 * @param servers what each server keeps when it answers, by its name
 */
public record Report(SequencedMap<String, String> facts, SequencedMap<String, String> titles,
        SequencedMap<String, String> servers, List<Measurement> measurements) {

    public String markdown() {
        StringBuilder out = new StringBuilder("# End-to-end benchmark\n\n");
        out.append("Median (min–max) of the rounds; servers alternate round by round; client and servers share the "
                + "machine.\n\n| | |\n|---|---|\n");
        facts.forEach((name, value) -> out.append("| ").append(name).append(" | ").append(value).append(" |\n"));
        servers.forEach((name, value) -> out.append("| ").append(name).append(" | ").append(value).append(" |\n"));
        for (Map.Entry<String, String> title : titles.entrySet()) {
            List<Measurement> own = measurements.stream().filter(m -> m.workload().equals(title.getKey())).toList();
            if (!own.isEmpty()) {
                out.append('\n').append(section(title.getKey(), title.getValue(), own));
            }
        }
        return out.toString();
    }

    /** The tables of one workload. */
    public static String section(String id, String title, List<Measurement> own) {
        StringBuilder out = new StringBuilder("## " + id + ": " + title + "\n\n");
        SequencedMap<String, List<Measurement>> byServer = byServer(own);
        Set<Metric> metrics = metrics(own);
        out.append("| server |");
        metrics.forEach(metric -> out.append(' ').append(metric.label()).append(" |"));
        out.append(" load |\n|---|").append("---|".repeat(metrics.size() + 1)).append('\n');
        byServer.forEach((server, rounds) -> {
            out.append("| ").append(server).append(" |");
            metrics.forEach(metric -> out.append(' ').append(cell(rounds, metric)).append(" |"));
            out.append(' ')
                    .append(spread(rounds.stream().mapToDouble(Measurement::loadAverage).toArray(), 1))
                    .append(" |\n");
        });
        out.append(ratios(byServer, metrics));
        out.append(verdicts(own));
        notes(own).forEach(note -> out.append("- ").append(note).append('\n'));
        return out.toString();
    }

    private static String cell(List<Measurement> rounds, Metric metric) {
        double[] values = values(rounds, metric);
        if (values.length == 0) {
            return "–";
        }
        return spread(values, metric.decimals()) + (Spread.of(values).disturbed() ? " *" : "");
    }

    private static String spread(double[] values, int decimals) {
        return Spread.of(values).text(decimals);
    }

    private static double[] values(List<Measurement> rounds, Metric metric) {
        return rounds.stream()
                .map(Measurement::figures)
                .filter(figures -> figures.containsKey(metric))
                .mapToDouble(figures -> figures.getOrDefault(metric, 0.0))
                .toArray();
    }

    /** How many times better each server is than each other one in the workload's first metric. */
    private static String ratios(SequencedMap<String, List<Measurement>> byServer, Set<Metric> metrics) {
        if (metrics.isEmpty() || byServer.size() < 2) {
            return "\n";
        }
        Metric judged = metrics.iterator().next();
        StringBuilder out = new StringBuilder("\nTimes better in ").append(judged.label()).append(":\n\n| |");
        byServer.keySet().forEach(peer -> out.append(" than ").append(peer).append(" |"));
        out.append("\n|---|").append("---|".repeat(byServer.size())).append('\n');
        byServer.forEach((server, rounds) -> {
            out.append("| ").append(server).append(" |");
            byServer.forEach((peer, peerRounds) -> {
                double[] ratios = server.equals(peer) ? new double[0] : ratios(rounds, peerRounds, judged);
                out.append(' ').append(ratios.length == 0 ? "–" : spread(ratios, 2)).append(" |");
            });
            out.append('\n');
        });
        return out.append('\n').toString();
    }

    private static double[] ratios(List<Measurement> rounds, List<Measurement> peerRounds, Metric metric) {
        List<Double> ratios = new ArrayList<>();
        for (Measurement own : rounds) {
            for (Measurement peer : peerRounds) {
                Double a = own.figures().get(metric);
                Double b = peer.figures().get(metric);
                if (own.round() == peer.round() && a != null && b != null && a > 0 && b > 0) {
                    ratios.add(metric.higherIsBetter() ? a / b : b / a);
                }
            }
        }
        return ratios.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private static String verdicts(List<Measurement> own) {
        if (own.stream().allMatch(m -> m.verdicts().isEmpty())) {
            return "";
        }
        StringBuilder out = new StringBuilder("| server, round | what | figure | budget | |\n|---|---|---|---|---|\n");
        for (Measurement m : own) {
            m.verdicts()
                    .forEach(v -> out.append(String.format("| %s, %d | %s | %s | %s | %s |%n", m.server(), m.round(),
                            v.what(), v.figure(), v.budget(), v.met() ? "met" : "**not met**")));
        }
        return out.append('\n').toString();
    }

    private static List<String> notes(List<Measurement> own) {
        List<String> notes = new ArrayList<>();
        for (Measurement measurement : own) {
            measurement.notes()
                    .forEach(note -> notes.add(measurement.server() + ", round " + measurement.round() + ": " + note));
        }
        boolean disturbed = byServer(own).values()
                .stream()
                .anyMatch(
                        rounds -> metrics(own).stream()
                                .map(m -> values(rounds, m))
                                .anyMatch(v -> v.length > 0 && Spread.of(v)
                                        .disturbed()));
        if (disturbed) {
            notes.add("\\* the greatest is more than twice the least: disturbed, or too short");
        }
        return notes;
    }

    private static SequencedMap<String, List<Measurement>> byServer(List<Measurement> measurements) {
        SequencedMap<String, List<Measurement>> map = new LinkedHashMap<>();
        for (Measurement measurement : measurements) {
            map.computeIfAbsent(measurement.server(), name -> new ArrayList<>()).add(measurement);
        }
        return map;
    }

    private static Set<Metric> metrics(List<Measurement> measurements) {
        Map<Metric, Boolean> present = new EnumMap<>(Metric.class);
        measurements.forEach(m -> m.figures().keySet().forEach(metric -> present.put(metric, true)));
        return new LinkedHashSet<>(present.keySet());
    }

    public String json() {
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("facts", facts);
        root.put("workloads", titles);
        root.put("servers", servers);
        root.put("measurements", measurements.stream().map(Report::asMap).toList());
        return Json.write(root) + "\n";
    }

    private static Map<String, Object> asMap(Measurement measurement) {
        Map<String, Object> figures = new LinkedHashMap<>();
        measurement.figures().forEach((metric, value) -> figures.put(metric.label(), value));
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("workload", measurement.workload());
        map.put("server", measurement.server());
        map.put("round", measurement.round());
        map.put("load_average", measurement.loadAverage());
        map.put("figures", figures);
        map.put("notes", measurement.notes());
        map.put("budgets", measurement.verdicts()
                .stream()
                .map(v -> Map.of("what", v.what(), "figure", v.figure(), "budget", v.budget(), "met", v.met()))
                .toList());
        return map;
    }
}
