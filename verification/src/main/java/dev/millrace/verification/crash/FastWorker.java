package dev.millrace.verification.crash;

import dev.millrace.api.Millrace;
import dev.millrace.api.task.Worker;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * A worker of the queue {@code mails} in a process of its own whose handlers are fast, so that it holds tasks ahead of need:
 * says {@code ready}; leaves its own name as the result of each task; says {@code ahead} when tasks wait in it; closes when
 * its standard input has a line, says {@code closed}, and ends.
 */
public final class FastWorker {
    static final int HANDLERS = 4;
    /** So long that nothing but the loss of the worker frees its tasks. */
    private static final Duration LEASE = Duration.ofHours(1);
    /** What a task takes, so that a test can act while there are tasks. */
    private static final long TASK_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

    private FastWorker() {}

    /** The process: an address and a name. */
    public static void main(String[] args) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        CompletableFuture<Worker> self = new CompletableFuture<>();
        AtomicBoolean told = new AtomicBoolean();
        try (Millrace m = Millrace.connect(args[0]);
                Worker worker = m.worker()
                        .queue("mails", 1)
                        .concurrency(HANDLERS)
                        .lease(LEASE)
                        .handle("mail", (task, context) -> {
                            LockSupport.parkNanos(TASK_NANOS);
                            context.result(args[1]);
                            if (self.join().health().waiting() > 2 * HANDLERS && told.compareAndSet(false, true)) {
                                System.out.println("ahead");
                            }
                        })
                        .start()) {
            self.complete(worker);
            System.out.println("ready " + worker.ended().isDone());
            if (in.readLine() == null) {
                throw new IOException("no word to go on");
            }
        }
        System.out.println("closed");
    }

    /** Starts one, and waits until it is ready. */
    static WorkerProcess start(Path folder, String address, String name) throws IOException {
        WorkerProcess worker = WorkerProcess.start(FastWorker.class, folder, address, name);
        worker.says("ready false");
        return worker;
    }
}
