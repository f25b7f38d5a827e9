package dev.millrace.server.cli;

import dev.millrace.server.config.Kind;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code group}: lists, shows and changes the groups of a topic. */
@Command(name = "group", description = "Lists, shows and changes the groups of a topic.", subcommands = {
    GroupCommand.ListAll.class, GroupCommand.Show.class, GroupCommand.Create.class, GroupCommand.Retry.class,
    GroupCommand.Delete.class, GroupCommand.Empty.class, GroupCommand.Pause.class,
    GroupCommand.Resume.class, GroupCommand.Replay.class},
        footer = {"", "Examples:", "  millrace group list orders",
            "  millrace group create orders billing --max-attempts 5 --min-backoff 1s --max-backoff 1m",
            "  millrace group retry-policy orders billing --max-attempts 8 --min-backoff 500ms --max-backoff 5m",
            "  millrace group show orders billing", "  millrace group pause orders billing",
            "  millrace group replay orders billing --from 2h"})
public final class GroupCommand extends Parent {
    static final String[] COLUMNS = {"name", "paused", "ready", "leased", "retrying", "dead", "done", "retries",
        "timeouts", "subscriptions"};

    private static final String[] MORE = {"offered", "cancelled", "expired", "purged", "filtered", "dropped"};

    /** A command on one group. */
    abstract static class OnGroup implements Runnable {
        @Mixin Common common;
        @Parameters(index = "0", paramLabel = "TOPIC") String topic;
        @Parameters(index = "1", paramLabel = "GROUP") String group;

        void change(String what, String done) {
            common.print(common.api().post(Api.path(topic, group, what), "{}"), done + " " + topic + ":" + group);
        }
    }

    /** The retry policy as options. */
    static final class Policy {
        @Option(names = "--max-attempts", paramLabel = "COUNT", description = "dead after so many attempts; 0: never")
        @Nullable Integer maxAttempts;
        @Option(names = "--min-backoff", paramLabel = "DURATION", defaultValue = "0s",
                description = "delay after the first failed attempt; doubles with each") String minBackoff;
        @Option(names = "--max-backoff", paramLabel = "DURATION", description = "longest delay")
        @Nullable String maxBackoff;
        @Option(names = "--jitter", paramLabel = "PERCENT", defaultValue = "0",
                description = "each delay is shorter by up to so much of it") int jitterPercent;

        ObjectNode json(int attempts) {
            long min = Common.millis("--min-backoff", minBackoff);
            ObjectNode json = Api.JSON.createObjectNode().put("maxAttempts", attempts).put("minBackoffMillis", min);
            json.put("maxBackoffMillis", maxBackoff == null ? min : Common.millis("--max-backoff", maxBackoff));
            return jitterPercent == 0 ? json : json.put("jitterPercent", jitterPercent);
        }
    }

    @Command(name = "list", description = "The groups of a topic with their figures.")
    static final class ListAll implements Runnable {
        @Mixin Common common;
        @Parameters(paramLabel = "TOPIC") String topic;

        @Override
        public void run() {
            ArrayNode groups = common.api().all(Api.path(topic, "", "groups"), "groups");
            common.print(groups, groups.isEmpty() ? "no groups" : Tables.of(groups, COLUMNS));
        }
    }

    @Command(name = "show", description = "One group with every figure.")
    static final class Show extends OnGroup {
        @Override
        public void run() {
            JsonNode found = common.api().get(Api.path(topic, group, ""));
            ArrayNode one = Api.JSON.createArrayNode().add(found);
            common.print(found,
                    Tables.of(one, COLUMNS) + "\n" + Tables.of(one, MORE) + "\n" + policy(found.path("retryPolicy")));
        }

        private static String policy(JsonNode policy) {
            long attempts = policy.path("maxAttempts").asLong();
            long min = policy.path("minBackoffMillis").asLong();
            long max = policy.path("maxBackoffMillis").asLong();
            String limit = attempts == 0 ? "no limit of attempts" : "dead after " + attempts + " attempts";
            long jitter = policy.path("jitterPercent").asLong();
            String delay = max == 0 ? "no delay between them"
                    : "delays of " + min + " ms, doubling up to " + max + " ms"
                            + (jitter == 0 ? "" : ", shorter by up to " + jitter + " %");
            return "retry policy, for leases that end without an answer: " + limit + ", " + delay;
        }
    }

    @Command(name = "create", description = "Makes a group (and its topic); subscribing makes it as well.")
    static final class Create extends OnGroup {
        @Mixin Policy policy;
        @Option(names = "--start", paramLabel = "default|earliest|now", defaultValue = "default",
                description = "default: everything kept for the first group, later ones from now on") String start;

        @Override
        public void run() {
            ObjectNode body = Api.JSON.createObjectNode().put("name", group).put("start", start);
            if (policy.maxAttempts != null) {
                body.set("retryPolicy", policy.json(policy.maxAttempts));
            }
            JsonNode answer = common.api().post(Api.path(topic, "", "groups"), body.toString());
            common.print(answer,
                    (answer.path("created").asBoolean() ? "created " : "exists already: ") + topic + ":" + group);
        }
    }

    @Command(name = "retry-policy",
            description = "Sets what happens when a lease ends without an answer; without options: "
                    + "no limit, no delay. group show tells it.")
    static final class Retry extends OnGroup {
        @Mixin Policy policy;

        @Override
        public void run() {
            int attempts = policy.maxAttempts == null ? 0 : policy.maxAttempts;
            common.print(common.api().put(Api.path(topic, group, "retry-policy"), policy.json(attempts).toString()),
                    "set the retry policy of " + topic + ":" + group);
        }
    }

    @Command(name = "delete", description = "Deletes a group with what it holds.")
    static final class Delete extends OnGroup {
        @Override
        public void run() {
            common.print(common.api().delete(Api.path(topic, group, "")), "deleted " + topic + ":" + group);
        }
    }

    @Command(name = "empty", description = "Purges everything ready, leased and retrying.")
    static final class Empty extends OnGroup {
        @Override
        public void run() {
            change("empty", "emptied");
        }
    }

    @Command(name = "pause", description = "Delivers nothing; what is leased goes on.")
    static final class Pause extends OnGroup {
        @Override
        public void run() {
            change("pause", "paused");
        }
    }

    @Command(name = "resume", description = "Ends a pause.")
    static final class Resume extends OnGroup {
        @Override
        public void run() {
            change("resume", "resumed");
        }
    }

    @Command(name = "replay", description = "Offers the group anew what its topic still keeps; how long that is, "
            + "topic history says.")
    static final class Replay extends OnGroup {
        @Option(names = "--from", required = true, paramLabel = "earliest|DURATION|TIME|ID",
                description = "all that is kept; what was published in this last time, or since this instant "
                        + "(2026-11-28T08:30:00Z); from this message on") String from;
        @Option(names = "--purge-under-way",
                description = "purges what the group has not finished, in flight or not, before") boolean purge;

        @Override
        public void run() {
            ObjectNode body = Api.JSON.createObjectNode().put("from", start()).put("purgeUnderWay", purge);
            JsonNode answer = common.api().post(Api.path(topic, group, "replay"), body.toString());
            common.print(answer,
                    "offered " + answer.path("offered").asLong() + " messages anew to " + topic + ":" + group);
        }

        /** A duration is one that ends now. */
        private String start() {
            if (from.matches("[0-9a-fA-F]{16}")) {
                return from;
            }
            try {
                return Instant.now().minus(Kind.duration(from)).toString();
            } catch (IllegalArgumentException e) {
                return from;
            }
        }
    }
}
