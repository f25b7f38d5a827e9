package dev.millrace.examples;

import dev.millrace.api.Millrace;
import dev.millrace.api.Subscription;
import dev.millrace.api.task.Task;
import dev.millrace.api.task.Worker;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Request and reply: the asker names the topic and the number that the answer is to go to, and waits for it. */
final class RequestReply implements Example {
    private static final String REPLIES = "replies-of-shop-1#ephemeral";

    @Override
    public void run(Millrace m, Consumer<String> out) throws Exception {
        Map<String, CompletableFuture<String>> waiting = new ConcurrentHashMap<>();
        try (Worker converter = m.worker().queue("exchange").handle("to euro", (task, context) -> {
            String to = task.headers().getOrDefault("reply-to", REPLIES);
            String number = task.headers().getOrDefault("number", "");
            m.topic(to).publish(number + " " + Integer.parseInt(task.text()) * 9 / 10);
        }).start(); Subscription replies = m.topic(REPLIES).group("shop-1#ephemeral").subscribe(reply -> {
            String[] parts = reply.text().split(" ", 2);
            CompletableFuture<String> asker = waiting.remove(parts[0]);
            if (asker != null) { // an answer that comes twice, or too late, finds nobody
                asker.complete(parts[1]);
            }
        })) {
            CompletableFuture<String> answer = new CompletableFuture<>();
            waiting.put("1", answer);
            m.queue("exchange")
                    .enqueue(Task.of("to euro", "200")
                            .header("reply-to", REPLIES)
                            .header("number", "1")
                            .expiresIn(Duration.ofSeconds(30))); // nobody waits longer
            out.accept("200 dollars are " + answer.get(30, TimeUnit.SECONDS) + " euros, says "
                    + converter.health().queues().get(0).name() + " by " + replies.topic());
        }
    }
}
