package dev.millrace.bench.structures;

import dev.millrace.structures.WorkerPool;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
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
@Fork(value = 1, jvmArgs = {"-Xms2g", "-Xmx2g"})
public class PoolBenchmark {
    private static final int TASKS = 100_000;

    @Param({"millrace", "semaphore", "tpe", "fjp"}) public String pool = "";
    /** How many tasks may run at a time; the JDK's pools ignore it and have two threads and a queue. */
    @Param({"100", "10000"}) public int capacity;

    private WorkerPool worker = new WorkerPool(1);
    private ExecutorService executor = ForkJoinPool.commonPool();
    private Semaphore semaphore = new Semaphore(0);

    /** Makes the pool. */
    @Setup(Level.Trial)
    public void open() {
        worker = new WorkerPool(capacity);
        semaphore = new Semaphore(capacity);
        executor = switch (pool) {
            case "tpe" -> new ThreadPoolExecutor(2, 2, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>());
            case "fjp" -> new ForkJoinPool(2);
            default -> Executors.newVirtualThreadPerTaskExecutor();
        };
    }

    /** Ends its threads. */
    @TearDown(Level.Trial)
    public void close() {
        worker.close();
        executor.close();
    }

    /** All tasks of a round. */
    @Benchmark
    @OperationsPerInvocation(TASKS)
    public void submitAndComplete() throws InterruptedException {
        CountDownLatch done = new CountDownLatch(TASKS);
        Runnable task = done::countDown;
        switch (pool) {
            case "millrace" -> {
                for (int i = 0; i < TASKS; i++) {
                    worker.execute(task);
                }
            }
            case "semaphore" -> {
                Runnable released = () -> {
                    try {
                        task.run();
                    } finally {
                        semaphore.release();
                    }
                };
                for (int i = 0; i < TASKS; i++) {
                    semaphore.acquire();
                    executor.execute(released);
                }
            }
            default -> {
                for (int i = 0; i < TASKS; i++) {
                    executor.execute(task);
                }
            }
        }
        done.await();
    }
}
