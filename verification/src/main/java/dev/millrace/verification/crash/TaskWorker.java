package dev.millrace.verification.crash;

import dev.millrace.api.Millrace;
import dev.millrace.api.task.TaskContext;
import dev.millrace.api.task.Worker;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/**
 * A worker of the queue {@code mails} in a process of its own, over the native protocol: says {@code ready}; takes one task,
 * says {@code got TEXT ATTEMPT}, waits for a line of its standard input, leaves its own name as the result, says
 * {@code handled TEXT}; closes, which sends what is left, says {@code closed}, and ends.
 */
public final class TaskWorker {
    /** So long that nothing but the loss of the worker frees its task. */
    private static final Duration LEASE = Duration.ofHours(1);

    private TaskWorker() {}

    /** The process: an address and a name. */
    public static void main(String[] args) throws InterruptedException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        CountDownLatch handled = new CountDownLatch(1);
        try (Millrace m = Millrace.connect(args[0])) {
            try (Worker worker = m.worker().queue("mails", 1).lease(LEASE).handle("mail", (task, context) -> {
                try {
                    handle(in, task.text(), context, args[1]);
                } finally {
                    handled.countDown();
                }
            }).start()) {
                System.out.println("ready " + worker.running());
                handled.await();
            }
        }
        System.out.println("closed");
    }

    private static void handle(BufferedReader in, String text, TaskContext context, String name) throws IOException {
        System.out.println("got " + text + " " + context.attempt());
        if (in.readLine() == null) {
            throw new IOException("no word to go on");
        }
        context.result(name);
        System.out.println("handled " + text);
    }

    /** Starts one, and waits until it is ready. */
    static WorkerProcess start(Path folder, String address, String name) throws IOException {
        WorkerProcess worker = WorkerProcess.start(TaskWorker.class, folder, address, name);
        worker.says("ready 0");
        return worker;
    }
}
