package dev.millrace.examples;

import dev.millrace.api.Delivery;
import dev.millrace.api.Group;
import dev.millrace.api.GroupStart;
import dev.millrace.api.Message;
import dev.millrace.api.MessageId;
import dev.millrace.api.Millrace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Log collection: hosts send lines without waiting; one collector takes them by the hundred and stores them. */
final class LogCollection implements Example {
    private static final int HOSTS = 4;
    private static final int LINES = 500;

    @Override
    public void run(Millrace m, Consumer<String> out) {
        Group collector = m.topic("logs").group("collector");
        collector.create(GroupStart.EARLIEST);

        List<CompletableFuture<List<MessageId>>> sent = new ArrayList<>();
        for (int host = 0; host < HOSTS; host++) {
            String name = "host-" + host;
            sent.add(m.topic("logs")
                    .publishAllAsync(IntStream.range(0, LINES)
                            .mapToObj(i -> Message.of(name + (i % 100 == 0 ? " ERROR " : " INFO ") + i))
                            .toList()));
        }

        Map<String, Integer> stored = new TreeMap<>();
        for (int lines = 0; lines < HOSTS * LINES;) {
            List<Delivery> batch = collector.pull(100, Duration.ofSeconds(5), Duration.ofMinutes(1));
            batch.forEach(line -> stored.merge(line.text().split(" ", 3)[1], 1, Integer::sum));
            await(batch.stream().map(Delivery::ackAsync)); // stored: they may go
            lines += batch.size();
        }
        await(sent.stream());
        out.accept("stored " + stored);
    }

    private static void await(Stream<? extends CompletableFuture<?>> futures) {
        CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new)).join();
    }
}
