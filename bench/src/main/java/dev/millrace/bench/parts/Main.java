package dev.millrace.bench.parts;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Runs the benchmarks of this package and prints one table: {@code Main [quick] [data=DIR] [PATTERN...]}. */
public final class Main {
    private static final String DATA = "data=";
    private static final String ALLOCATED = "gc.alloc.rate.norm";

    private Main() {}

    public static void main(String[] arguments) throws RunnerException {
        List<String> given = Arrays.asList(arguments);
        List<String> patterns = given.stream().filter(a -> !a.equals("quick") && !a.startsWith(DATA)).toList();
        ChainedOptionsBuilder options = new OptionsBuilder().addProfiler(GCProfiler.class);
        for (String pattern : patterns.isEmpty() ? List.of("parts\\.\\w+Benchmark") : patterns) {
            options.include(pattern);
        }
        given.stream()
                .filter(a -> a.startsWith(DATA))
                .forEach(a -> options.param("data", a.substring(DATA.length())));
        if (given.contains("quick")) {
            TimeValue briefly = TimeValue.milliseconds(300);
            options.forks(1).warmupIterations(2).warmupTime(briefly).measurementIterations(3).measurementTime(briefly);
        }
        System.out.println(table(new Runner(options.build()).run()));
    }

    private static String table(Collection<RunResult> results) {
        StringBuilder out = new StringBuilder(
                "| part | ns for each message | bytes allocated for each |\n|---|---|---|\n");
        for (RunResult result : results) {
            String name = result.getParams().getBenchmark();
            String to = result.getParams().getParam("to");
            Result<?> time = result.getPrimaryResult();
            Result<?> allocated = result.getSecondaryResults().get(ALLOCATED);
            out.append(String.format(Locale.ROOT, "| %s%s | %.1f ± %.1f | %s |%n",
                    name.substring(name.lastIndexOf('.', name.lastIndexOf('.') - 1) + 1),
                    to == null ? "" : ", " + to, time.getScore(), time.getScoreError(),
                    allocated == null ? "–" : String.format(Locale.ROOT, "%.2f", allocated.getScore())));
        }
        return out.toString();
    }
}
