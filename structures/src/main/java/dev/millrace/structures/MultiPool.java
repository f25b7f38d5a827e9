package dev.millrace.structures;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Several {@link WorkerPool}s behind one face, so that submitters meet less often on one counter. A task that the chosen
 * pool has no room for goes to the one with the fewest tasks, and waits there. A nested submit that could never go on is
 * refused, also if the tasks that wait for each other are in different pools.
 *
 * <p>
 * Thread safety: all methods may be called from any thread.
 */
public final class MultiPool implements AutoCloseable {
    /** How the pool of a task is chosen. */
    public enum Choice {
        /** One after the other. */
        ROUND_ROBIN,
        /** The one with the fewest tasks running and submits waiting. */
        LEAST_TASKS
    }

    private final List<WorkerPool> pools = new ArrayList<>();
    private final Choice choice;
    private final AtomicInteger turn = new AtomicInteger();

    /**
     * Open pools.
     *
     * @param count
     *            how many, at least 1
     * @param each
     *            the options of every one
     */
    public MultiPool(int count, WorkerPool.Options each, Choice choice) {
        if (count < 1) {
            throw new IllegalArgumentException("count is " + count + ", but must be at least 1");
        }
        Admission.Group group = new Admission.Group();
        for (int i = 0; i < count; i++) {
            pools.add(new WorkerPool(each, group, pools));
        }
        this.choice = choice;
    }

    private WorkerPool choose() {
        return switch (choice) {
            case ROUND_ROBIN -> pools.get(Math.floorMod(turn.getAndIncrement(), pools.size()));
            case LEAST_TASKS -> leastTasks();
        };
    }

    private WorkerPool leastTasks() {
        WorkerPool best = pools.getFirst();
        int bestTasks = Integer.MAX_VALUE;
        for (WorkerPool pool : pools) {
            int tasks = pool.running() + pool.waiting();
            if (tasks < bestTasks) {
                best = pool;
                bestTasks = tasks;
            }
        }
        return best;
    }

    private WorkerPool chooseForWaiting() {
        WorkerPool pool = choose();
        return pool.running() + pool.waiting() < pool.capacity() ? pool : leastTasks();
    }

    /** See {@link WorkerPool#execute(Runnable)}. */
    public void execute(Runnable task) throws InterruptedException {
        chooseForWaiting().execute(task);
    }

    /** See {@link WorkerPool#execute(Runnable, Duration)}. */
    public void execute(Runnable task, Duration maxWait) throws InterruptedException {
        chooseForWaiting().execute(task, maxWait);
    }

    /** Runs a task if the pool chosen or the one with the fewest tasks has room now; says whether it was taken. */
    public boolean tryExecute(Runnable task) {
        return chooseForWaiting().tryExecute(task);
    }

    /** See {@link WorkerPool#submit(Callable)}. */
    public <T> Future<T> submit(Callable<T> task) throws InterruptedException {
        return chooseForWaiting().submit(task);
    }

    /** See {@link WorkerPool#submit(Callable, Duration)}. */
    public <T> Future<T> submit(Callable<T> task, Duration maxWait) throws InterruptedException {
        return chooseForWaiting().submit(task, maxWait);
    }

    /** The sums over all pools. */
    public WorkerPool.Metrics metrics() {
        return pools.stream().map(WorkerPool::metrics).reduce(WorkerPool.Metrics::plus).orElseThrow();
    }

    /** The pools, for their metrics. */
    public List<WorkerPool> pools() {
        return List.copyOf(pools);
    }

    /** How many tasks may run in all pools together. */
    public int capacity() {
        return pools.stream().mapToInt(WorkerPool::capacity).sum();
    }

    /** Changes how many tasks may run in all pools together, at least one in each; the first ones get the remainder. */
    public void resize(int total) {
        if (total < pools.size()) {
            throw new IllegalArgumentException(
                    "total is " + total + ", but must be at least one for each of " + pools.size() + " pools");
        }
        for (int i = 0; i < pools.size(); i++) {
            pools.get(i).resize(total / pools.size() + (i < total % pools.size() ? 1 : 0));
        }
    }

    /** Closes all pools. */
    @Override
    public void close() {
        pools.forEach(WorkerPool::close);
    }

    /** Closes all pools and waits for what runs; see {@link WorkerPool#drain}. */
    public List<Object> drain(Duration deadline, boolean interruptRest) throws InterruptedException {
        close();
        long start = System.nanoTime();
        long nanos = TimeUnit.NANOSECONDS.convert(deadline);
        List<Object> left = new ArrayList<>();
        for (WorkerPool pool : pools) {
            left.addAll(pool.drain(Duration.ofNanos(Math.max(0, nanos - (System.nanoTime() - start))), interruptRest));
        }
        return left;
    }

    /** Opens all pools again. */
    public void reopen() {
        pools.forEach(WorkerPool::reopen);
    }
}
