package dev.millrace.server.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/** {@code topic}: lists, shows and changes topics. */
@Command(name = "topic", description = "Lists, shows and changes topics.", subcommands = {TopicCommand.ListAll.class,
    TopicCommand.Show.class, TopicCommand.Create.class, TopicCommand.Delete.class, TopicCommand.Empty.class,
    TopicCommand.Pause.class, TopicCommand.Resume.class},
        footer = {"", "Examples:", "  millrace topic list",
            "  millrace topic pause orders", "  millrace topic delete orders"})
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
}
