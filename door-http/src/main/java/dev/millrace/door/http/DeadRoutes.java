package dev.millrace.door.http;

import dev.millrace.net.http.HttpExchange;
import dev.millrace.net.http.Router;
import dev.millrace.node.Broker;
import dev.millrace.node.DeadJobState;
import dev.millrace.node.DeadLetter;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Dead letters: list, show, replay, purge. */
final class DeadRoutes {
    private static final int MAX_BODY_BYTES = 1 << 20;
    private static final int MAX_PAGE = 1_000;
    private static final long MILLI = 1_000_000L;

    private final Broker broker;
    private final Access access;

    DeadRoutes(Broker broker, Access access) {
        this.broker = broker;
        this.access = access;
    }

    void addTo(Router router) {
        String dead = "/api/v1/topics/{topic}/groups/{group}/dead";
        router.add("GET", dead, this::list);
        router.add("GET", dead + "/{id}", this::show);
        router.add("POST", dead + "/replay", this::replay);
        router.add("POST", dead + "/purge", access.withToken(this::purge));
        router.add("GET", "/api/v1/topics/{topic}/groups/{group}/dead-job", this::job);
    }

    /** How far the last job about all of them is. */
    private void job(HttpExchange exchange) {
        GroupRoutes.find(broker, Names.topic(exchange), Names.group(exchange));
        Optional<DeadJobState> job = Answers.await(broker.deadJob(Names.topic(exchange), Names.group(exchange)));
        ObjectNode answer = Json.object();
        answer.put("what", job.map(state -> state.replays() ? "replay" : "purge").orElse("none"));
        answer.put("total", job.map(DeadJobState::total).orElse(0L));
        answer.put("left", job.map(DeadJobState::left).orElse(0L));
        Json.send(exchange, 200, answer);
    }

    private void list(HttpExchange exchange) {
        int limit = (int) Queries.number(exchange, "limit", 100, 1, MAX_PAGE);
        long after = Queries.number(exchange, "after", 0, 0, Long.MAX_VALUE);
        boolean base64 = Queries.number(exchange, "base64", 0, 0, 1) == 1;
        GroupRoutes.find(broker, Names.topic(exchange), Names.group(exchange));
        List<DeadLetter> page = page(exchange, after, limit);
        ObjectNode answer = Json.object();
        ArrayNode letters = answer.putArray("dead");
        page.forEach(letter -> letters.add(json(letter, base64)));
        long bytes = page.stream().mapToLong(letter -> letter.body().remaining()).sum();
        if (page.size() == limit || bytes >= Broker.DEAD_PAGE_BYTES) {
            answer.put("next", page.getLast().cursor());
        } else {
            answer.putNull("next");
        }
        Json.send(exchange, 200, answer);
    }

    private List<DeadLetter> page(HttpExchange exchange, long after, int limit) {
        return Answers.await(broker.deadLetters(Names.topic(exchange), Names.group(exchange), after, limit));
    }

    private void show(HttpExchange exchange) {
        long id = MessageJson.parse("message id", exchange.parameter("id"));
        boolean base64 = Queries.number(exchange, "base64", 0, 0, 1) == 1;
        GroupRoutes.find(broker, Names.topic(exchange), Names.group(exchange));
        Optional<DeadLetter> letter = Answers
                .await(broker.deadLetter(Names.topic(exchange), Names.group(exchange), id));
        if (letter.isPresent()) {
            Json.send(exchange, 200, json(letter.get(), base64));
            return;
        }
        throw Problems.notFound("no dead letter of the group has the id " + exchange.parameter("id"));
    }

    private static ObjectNode json(DeadLetter letter, boolean base64) {
        ObjectNode json = Json.object();
        json.put("cursor", letter.cursor());
        json.put("id", MessageJson.hex(letter.id()));
        json.put("attempts", letter.attempts());
        json.put("bornAt", MessageJson.instant(letter.bornAtNanos()));
        if (letter.firstFailureMillis() > 0) {
            json.put("firstFailureAt", MessageJson.instant(letter.firstFailureMillis() * MILLI));
        }
        json.put("diedAt", MessageJson.instant(letter.diedAtMillis() * MILLI));
        json.put("reason", letter.reason());
        json.put("error", letter.error());
        MessageJson.history(json, letter.history());
        MessageJson.body(json, letter.body(), base64);
        return json;
    }

    private void replay(HttpExchange exchange) throws IOException {
        Which which = which(exchange);
        String topic = Names.topic(exchange);
        String group = Names.group(exchange);
        if (which.background) {
            started(exchange, true);
            return;
        }
        long replayed = which.ids.isEmpty() ? Answers.awaitBulk(broker.replayAllDead(topic, group))
                : Answers.await(broker.replayDead(topic, group, which.ids));
        Json.send(exchange, 200, Json.object().put("replayed", replayed));
    }

    private void purge(HttpExchange exchange) throws IOException {
        Which which = which(exchange);
        if (which.background) {
            started(exchange, false);
            return;
        }
        long purged = Answers.awaitBulk(broker.purgeDead(Names.topic(exchange), Names.group(exchange), which.ids));
        Json.send(exchange, 200, Json.object().put("purged", purged));
    }

    private void started(HttpExchange exchange, boolean replay) {
        long total = Answers.await(broker.startDeadJob(Names.topic(exchange), Names.group(exchange), replay));
        Json.send(exchange, 202, Json.object().put("total", total));
    }

    /** No ids: all. */
    private record Which(List<Long> ids, boolean background) {}

    /** The ids that the body names; none means all, which it has to say: {@code {"all":true}}. */
    private Which which(HttpExchange exchange) throws IOException {
        JsonInput input = JsonInput.of(exchange, MAX_BODY_BYTES);
        boolean all = input.flag("all");
        if (all == input.has("ids")) {
            throw input.refuse("ids", "or all: true must be there, exactly one of them");
        }
        List<Long> ids = all ? List.of()
                : input.texts("ids", MAX_PAGE).stream().map(id -> MessageJson.parse("message id", id)).toList();
        boolean background = input.flag("background");
        if (background && !all) {
            throw input.refuse("background", "is for all of them only");
        }
        input.end();
        GroupRoutes.find(broker, Names.topic(exchange), Names.group(exchange));
        return new Which(ids, background);
    }
}
