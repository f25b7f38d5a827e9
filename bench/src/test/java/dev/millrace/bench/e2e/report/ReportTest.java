package dev.millrace.bench.e2e.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReportTest {
    private static Measurement rate(String server, int round, double rate) {
        return new Measurement.Figures().put(Metric.RATE, rate).of("P1", server, round, 0.5);
    }

    private static Measurement p50(String server, int round, double micros) {
        return new Measurement.Figures().put(Metric.P50, micros).of("P6", server, round, 0.5);
    }

    @Test
    void section_ratiosAreTakenRoundByRound() {
        String section = Report.section("P1", "produce",
                List.of(rate("a", 1, 100), rate("b", 1, 50), rate("a", 2, 400), rate("b", 2, 100)));
        assertThat(section).contains("| a | – | 3.00 (2.00–4.00) |", "| b | 0.38 (0.25–0.50) | – |");
    }

    @Test
    void section_latency_lowerIsBetter() {
        assertThat(Report.section("P6", "latency", List.of(p50("a", 1, 100), p50("b", 1, 300))))
                .contains("| a | – | 3.00 |");
    }

    @Test
    void section_spreadBeyondTwofold_marked() {
        String calm = Report.section("P1", "produce", List.of(rate("a", 1, 100), rate("a", 2, 199)));
        String disturbed = Report.section("P1", "produce", List.of(rate("a", 1, 100), rate("a", 2, 201)));
        assertThat(calm).doesNotContain("*");
        assertThat(disturbed).contains("(100–201) *", "disturbed");
    }

    @Test
    void section_metricThatOneServerLacks_dash() {
        Measurement more = new Measurement.Figures().put(Metric.RATE, 7).put(Metric.SERVER_CPU, 3).of("P1", "a", 1, 0);
        assertThat(Report.section("P1", "produce", List.of(more, rate("b", 1, 5)))).contains("| a | 7 | 3 | 0.0 |",
                "| b | 5 | – | 0.5 |");
    }

    @Test
    void markdownAndJson_holdFactsServersAndNotes() {
        Measurement measurement = new Measurement.Figures().put(Metric.RATE, 7).note("short").of("P1", "a", 1, 0);
        Report report = new Report(new LinkedHashMap<>(Map.of("cores", "2")),
                new LinkedHashMap<>(Map.of("P1", "produce")), new LinkedHashMap<>(Map.of("a", "memory")),
                List.of(measurement));
        assertThat(report.markdown()).contains("| cores | 2 |", "| a | memory |", "## P1: produce",
                "- a, round 1: short");
        assertThat(report.json()).contains("\"cores\":\"2\"", "\"figures\":{\"messages/s\":7.0}", "\"short\"");
    }
}
