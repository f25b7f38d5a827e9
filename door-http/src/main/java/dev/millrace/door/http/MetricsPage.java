package dev.millrace.door.http;

import dev.millrace.node.LatencyHistogram;
import java.util.Locale;

/**
 * Writes Prometheus' text format, version 0.0.4. Samples of one metric must follow its head.
 *
 * <p>
 * Source: https://prometheus.io/docs/instrumenting/exposition_formats/
 */
final class MetricsPage {
    static final String TYPE = "text/plain; version=0.0.4; charset=utf-8";
    private static final double NANOS = 1e9;

    private final StringBuilder text = new StringBuilder(4096);

    /** Begins a metric; {@code type} is counter, gauge or histogram. */
    MetricsPage metric(String name, String type, String help) {
        text.append("# HELP ")
                .append(name)
                .append(' ')
                .append(help)
                .append("\n# TYPE ")
                .append(name)
                .append(' ')
                .append(type)
                .append('\n');
        return this;
    }

    /** A sample; labels are name, value, name, value ... */
    void sample(String name, long value, String... labels) {
        head(name, labels);
        text.append(value).append('\n');
    }

    void seconds(String name, long nanos, String... labels) {
        head(name, labels);
        text.append(seconds(nanos)).append('\n');
    }

    void histogram(String name, LatencyHistogram histogram, String label, String value) {
        long count = 0;
        for (int i = 0; i < histogram.upperNanos().size(); i++) {
            count += histogram.counts().get(i);
            sample(name + "_bucket", count, label, value, "le", seconds(histogram.upperNanos().get(i)));
        }
        count += histogram.counts().getLast();
        sample(name + "_bucket", count, label, value, "le", "+Inf");
        seconds(name + "_sum", histogram.sumNanos(), label, value);
        sample(name + "_count", count, label, value);
    }

    private static String seconds(long nanos) {
        return String.format(Locale.ROOT, "%.9f", nanos / NANOS);
    }

    private void head(String name, String... labels) {
        text.append(name);
        for (int i = 0; i < labels.length; i += 2) {
            text.append(i == 0 ? '{' : ',')
                    .append(labels[i])
                    .append("=\"")
                    .append(labels[i + 1].replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n"))
                    .append('"');
        }
        text.append(labels.length == 0 ? " " : "} ");
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
