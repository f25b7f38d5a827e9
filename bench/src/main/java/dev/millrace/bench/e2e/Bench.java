package dev.millrace.bench.e2e;

import dev.millrace.bench.e2e.load.Client;
import dev.millrace.bench.e2e.server.ProcessFigures;
import dev.millrace.bench.e2e.server.Server;
import dev.millrace.bench.e2e.server.ServerKind;
import java.util.OptionalLong;

/** What a round gets: the workload as the command line changed it, the server, and names that were not used before. */
record Bench(Workload workload, Options options, ServerKind kind, Server server, String topic) {
    static final String CHANNEL = Client.GROUP;

    Workload.Shape shape() {
        return workload.shape()
                .with(options.amounts().shape().bodyBytes(), options.amounts().shape().batch(),
                        options.amounts().shape().windowMessages());
    }

    Client client() {
        return kind.client(server);
    }

    /** What is published to the one topic of the round. */
    Client.Stream stream() {
        return new Client.Stream(topic, shape().bodyBytes(), shape().batch(), shape().windowMessages());
    }

    long count() {
        return options.amounts().messages() > 0 ? options.amounts().messages() : workload.count();
    }

    /** The processor time used so far by the server, NaN where it is not known. */
    double serverCpuNanos() {
        OptionalLong pid = server.pid();
        OptionalLong nanos = pid.isPresent() ? ProcessFigures.cpuNanos(pid.getAsLong()) : OptionalLong.empty();
        return nanos.isPresent() ? nanos.getAsLong() : Double.NaN;
    }

    static double clientCpuNanos() {
        OptionalLong nanos = ProcessFigures.ownCpuNanos();
        return nanos.isPresent() ? nanos.getAsLong() : Double.NaN;
    }
}
