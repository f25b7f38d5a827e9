package dev.millrace.server.cli;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code task enqueue}: hands a task, a chain, or a file of them to a queue. */
@Command(name = "enqueue", description = "Enqueues a task; makes the queue if it does not exist.", footer = {"",
    "Examples:",
    "  millrace task enqueue emails --type welcome --payload '{\"user\":7}' --in 10s --unique welcome-7",
    "  millrace task enqueue orders --type charge --then mails:receipt --then 'stock:ship:{\"order\":7}'",
    "  millrace task enqueue emails --file tasks.json"})
final class TaskEnqueue implements Callable<Integer> {
    @Mixin private Common common;
    @Parameters(index = "0", paramLabel = "QUEUE") private String queue;
    @Mixin private TaskWish wish;
    @Option(names = "--batch", paramLabel = BatchName.LABEL,
            description = "the batch that counts it, " + BatchName.RULE) private @Nullable String batch;
    @Option(names = "--file", paramLabel = "FILE",
            description = "instead: tasks as the HTTP API takes them, JSON objects one after the other or in a list;"
                    + " - reads standard input") private @Nullable String file;

    @Override
    public Integer call() throws IOException {
        enqueue(common, queue, wish, file, batch == null ? null : BatchName.of(batch));
        return 0;
    }

    /** One task of the options, or those of the file. */
    static void enqueue(Common common, String queue, TaskWish wish, @Nullable String file, @Nullable BatchName batch)
            throws IOException {
        if (file != null) {
            if (wish.isGiven()) {
                throw new CliException("with --file the file says what the tasks are: leave out the other options");
            }
            List<ObjectNode> tasks = TaskFile.read(file);
            tasks.forEach(task -> join(task, batch));
            ArrayNode done = TaskFile.enqueue(common.plainApi(), queue, tasks, new ProgressLine(common.err()));
            common.print(done, TaskFile.summary(done));
            return;
        }
        ObjectNode task = wish.json();
        join(task, batch);
        JsonNode one = common.api().post(Api.queue(queue, "tasks"), task.toString()).path("tasks").path(0);
        String given = one.path("id").asString();
        common.print(one, one.path("duplicate").asBoolean() ? "duplicate of " + given : "enqueued " + given);
    }

    private static void join(ObjectNode task, @Nullable BatchName batch) {
        if (batch != null) {
            task.set("batch", batch.json());
        }
    }
}
