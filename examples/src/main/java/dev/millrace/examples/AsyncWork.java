package dev.millrace.examples;

import dev.millrace.api.Millrace;
import dev.millrace.api.task.Task;
import dev.millrace.api.task.Worker;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

/** Async work: signing up answers at once; the mail is sent behind its back, and again when the mail server is busy. */
final class AsyncWork implements Example {
    @Override
    public void run(Millrace m, Consumer<String> out) throws Exception {
        CountDownLatch sent = new CountDownLatch(1);
        try (Worker worker = m.worker().queue("welcome-mails").handle("welcome", (task, context) -> {
            if (context.attempt() == 1) {
                throw new IllegalStateException("the mail server is busy");
            }
            out.accept("mailed " + task.text() + " at attempt " + context.attempt());
            sent.countDown();
        }).start()) {
            signUp(m, "ada@example.org", out);
            sent.await();
            out.accept("the worker is " + (worker.health().isHealthy() ? "well" : "not well"));
        }
    }

    /** What the web server's thread does. */
    private static void signUp(Millrace m, String address, Consumer<String> out) {
        m.queue("welcome-mails")
                .enqueue(Task.of("welcome", address)
                        .maxAttempts(10)
                        .backoff(Duration.ofMillis(100), Duration.ofMinutes(10)));
        out.accept("signed up " + address);
    }
}
