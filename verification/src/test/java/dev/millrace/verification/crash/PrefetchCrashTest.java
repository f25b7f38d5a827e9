package dev.millrace.verification.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.MessageId;
import dev.millrace.api.Millrace;
import dev.millrace.api.Page;
import dev.millrace.api.task.QueueStats;
import dev.millrace.api.task.Task;
import dev.millrace.api.task.TaskInfo;
import dev.millrace.api.task.TaskQueue;
import dev.millrace.api.task.TaskState;
import dev.millrace.verification.process.MillraceProcess;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A worker in a process of its own holds tasks that no handler of it has begun, under leases of an hour, when it is stopped:
 * all of its tasks run elsewhere, and what it says later is refused. How long it took is printed; docs/grpc.md promises 10 s.
 */
class PrefetchCrashTest {
    private static final int TASKS = 30_000;
    private static final Duration RETENTION = Duration.ofHours(1);

    @TempDir private Path folder;

    private static void awaitDone(TaskQueue queue) {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        for (QueueStats stats = queue.stats(); stats.done() < TASKS; stats = queue.stats()) {
            assertThat(System.nanoTime() - until).as("%s", stats).isNegative();
        }
    }

    /** Who did which task. */
    private static Map<MessageId, String> doers(TaskQueue queue) {
        Map<MessageId, String> doers = new HashMap<>();
        for (Optional<String> cursor = Optional.of(""); cursor.isPresent();) {
            Page<TaskInfo> page = queue.list(TaskState.DONE, cursor.get(), 1_000);
            page.items().forEach(info -> doers.put(info.id(), info.output().resultText()));
            cursor = page.next();
        }
        return doers;
    }

    @Test
    void stoppedWorker_whatItHeldRunsElsewhere_itsLateAnswersAreRefused_nothingIsLost() throws IOException {
        try (MillraceProcess server = MillraceProcess.start(folder.resolve("data"))) {
            InetSocketAddress door = server.address("grpc");
            String address = door.getHostString() + ":" + door.getPort();
            try (Millrace m = Millrace.connect(address);
                    WorkerProcess stopped = FastWorker.start(folder.resolve("stopped"), address, "stopped")) {
                TaskQueue queue = m.queue("mails");
                queue.enqueueAll(IntStream.range(0, TASKS)
                        .mapToObj(i -> Task.of("mail", "t" + i).retention(RETENTION))
                        .toList());
                stopped.says("ahead");
                stopped.signal("STOP");
                long start = System.nanoTime();
                assertThat(queue.stats().leased()).as("held ahead of need").isGreaterThan(FastWorker.HANDLERS);
                try (WorkerProcess other = FastWorker.start(folder.resolve("other"), address, "other")) {
                    awaitDone(queue);
                    System.out.println("PrefetchCrashTest: all done elsewhere after "
                            + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start) + " ms");
                    Map<MessageId, String> before = doers(queue);
                    assertThat(before).hasSize(TASKS).containsValue("stopped").containsValue("other");
                    stopped.signal("CONT");
                    stopped.goOn();
                    stopped.says("closed");
                    assertThat(doers(queue)).isEqualTo(before);
                    other.goOn();
                    other.says("closed");
                }
                QueueStats stats = queue.stats();
                assertThat(List.of(stats.done(), stats.ready(), stats.leased(), stats.retrying(), stats.dead()))
                        .as("%s", stats)
                        .containsExactly((long) TASKS, 0L, 0L, 0L, 0L);
            }
        }
    }
}
