package dev.millrace.bench.e2e;

import dev.millrace.bench.e2e.report.Measurement.Figures;
import dev.millrace.bench.e2e.report.Metric;

/** Processor time that the server and this tool take for a piece of work. Where it is not known nothing is reported. */
record CpuMeter(Bench bench, double serverNanos, double clientNanos) {
    static CpuMeter start(Bench bench) {
        return new CpuMeter(bench, bench.serverCpuNanos(), Bench.clientCpuNanos());
    }

    void stop(Figures figures, long messages) {
        if (messages > 0) {
            figures.put(Metric.SERVER_CPU, (bench.serverCpuNanos() - serverNanos) / messages)
                    .put(Metric.CLIENT_CPU,
                            (Bench.clientCpuNanos() - clientNanos) / messages);
        }
    }
}
