package dev.millrace.server.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code dead}: the dead letters of a group. */
@Command(name = "dead", description = "Lists, shows, replays and purges the dead letters of a group.", subcommands = {
    DeadCommand.ListAll.class, DeadCommand.Show.class, DeadCommand.Replay.class, DeadCommand.Purge.class,
    DeadCommand.Job.class},
        footer = {"",
            "Examples:", "  millrace dead list orders billing", "  millrace dead replay orders billing --all",
            "  millrace dead purge orders billing 0ca9381eb3800269"})
public final class DeadCommand extends Parent {
    @Command(name = "list", description = "Dead letters, oldest first.")
    static final class ListAll extends GroupCommand.OnGroup {
        @Option(names = "--limit", paramLabel = "COUNT", defaultValue = "100",
                description = "at most so many") int limit;

        @Override
        public void run() {
            Api api = common.api();
            ArrayNode all = Api.JSON.createArrayNode();
            long after = 0;
            while (all.size() < limit) {
                int page = Math.min(1_000, limit - all.size());
                JsonNode answer = api.get(Api.path(topic, group, "dead?limit=" + page + "&after=" + after));
                answer.path("dead").forEach(all::add);
                if (answer.path("next").isNull()) {
                    break;
                }
                after = answer.path("next").asLong();
            }
            common.print(all, all.isEmpty() ? "no dead letters"
                    : Tables.of(all, "id", "attempts", "diedAt", "reason", "error", "text"));
        }
    }

    @Command(name = "show", description = "One dead letter with its body.")
    static final class Show extends GroupCommand.OnGroup {
        @Parameters(index = "2", paramLabel = "ID") String id;

        @Override
        public void run() {
            JsonNode letter = common.api().get(Api.path(topic, group, "dead/" + id));
            common.print(letter, letter.toPrettyString());
        }
    }

    /** Which dead letters. */
    abstract static class OnSome extends GroupCommand.OnGroup {
        @Parameters(index = "2..*", arity = "0..*", paramLabel = "ID")
        @Nullable List<String> ids;
        @Option(names = "--all", description = "all that are dead now") boolean all;

        @Option(names = "--background",
                description = "with --all: does not wait; dead job tells how far it is") boolean background;

        /** Asks for it, and shows meanwhile how many are left: the server goes through them in slices. */
        JsonNode change(String what) {
            Api api = common.api();
            String body = which();
            if (background) {
                return api.post(Api.path(topic, group, "dead/" + what), body);
            }
            ProgressLine line = new ProgressLine(common.err());
            JsonNode answer = api.postLong(Api.path(topic, group, "dead/" + what), body, () -> line.show(
                    api.get(Api.path(topic, group, "")).path("dead").asLong() + " dead letters left"));
            line.end();
            return answer;
        }

        private String which() {
            List<String> some = ids;
            if (all == (some != null && !some.isEmpty())) {
                throw new CliException("name ids, or --all: one of the two");
            }
            if (background && !all) {
                throw new CliException("--background is for --all");
            }
            ObjectNode body = Api.JSON.createObjectNode();
            if (some == null || some.isEmpty()) {
                return background ? body.put("all", true).put("background", true).toString()
                        : body.put("all", true).toString();
            }
            ArrayNode list = body.putArray("ids");
            some.forEach(list::add);
            return body.toString();
        }
    }

    @Command(name = "replay", description = "Offers dead letters to their group anew.")
    static final class Replay extends OnSome {
        @Override
        public void run() {
            JsonNode answer = change("replay");
            common.print(answer, background ? "started to replay " + answer.path("total").asLong()
                    : "replayed " + answer.path("replayed").asLong());
        }
    }

    @Command(name = "purge", description = "Deletes dead letters.")
    static final class Purge extends OnSome {
        @Override
        public void run() {
            JsonNode answer = change("purge");
            common.print(answer, background ? "started to purge " + answer.path("total").asLong()
                    : "purged " + answer.path("purged").asLong());
        }
    }

    @Command(name = "job", description = "How far the last replay or purge of all dead letters is; it goes on after a "
            + "restart of the server.")
    static final class Job extends GroupCommand.OnGroup {
        @Override
        public void run() {
            JsonNode job = common.api().get(Api.path(topic, group, "dead-job"));
            String what = job.path("what").asString();
            common.print(job, what.equals("none") ? "there was none"
                    : what + ": " + job.path("left").asLong() + " of " + job.path("total").asLong() + " left");
        }
    }
}
