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
    DeadCommand.ListAll.class, DeadCommand.Show.class, DeadCommand.Replay.class, DeadCommand.Purge.class},
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

        /** Asks for it, and shows meanwhile how many are left: the server goes through them in slices. */
        JsonNode change(String what) {
            Api api = common.api();
            String body = which();
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
            ObjectNode body = Api.JSON.createObjectNode();
            if (some == null || some.isEmpty()) {
                return body.put("all", true).toString();
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
            common.print(answer, "replayed " + answer.path("replayed").asLong());
        }
    }

    @Command(name = "purge", description = "Deletes dead letters.")
    static final class Purge extends OnSome {
        @Override
        public void run() {
            JsonNode answer = change("purge");
            common.print(answer, "purged " + answer.path("purged").asLong());
        }
    }
}
