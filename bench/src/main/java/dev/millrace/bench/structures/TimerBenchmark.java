package dev.millrace.bench.structures;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Adds a timer and cancels it, while a million others are pending for 300 to 360 s. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgs = {"-Xms3g", "-Xmx3g"})
public class TimerBenchmark {
    @Param({"millrace", "millrace-lock", "millrace-object", "service", "netty", "agrona", "kafka",
        "stpe"}) public String timer = "";
    @Param("1000000") public int pending;

    private Timers timers = Timers.of("millrace");
    private final SplittableRandom random = new SplittableRandom(1);

    /** Fills the timer. */
    @Setup(Level.Trial)
    public void fill() {
        timers = Timers.of(timer);
        for (int i = 0; i < pending; i++) {
            timers.add(300_000 + random.nextInt(60_000));
        }
    }

    /** Ends its threads. */
    @TearDown(Level.Trial)
    public void close() {
        timers.close();
    }

    /** One pair. */
    @Benchmark
    public void addAndCancel() {
        timers.addAndCancel(300_000 + random.nextInt(60_000));
    }
}
