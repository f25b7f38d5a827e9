package dev.millrace.structures;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The examples of docs/structures.md: they compile and run here, and the page has them word by word. */
class DocumentationExamplesTest {
    private final List<String> log = new ArrayList<>();

    @Test
    void everyExampleOfThePage_isInThisFile() throws Exception {
        String page = Files.readString(Path.of("..", "docs", "structures.md"));
        String source = squeeze(Files.readString(Path.of(
                "src/test/java/dev/millrace/structures/DocumentationExamplesTest.java")));
        var examples = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(page);
        int found = 0;
        while (examples.find()) {
            assertThat(source).contains(squeeze(examples.group(1)));
            found++;
        }
        assertThat(found).isEqualTo(5);
    }

    private static String squeeze(String text) {
        return text.replaceAll("\\s+", "");
    }

    @Test
    void timeWheel() {
        HierarchicalTimeWheel wheel = new HierarchicalTimeWheel(1000);
        long first = wheel.add(1003, 7, 70);
        long second = wheel.add(90_000, 8, 80);
        wheel.advance(1010, 100, (handle, dueTick, id, payload) -> log.add(id + " was due at " + dueTick));
        boolean won = wheel.cancel(first);
        long sleepUntil = wheel.nextDueTick();
        assertThat(log).containsExactly("7 was due at 1003");
        assertThat(won).isFalse();
        assertThat(sleepUntil).isEqualTo(90_000);
        assertThat(wheel.isPending(second)).isTrue();
    }

    @Test
    void timerService() throws Exception {
        CountDownLatch ran = new CountDownLatch(2);
        try (var executor = Executors.newVirtualThreadPerTaskExecutor();
                var timers = new TimerService(executor, (timer, failure) -> log.add("failed: " + failure))) {
            timers.schedule("order 17", Duration.ofMinutes(30), () -> log.add("too slow"));
            timers.schedule("order 17", Duration.ofMillis(5), ran::countDown); // replaces the one before
            timers.scheduleAtFixedRate(Duration.ZERO, Duration.ofSeconds(1), ran::countDown);
            ran.await();
        }
        assertThat(log).isEmpty();
    }

    @Test
    void skipList() {
        SkipList<String, Integer> scores = new SkipList<>();
        scores.put("ada", 3);
        scores.put("bob", 9);
        scores.put("eve", 5);
        int rank = scores.rank("eve"); // 2
        String middle = scores.select(1).getKey(); // bob
        scores.removeRange("a", "c"); // ada and bob
        assertThat(rank).isEqualTo(2);
        assertThat(middle).isEqualTo("bob");
        assertThat(scores).containsOnlyKeys("eve");
    }

    @Test
    void concurrentSkipList() {
        ConcurrentLongSkipList<String> index = new ConcurrentLongSkipList<>();
        index.put(100, "segment 1");
        index.put(200, "segment 2");
        var entry = index.floorEntry(150); // what holds position 150
        index.scan(100, (key, value) -> log.add(value));
        assertThat(entry == null ? "" : entry.value()).isEqualTo("segment 1");
        assertThat(log).containsExactly("segment 1", "segment 2");
    }

    @Test
    void workerPool() throws Exception {
        WorkerPool pool = new WorkerPool(
                WorkerPool.Options.of(100)
                        .withWaiting(1000, Duration.ofSeconds(2))
                        .withFailureHandler(
                                failure -> log.add("failed: " + failure)));
        Future<Integer> answer = pool.submit(() -> 6 * 7);
        if (!pool.tryExecute(() -> log.add("ran"))) {
            log.add("full");
        }
        List<Object> unfinished = pool.drain(Duration.ofSeconds(10), true);
        assertThat(answer.get()).isEqualTo(42);
        assertThat(unfinished).isEmpty();
        assertThat(log).containsExactly("ran");
    }
}
