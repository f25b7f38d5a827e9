package dev.millrace.server.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code batch}: tasks of any queues with a task that is enqueued when all of them are over. */
@Command(name = "batch", description = "Tasks of any queues, and a task that is enqueued when all of them are over.",
        subcommands = {BatchCommand.Open.class, BatchCommand.Add.class, BatchCommand.Close.class,
            BatchCommand.ListAll.class, BatchCommand.Show.class, BatchCommand.Wait.class, BatchCommand.Cancel.class},
        footer = {"", "Example:", "  batch=$(millrace batch open reports --type summary)",
            "  millrace batch add $batch mails --type welcome --payload '{\"user\":7}'",
            "  millrace batch close $batch", "  millrace batch wait $batch --timeout 10m"})
public final class BatchCommand extends Parent {
    /** Asked anew so often, so that a person sees how far it is, and a connection that is dead is found out. */
    private static final long PART_MILLIS = 20_000;
    private static final long SHOWN_MILLIS = 1_000;

    @Command(name = "open", description = "Opens a batch and prints it; the options are those of the task that is"
            + " enqueued in QUEUE when it is over.")
    static final class Open implements Callable<Integer> {
        @Mixin Common common;
        @Parameters(index = "0", paramLabel = "QUEUE", description = "made if it does not exist") String queue;
        @Mixin TaskWish wish;
        @Option(names = "--silent",
                description = "enqueue no task when it is over; batch wait tells it") boolean silent;

        @Override
        public Integer call() throws IOException {
            ObjectNode task = wish.json();
            if (silent && !task.isEmpty()) {
                throw new CliException("--silent enqueues no task: leave out the options of one");
            }
            if (!silent && task.isEmpty()) {
                throw new CliException("say what task is enqueued when the batch is over, such as --type summary, or"
                        + " --silent for none");
            }
            JsonNode opened = common.api()
                    .post(Api.queue(queue, "batches"), silent ? "{\"silent\":true}" : task.toString());
            String name = queue + "/" + opened.path("id").asString();
            boolean duplicate = opened.path("duplicate").asBoolean();
            if (duplicate && !common.isJson()) {
                common.err().println("a task with this unique key or id waits already; nothing was opened anew");
                common.err().flush();
            }
            common.print(opened, name);
            return 0;
        }
    }

    /** A command on one batch. */
    abstract static class OnBatch {
        @Mixin Common common;
        @Parameters(index = "0", paramLabel = BatchName.LABEL, description = BatchName.RULE) String batch;

        BatchName name() {
            return BatchName.of(batch);
        }

        JsonNode show(Api api, long waitMillis) {
            return api.get(name().path(waitMillis == 0 ? "" : "?waitMillis=" + waitMillis));
        }

        static String told(JsonNode found) {
            StringBuilder text = new StringBuilder(state(found)).append(": ")
                    .append(found.path("added").asLong())
                    .append(" added");
            for (String count : new String[]{"done", "dead", "cancelled", "expired"}) {
                text.append(", ").append(found.path(count).asLong()).append(' ').append(count);
            }
            return text.append(", ").append(found.path("open").asLong()).append(" not over").toString();
        }
    }

    @Command(name = "add", description = "Enqueues a task, or a file of them, that the batch counts.")
    static final class Add extends OnBatch implements Callable<Integer> {
        @Parameters(index = "1", paramLabel = "QUEUE",
                description = "of the task; made if it does not exist") String queue;
        @Mixin TaskWish wish;
        @Option(names = "--file", paramLabel = "FILE", description = "instead: tasks as task enqueue --file takes them")
        @Nullable String file;

        @Override
        public Integer call() throws IOException {
            TaskEnqueue.enqueue(common, queue, wish, file, name());
            return 0;
        }
    }

    @Command(name = "close", description = "No task can be added any more; one without tasks is over then.")
    static final class Close extends OnBatch implements Runnable {
        @Override
        public void run() {
            common.print(common.api().post(name().path("/close"), "{}"), "closed " + name());
        }
    }

    private static String state(JsonNode batch) {
        return batch.path("over").asBoolean() ? "over" : batch.path("closed").asBoolean() ? "closed" : "open";
    }

    @Command(name = "list", description = "Batches of a queue with their counts: those that are open or closed, and the"
            + " last 1,000 that are over.")
    static final class ListAll implements Runnable {
        private static final String[] COLUMNS = {"batch", "state", "added", "not over", "done", "dead", "cancelled",
            "expired"};

        @Mixin Common common;
        @Parameters(index = "0", paramLabel = "QUEUE", description = "of the tasks that end them") String queue;
        @Option(names = "--state", paramLabel = "STATE", description = "only these: open, closed or over")
        @Nullable String state;

        @Override
        public void run() {
            ArrayNode batches = common.api()
                    .all(Api.queue(queue, "batches"), "batches", state == null ? "" : "&state=" + Api.encode(state));
            ArrayNode rows = Api.JSON.createArrayNode();
            for (JsonNode batch : batches) {
                ObjectNode row = ((ObjectNode) batch.deepCopy()).put("batch", queue + "/" + batch.path("id").asString())
                        .put("state", state(batch));
                row.set("not over", batch.path("open"));
                rows.add(row);
            }
            common.print(batches, rows.isEmpty() ? "no batches" : Tables.of(rows, COLUMNS));
        }
    }

    @Command(name = "show", description = "How far it is; also of the last 1,000 of a queue that are over.")
    static final class Show extends OnBatch implements Runnable {
        @Override
        public void run() {
            JsonNode found = show(common.api(), 0);
            common.print(found, told(found));
        }
    }

    @Command(name = "wait",
            description = "Waits until it is over. Exit code 1 when the time was up first, or when it was"
                    + " called off.")
    static final class Wait extends OnBatch implements Callable<Integer> {
        @Option(names = "--timeout", paramLabel = "DURATION", description = "at most so long [for ever]")
        @Nullable String timeout;

        @Override
        public Integer call() {
            long atMost = timeout == null ? Long.MAX_VALUE : Common.millis("--timeout", timeout);
            Api api = common.api();
            ProgressLine line = new ProgressLine(common.err());
            long began = System.nanoTime();
            JsonNode found = show(api, 0);
            long left = atMost;
            while (!found.path("over").asBoolean() && left > 0) {
                line.show(told(found));
                found = show(api, Math.min(left, line.isShown() ? SHOWN_MILLIS : PART_MILLIS));
                left = atMost - (System.nanoTime() - began) / 1_000_000;
            }
            line.end();
            boolean over = found.path("over").asBoolean();
            common.print(found, told(found));
            if (!over) {
                common.err().println("it was not over after " + timeout + "; it goes on");
                common.err().flush();
            }
            return over ? 0 : 1;
        }
    }

    @Command(name = "cancel", description = "Calls it off: its task never comes; tasks that were added go on.")
    static final class Cancel extends OnBatch implements Runnable {
        @Override
        public void run() {
            BatchName name = name();
            JsonNode answer = common.api().post(Api.queue(name.queue(), "tasks/" + name.id() + "/cancel"), "{}");
            common.print(answer, "called off " + name);
        }
    }
}
