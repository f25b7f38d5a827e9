package dev.millrace.bench.structures;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** One thread submits tiny tasks and waits for all; the figure is per task. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgs = {"-Xms2g", "-Xmx2g"})
public class PoolBenchmark {
    private static final int TASKS = 100_000;

    @Param({"millrace", "semaphore", "threads", "tpe", "fjp"}) public String pool = "";
    /** How many tasks may run at a time; the JDK's pools ignore it and have two threads and a queue. */
    @Param({"100", "10000"}) public int capacity;

    private Pools contestant = Pools.of("millrace", 1);

    /** Makes the pool. */
    @Setup(Level.Trial)
    public void open() {
        contestant = Pools.of(pool, capacity);
    }

    /** Ends its threads. */
    @TearDown(Level.Trial)
    public void close() {
        contestant.close();
    }

    /** All tasks of a round. */
    @Benchmark
    @OperationsPerInvocation(TASKS)
    public void submitAndComplete() throws InterruptedException {
        CountDownLatch done = new CountDownLatch(TASKS);
        Runnable task = done::countDown;
        for (int i = 0; i < TASKS; i++) {
            contestant.execute(task);
        }
        done.await();
    }
}
