package dev.millrace.bench.structures;

import dev.millrace.structures.WorkerPool;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** One face for the pools compared. */
interface Pools {
    void execute(Runnable task) throws InterruptedException;

    void close();

    /**
     * The pool of this name.
     *
     * @param capacity
     *            how many tasks may run at a time; the JDK's own pools ignore it and have two threads and a queue without
     *            bound
     */
    static Pools of(String name, int capacity) {
        return switch (name) {
            case "millrace" -> new Millrace(capacity);
            case "semaphore" -> new Limited(new Semaphore(capacity));
            case "fair-semaphore" -> new Limited(new Semaphore(capacity, true));
            case "tpe" -> new Queued(new ThreadPoolExecutor(2, 2, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>()));
            case "fjp" -> new Queued(new ForkJoinPool(2));
            default -> throw new IllegalArgumentException("No pool is called " + name);
        };
    }

    final class Millrace implements Pools {
        private final WorkerPool pool;

        Millrace(int capacity) {
            pool = new WorkerPool(capacity);
        }

        @Override
        public void execute(Runnable task) throws InterruptedException {
            pool.execute(task);
        }

        @Override
        public void close() {
            pool.close();
        }
    }

    /** A virtual thread per task and a semaphore in front. */
    final class Limited implements Pools {
        private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
        private final Semaphore semaphore;

        Limited(Semaphore semaphore) {
            this.semaphore = semaphore;
        }

        @Override
        public void execute(Runnable task) throws InterruptedException {
            semaphore.acquire();
            executor.execute(() -> {
                try {
                    task.run();
                } finally {
                    semaphore.release();
                }
            });
        }

        @Override
        public void close() {
            executor.close();
        }
    }

    final class Queued implements Pools {
        private final ExecutorService executor;

        Queued(ExecutorService executor) {
            this.executor = executor;
        }

        @Override
        public void execute(Runnable task) {
            executor.execute(task);
        }

        @Override
        public void close() {
            executor.shutdownNow();
        }
    }
}
