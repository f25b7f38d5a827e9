package dev.millrace.bench.structures;

import dev.millrace.structures.WorkerPool;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/** One face for the pools compared. */
interface Pools {
    void execute(Runnable task) throws InterruptedException;

    /** How many submits wait for room, or how many tasks are in the queue. */
    int waiting();

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
            case "threads" -> new Threads(new Semaphore(capacity));
            case "tpe" -> {
                LinkedBlockingQueue<Runnable> queue = new LinkedBlockingQueue<>();
                yield new Queued(new ThreadPoolExecutor(2, 2, 0, TimeUnit.SECONDS, queue), queue::size);
            }
            case "fjp" -> {
                ForkJoinPool pool = new ForkJoinPool(2);
                yield new Queued(pool, pool::getQueuedSubmissionCount);
            }
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
        public int waiting() {
            return pool.waiting();
        }

        @Override
        public void close() {
            pool.close();
        }
    }

    /** A virtual thread per task and a semaphore in front, without an executor, which would count its threads. */
    final class Threads implements Pools {
        private final Semaphore semaphore;

        Threads(Semaphore semaphore) {
            this.semaphore = semaphore;
        }

        @Override
        public void execute(Runnable task) throws InterruptedException {
            semaphore.acquire();
            Thread.startVirtualThread(() -> {
                try {
                    task.run();
                } finally {
                    semaphore.release();
                }
            });
        }

        @Override
        public int waiting() {
            return semaphore.getQueueLength();
        }

        @Override
        public void close() {
            // Nothing outlives its task.
        }
    }

    /** An executor of virtual threads and a semaphore in front. */
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
        public int waiting() {
            return semaphore.getQueueLength();
        }

        @Override
        public void close() {
            executor.close();
        }
    }

    final class Queued implements Pools {
        private final ExecutorService executor;
        private final IntSupplier queued;

        Queued(ExecutorService executor, IntSupplier queued) {
            this.executor = executor;
            this.queued = queued;
        }

        @Override
        public void execute(Runnable task) {
            executor.execute(task);
        }

        @Override
        public int waiting() {
            return queued.getAsInt();
        }

        @Override
        public void close() {
            executor.shutdownNow();
        }
    }
}
