package dev.millrace.server.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/** {@code topic}: lists, shows and changes topics. */
@Command(name = "topic", description = "Lists, shows and changes topics.", subcommands = {TopicCommand.ListAll.class,
    TopicCommand.Show.class, TopicCommand.Create.class, TopicCommand.Delete.class, TopicCommand.Empty.class,
    TopicCommand.Pause.class, TopicCommand.Resume.class, TopicCommand.History.class},
        footer = {"", "Examples:", "  millrace topic list",
            "  millrace topic pause orders", "  millrace topic delete orders",
            "  millrace topic history orders --max-age 7d --max-bytes 10GiB"})
public final class TopicCommand extends Parent {
    static final String[] COLUMNS = {"name", "paused", "accepted", "scheduled", "waiting", "joined", "purged"};

    /** A command on one topic. */
    abstract static class OnTopic implements Runnable {
        @Mixin Common common;
        @Parameters(paramLabel = "TOPIC") String topic;

        void change(String what, String done) {
            common.print(common.api().post(Api.path(topic, "", what), "{}"), done + " " + topic);
        }
    }

    @Command(name = "list", description = "All topics with their figures.")
    static final class ListAll implements Runnable {
        @Mixin Common common;

        @Override
        public void run() {
            ArrayNode all = common.api().all("/api/v1/topics", "topics");
            common.print(all, all.isEmpty() ? "no topics" : Tables.of(all, COLUMNS));
        }
    }

    @Command(name = "show", description = "One topic with its groups.")
    static final class Show extends OnTopic {
        @Override
        public void run() {
            JsonNode found = common.api().get(Api.path(topic, "", ""));
            String groups = found.path("groups").isEmpty() ? "no groups"
                    : Tables.of(found.path("groups"), GroupCommand.COLUMNS);
            ArrayNode one = Api.JSON.createArrayNode().add(found);
            common.print(found, Tables.of(one, COLUMNS) + "\n\n" + groups);
        }
    }

    @Command(name = "create", description = "Makes a topic; publishing makes it as well.")
    static final class Create extends OnTopic {
        @Override
        public void run() {
            JsonNode answer = common.api()
                    .post("/api/v1/topics",
                            Api.JSON.createObjectNode().put("name", topic).toString());
            common.print(answer, (answer.path("created").asBoolean() ? "created " : "exists already: ") + topic);
        }
    }

    @Command(name = "delete", description = "Deletes a topic with its messages and groups.")
    static final class Delete extends OnTopic {
        @Override
        public void run() {
            common.print(common.api().delete(Api.path(topic, "", "")), "deleted " + topic);
        }
    }

    @Command(name = "empty", description = "Purges what is deferred, and what waits for a group; not what groups hold.")
    static final class Empty extends OnTopic {
        @Override
        public void run() {
            change("empty", "emptied");
        }
    }

    @Command(name = "pause", description = "Keeps what is published, offers nothing to the groups.")
    static final class Pause extends OnTopic {
        @Override
        public void run() {
            change("pause", "paused");
        }
    }

    @Command(name = "resume", description = "Ends a pause.")
    static final class Resume extends OnTopic {
        @Override
        public void run() {
            change("resume", "resumed");
        }
    }

    @Command(name = "history", description = "Shows or sets what is kept of messages that all groups are done with, "
            + "for group replay; without options it shows it.")
    static final class History extends OnTopic {
        @Option(names = "--max-age", paramLabel = "DURATION", description = "forgets what is older")
        @Nullable String maxAge;
        @Option(names = "--max-bytes", paramLabel = "SIZE", description = "forgets the oldest beyond so many bytes")
        @Nullable String maxBytes;
        @Option(names = "--off", description = "keeps nothing") boolean off;

        @Override
        public void run() {
            boolean sets = maxAge != null || maxBytes != null;
            if (sets && off) {
                throw new CliException("give limits, or --off: one of the two");
            }
            Api api = common.api();
            if (!sets && !off) {
                JsonNode found = api.get(Api.path(topic, "", "history"));
                common.print(found, told(found));
                return;
            }
            long millis = maxAge == null ? 0 : Common.millis("--max-age", maxAge);
            long bytes = maxBytes == null ? 0 : Common.bytes("--max-bytes", maxBytes);
            if (sets && millis == 0 && bytes == 0) {
                throw new CliException("both limits are 0, which keeps nothing: say --off");
            }
            common.print(api.put(Api.path(topic, "", "history"),
                    Api.JSON.createObjectNode().put("maxAgeMillis", millis).put("maxBytes", bytes).toString()),
                    "set the history of " + topic);
        }

        private static String told(JsonNode history) {
            long millis = history.path("maxAgeMillis").asLong();
            long bytes = history.path("maxBytes").asLong();
            if (millis == 0 && bytes == 0) {
                return "no history: messages go when all groups are done with them";
            }
            return history.path("messages").asLong() + " messages that all groups are done with are kept"
                    + (millis == 0 ? "" : ", for at most " + millis + " ms")
                    + (bytes == 0 ? "" : ", in at most " + bytes + " bytes of the topic");
        }
    }
}
