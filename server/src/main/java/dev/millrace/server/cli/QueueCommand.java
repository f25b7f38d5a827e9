package dev.millrace.server.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code queue}: lists, shows and changes task queues. */
@Command(name = "queue", description = "Lists, shows, creates, pauses, sets and deletes task queues.",
        subcommands = {QueueCommand.ListAll.class, QueueCommand.Show.class, QueueCommand.Create.class,
            QueueCommand.Pause.class, QueueCommand.Resume.class, QueueCommand.Limits.class, QueueCommand.Groups.class,
            QueueCommand.Delete.class},
        footer = {"", "Examples:", "  millrace queue list", "  millrace queue limits emails --concurrency 5",
            "  millrace queue groups news --max-size 100 --max-delay 5m --grace 10s"})
public final class QueueCommand extends Parent {
    private static final String[] COLUMNS = {"name", "paused", "scheduled", "ready", "leased", "retrying", "dead",
        "done", "cancelled", "expired"};

    @Command(name = "list", description = "Task queues with their figures.")
    static final class ListAll implements Runnable {
        @Mixin Common common;

        @Override
        public void run() {
            ArrayNode queues = common.api().all("/api/v1/queues", "queues");
            common.print(queues, queues.isEmpty() ? "no queues" : Tables.of(queues, COLUMNS));
        }
    }

    /** A command on one queue. */
    abstract static class OnQueue implements Runnable {
        @Mixin Common common;
        @Parameters(index = "0", paramLabel = "QUEUE") String queue;

        void change(String what, String done) {
            common.print(common.api().post(Api.queue(queue, what), "{}"), done + " " + queue);
        }
    }

    @Command(name = "show", description = "One queue with its limits, its retry policy, and the groups of which tasks"
            + " wait.")
    static final class Show extends OnQueue {
        /** Groups; whether there are more is told, and HTTP gives them in pages. */
        private static final int SHOWN = 100;

        @Override
        public void run() {
            Api api = common.api();
            ObjectNode found = (ObjectNode) api.get(Api.queue(queue, ""));
            JsonNode page = api.get(Api.queue(queue, "groups/waiting?limit=" + SHOWN));
            found.set("waitingGroups", page.path("groups"));
            found.put("moreGroups", page.path("next").isString());
            common.print(found, found.toPrettyString());
        }
    }

    @Command(name = "create", description = "Creates a queue; enqueueing does it as well.")
    static final class Create extends OnQueue {
        @Override
        public void run() {
            JsonNode answer = common.api().put(Api.queue(queue, ""), "{}");
            common.print(answer, (answer.path("created").asBoolean() ? "created " : "exists already: ") + queue);
        }
    }

    @Command(name = "delete", description = "Deletes a queue with its tasks.")
    static final class Delete extends OnQueue {
        @Override
        public void run() {
            common.print(common.api().delete(Api.queue(queue, "")), "deleted " + queue);
        }
    }

    @Command(name = "pause", description = "Hands out nothing; what is leased goes on.")
    static final class Pause extends OnQueue {
        @Override
        public void run() {
            change("pause", "paused");
        }
    }

    @Command(name = "resume", description = "Ends a pause.")
    static final class Resume extends OnQueue {
        @Override
        public void run() {
            change("resume", "resumed");
        }
    }

    @Command(name = "limits", description = "Sets how the queue hands out; what is not given is off.")
    static final class Limits extends OnQueue {
        @Option(names = "--concurrency", paramLabel = "COUNT", defaultValue = "0",
                description = "most tasks of one limit key that run at once") int concurrency;
        @Option(names = "--rate", paramLabel = "COUNT", defaultValue = "0",
                description = "most tasks of one limit key that start in a period") int rate;
        @Option(names = "--period", paramLabel = "DURATION", defaultValue = "1s",
                description = "of the rate [1s]") String period;
        @Option(names = "--ageing", paramLabel = "DURATION",
                description = "waiting so long counts as one priority higher")
        @Nullable String ageing;

        @Override
        public void run() {
            ObjectNode body = Api.JSON.createObjectNode()
                    .put("concurrencyPerKey", concurrency)
                    .put("ratePerKey", rate)
                    .put("periodMillis", Common.millis("--period", period))
                    .put("ageingMillis", ageing == null ? 0 : Common.millis("--ageing", ageing));
            common.print(common.api().put(Api.queue(queue, "limits"), body.toString()), "set the limits of " + queue);
        }
    }

    @Command(name = "groups", description = "Sets when the tasks of one group key are delivered together; without"
            + " options it shows it. What is not given stays as it is.")
    static final class Groups extends OnQueue {
        @Option(names = "--max-size", paramLabel = "COUNT", description = "as soon as there are so many, 1 to 1000")
        @Nullable Integer maxSize;
        @Option(names = "--max-delay", paramLabel = "DURATION",
                description = "so long after the first has come; 0s: no such limit")
        @Nullable String maxDelay;
        @Option(names = "--grace", paramLabel = "DURATION", description = "so long after the last has come")
        @Nullable String grace;

        @Override
        public void run() {
            Api api = common.api();
            String path = Api.queue(queue, "groups");
            JsonNode now = api.get(path);
            if (maxSize == null && maxDelay == null && grace == null) {
                common.print(now, now.toPrettyString());
                return;
            }
            ObjectNode wanted = Api.JSON.createObjectNode();
            wanted.put("maxSize", maxSize == null ? now.path("maxSize").asInt() : maxSize);
            wanted.put("maxDelayMillis",
                    maxDelay == null ? now.path("maxDelayMillis").asLong() : Common.millis("--max-delay", maxDelay));
            wanted.put("graceMillis",
                    grace == null ? now.path("graceMillis").asLong() : Common.millis("--grace", grace));
            common.print(api.put(path, wanted.toString()), "set the groups of " + queue);
        }
    }
}
