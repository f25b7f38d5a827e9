package dev.millrace.api.contract;

import dev.millrace.api.MessageId;
import dev.millrace.api.task.QueueStats;
import dev.millrace.api.task.Task;
import dev.millrace.api.task.TaskHandler;
import dev.millrace.api.task.TaskInfo;
import dev.millrace.api.task.TaskQueue;
import dev.millrace.api.task.Worker;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** A queue {@code mails}, and a log that handlers write to. */
abstract class TaskContractBase extends ContractBase {
    final BlockingQueue<String> log = new LinkedBlockingQueue<>();

    final TaskQueue mails() {
        return m.queue("mails");
    }

    static Task task(String payload) {
        return Task.of("mail", payload);
    }

    final MessageId enqueue(Task task) {
        return mails().enqueue(task).id();
    }

    final TaskInfo info(MessageId id) {
        return mails().task(id).orElseThrow();
    }

    final Worker work(int concurrency, TaskHandler handler) {
        return m.worker().queue("mails").concurrency(concurrency).handle("mail", handler).start();
    }

    /** Writes payloads to the log. */
    final Worker logging() {
        return work(1, (task, context) -> log.add(task.text()));
    }

    final void until(Predicate<QueueStats> condition) {
        await("the statistics of mails", () -> condition.test(mails().stats()));
    }

    /** What handlers wrote next. */
    final List<String> taken(int count) {
        return IntStream.range(0, count).mapToObj(i -> take(log)).toList();
    }
}
