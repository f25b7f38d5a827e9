package dev.millrace.server.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code task}: enqueues, lists, shows and changes the tasks of a queue. */
@Command(name = "task", description = "Enqueues, lists, shows and changes the tasks of a queue.", subcommands = {
    TaskEnqueue.class, TaskCommand.ListAll.class, TaskCommand.Show.class, TaskCommand.Cancel.class,
    TaskCommand.RunNow.class, TaskCommand.Archive.class, TaskCommand.Redrive.class, TaskCommand.Delete.class},
        footer = {"", "Examples:",
            "  millrace task enqueue emails --type welcome --payload '{\"user\":7}' --in 10s --max-attempts 5",
            "  millrace task list emails --state retrying --json", "  millrace task redrive emails --all --state dead"})
public final class TaskCommand extends Parent {
    private static final int COLUMN_WIDTH = 40;

    @Command(name = "list", description = "Tasks in the order of their ids; --json prints one array.")
    static final class ListAll implements Runnable {
        @Mixin Common common;
        @Parameters(index = "0", paramLabel = "QUEUE") String queue;
        @Option(names = "--state", paramLabel = "STATE",
                description = "only those scheduled, ready, leased, retrying, dead or done")
        @Nullable String state;
        @Option(names = "--limit", paramLabel = "COUNT", defaultValue = "100",
                description = "at most so many") int limit;

        @Override
        public void run() {
            if (limit < 1) {
                throw new CliException("--limit must be at least 1, not " + limit);
            }
            Api api = common.api();
            ArrayNode all = Api.JSON.createArrayNode();
            String after = "";
            while (all.size() < limit) {
                String query = "tasks?limit=" + Math.min(1_000, limit - all.size())
                        + (state == null ? "" : "&state=" + Api.encode(state))
                        + (after.isEmpty() ? "" : "&after=" + after);
                JsonNode page = api.get(Api.queue(queue, query));
                page.path("tasks").forEach(all::add);
                if (page.path("next").isNull()) {
                    break;
                }
                after = page.path("next").asString();
            }
            common.print(all, all.isEmpty() ? "no tasks" : table(all));
        }

        private static String table(ArrayNode tasks) {
            ArrayNode rows = Api.JSON.createArrayNode();
            for (JsonNode task : tasks) {
                ObjectNode row = rows.addObject();
                for (String member : new String[]{"id", "state", "type", "attempts", "until"}) {
                    row.put(member, task.path(member).asString(""));
                }
                JsonNode history = task.path("history");
                row.put("payload", shortened(task.path("text").asString("")));
                row.put("error", shortened(history.path(history.size() - 1).path("error").asString("")));
            }
            return Tables.of(rows, "id", "state", "type", "attempts", "until", "payload", "error");
        }

        private static String shortened(String text) {
            String line = text.replaceAll("\\s+", " ");
            return line.length() <= COLUMN_WIDTH ? line : line.substring(0, COLUMN_WIDTH - 3) + "...";
        }
    }

    @Command(name = "show", description = "One task with its payload and failed attempts.")
    static final class Show implements Runnable {
        @Mixin Common common;
        @Parameters(index = "0", paramLabel = "QUEUE") String queue;
        @Parameters(index = "1", paramLabel = "ID", description = Change.ID) String id;

        @Override
        public void run() {
            JsonNode task = common.api().get(Api.queue(queue, "tasks/" + Api.encode(id)));
            common.print(task, task.toPrettyString());
        }
    }

    /** A change of one task, or of all in a state. */
    abstract static class Change implements Runnable {
        static final String ID = "16 hex digits, or id: and the id that was given when it was enqueued";

        @Mixin Common common;
        @Parameters(index = "0", paramLabel = "QUEUE") String queue;
        @Parameters(index = "1", arity = "0..1", paramLabel = "ID", description = ID)
        @Nullable String id;
        @Option(names = "--all", description = "all that are in --state") boolean all;
        @Option(names = "--state", paramLabel = "STATE", description = "with --all")
        @Nullable String state;

        /** The words of the API, and what was done. */
        void change(String one, String many, String done) {
            Api api = common.api();
            String task = id;
            String which = state;
            if (all == (task != null) || all == (which == null)) {
                throw new CliException("name a task's id, or --all with --state STATE: one of the two");
            }
            if (task != null) {
                String path = Api.queue(queue, "tasks/" + Api.encode(task));
                JsonNode answer = one.isEmpty() ? api.delete(path) : api.post(path + "/" + one, "{}");
                common.print(answer, answer.path("asked").asBoolean() ? "asked its worker to stop " + task
                        : done + " " + task);
                return;
            }
            ProgressLine line = new ProgressLine(common.err());
            String body = Api.JSON.createObjectNode().put("state", which).toString();
            JsonNode answer = api.postLong(Api.queue(queue, many), body, () -> line.show(
                    api.get(Api.queue(queue, "")).path(String.valueOf(which)).asLong() + " tasks " + which));
            line.end();
            common.print(answer, done + " " + answer.path("changed").asLong());
        }
    }

    @Command(name = "cancel", description = "Calls a task off; a worker that has it is asked to stop.")
    static final class Cancel extends Change {
        @Override
        public void run() {
            change("cancel", "cancel-all", "cancelled");
        }
    }

    @Command(name = "run-now", description = "Makes a scheduled or retrying task ready now.")
    static final class RunNow extends Change {
        @Override
        public void run() {
            change("run-now", "run-all", "made ready");
        }
    }

    @Command(name = "archive", description = "Gives up a task that waits: it is dead, and can be redriven.")
    static final class Archive extends Change {
        @Override
        public void run() {
            change("archive", "archive-all", "archived");
        }
    }

    @Command(name = "redrive", description = "Makes a dead task ready again, its attempts at 0.")
    static final class Redrive extends Change {
        @Override
        public void run() {
            change("redrive", "redrive-all", "made ready again");
        }
    }

    @Command(name = "delete", description = "Removes a task that no worker has.")
    static final class Delete extends Change {
        @Override
        public void run() {
            change("", "delete-all", "deleted");
        }
    }
}
