package dev.millrace.door.http;

import dev.millrace.core.message.MessageView;
import dev.millrace.core.shard.Delivery;
import dev.millrace.core.shard.Outcome;
import dev.millrace.core.shard.Submission;
import dev.millrace.core.shard.TopicRef;
import dev.millrace.net.http.HttpExchange;
import dev.millrace.net.http.HttpFailure;
import dev.millrace.net.http.HttpHandler;
import dev.millrace.net.http.Router;
import dev.millrace.node.Broker;
import dev.millrace.node.PublishBatch;
import dev.millrace.node.Submissions;
import dev.millrace.node.TopicStats;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Taking messages under a lease, and settling them by their tokens. */
final class PullRoutes {
    static final int MAX_MESSAGES = 1_000;
    private static final int MAX_WAIT_MILLIS = 60_000;
    private static final long MAX_LEASE_MILLIS = 86_400_000;
    private static final long DEFAULT_LEASE_MILLIS = 30_000;
    private static final int MAX_BODY_BYTES = 1 << 20;
    private static final int MAX_ERROR_LENGTH = 2_000;
    /** As over gRPC. */
    private static final int MAX_LOG_LENGTH = 64 << 10;
    /** As the engine has it. */
    private static final int MAX_RESULT_BYTES = 64 << 10;

    /** Adds one command for a token to a submission. */
    private interface Settlement {
        void add(Submission submission, long token);
    }

    /** What a settling request's body asks for. */
    private interface SettlementReader {
        Settlement read(HttpExchange exchange, JsonInput input);
    }

    private final Broker broker;
    private final Submissions submissions;
    private final Pullers pullers;
    private final PullPlace place;

    PullRoutes(Broker broker, Submissions submissions, Pullers pullers, PullPlace place) {
        this.broker = broker;
        this.submissions = submissions;
        this.pullers = pullers;
        this.place = place;
    }

    void addTo(Router router) {
        String group = place.prefix();
        router.add("POST", group + "/pull", this::pull);
        router.add("POST", group + "/ack", settling((_, _) -> Submission::ack));
        router.add("POST", group + "/retry", settling((_, input) -> {
            long ifMissing = place == PullPlace.QUEUE ? Submission.BY_POLICY : 0;
            long delay = input.numberOr("delayMillis", ifMissing, 0, PublishBatch.MAX_DELAY_MILLIS);
            String error = error(input);
            boolean counts = place == PullPlace.GROUP || !input.has("counts") || input.flag("counts");
            return counts ? (submission, token) -> submission.retry(token, delay, error)
                    : (submission, token) -> submission.putOff(token, delay, error);
        }));
        router.add("POST", group + "/extend", settling((exchange, input) -> {
            long lease = input.number("leaseMillis", 1, MAX_LEASE_MILLIS);
            pullers.extended(place.topic(exchange), place.group(exchange), lease);
            return (submission, token) -> submission.extend(token, lease);
        }));
        router.add("POST", group + "/bury", settling((_, input) -> {
            String error = error(input);
            return (submission, token) -> submission.bury(token, error);
        }));
        if (place == PullPlace.QUEUE) {
            router.add("POST", group + "/progress", settling((_, input) -> {
                int percent = (int) input.number("percent", 0, 100);
                String text = input.textOrNull("text");
                return (submission, token) -> submission.progress(token, percent, text == null ? "" : text);
            }));
            router.add("POST", group + "/log", settling((_, input) -> {
                String lines = input.text("text");
                if (lines.length() > MAX_LOG_LENGTH) {
                    throw input.refuse("text", "may have at most " + MAX_LOG_LENGTH + " characters, of which the last"
                            + " 16 KiB are kept");
                }
                return (submission, token) -> submission.log(token, lines);
            }));
            router.add("POST", group + "/result", settling((_, input) -> {
                byte[] result = input.body();
                if (result.length > MAX_RESULT_BYTES) {
                    throw input.refuse("text", "or base64 or json has " + result.length + " bytes; a result may have "
                            + MAX_RESULT_BYTES + ". Store it elsewhere and leave its address");
                }
                return (submission, token) -> submission.result(token, ByteBuffer.wrap(result));
            }));
        }
    }

    private static @Nullable String error(JsonInput input) {
        String error = input.textOrNull("error");
        if (error != null && error.length() > MAX_ERROR_LENGTH) {
            throw input.refuse("error", "may have at most " + MAX_ERROR_LENGTH + " characters");
        }
        return error;
    }

    // ---- pull ----

    private void pull(HttpExchange exchange) throws IOException {
        IdempotencyKey.refuse(exchange, "a pull always takes what nobody has. Leave the header out");
        String topic = place.topic(exchange);
        String group = place.group(exchange);
        JsonInput input = JsonInput.of(exchange, MAX_BODY_BYTES);
        int max = (int) input.numberOr("max", 1, 1, MAX_MESSAGES);
        long waitMillis = input.numberOr("waitMillis", 0, 0, MAX_WAIT_MILLIS);
        long leaseMillis = input.numberOr("leaseMillis", DEFAULT_LEASE_MILLIS, 1, MAX_LEASE_MILLIS);
        boolean base64 = input.flag("base64");
        input.end();

        if (place == PullPlace.QUEUE) {
            makeQueue(topic);
        }
        CompletableFuture<Void> gone = new CompletableFuture<>();
        CompletableFuture<Void> enough = new CompletableFuture<>();
        exchange.onDisconnect(() -> {
            gone.complete(null);
            enough.complete(null);
        });
        exchange.onDrain(() -> enough.complete(null));
        Puller puller = pullers.enter(topic, group);
        List<Delivery> deliveries = List.of();
        try {
            deliveries = puller.pull(max, leaseMillis, first -> wait(first, enough, waitMillis));
            puller.leased(leaseMillis);
            if (gone.isDone()) {
                giveBack(puller, broker.topic(topic), deliveries);
                exchange.send(499);
            } else {
                answer(exchange, base64, puller, deliveries);
            }
        } finally {
            deliveries.forEach(Delivery::close);
            puller.leave();
        }
    }

    /** Workers may come before the first task: a subscription alone would make an ordinary topic. */
    private void makeQueue(String queue) {
        List<TopicStats> found = Answers.await(broker.stats(queue));
        if (found.isEmpty() || !found.getFirst().tracked()) {
            Answers.await(broker.tasks().createQueue(queue));
        }
    }

    private void answer(HttpExchange exchange, boolean base64, Puller puller, List<Delivery> deliveries)
            throws IOException {
        try (PullAnswer answer = new PullAnswer(place, exchange, base64)) {
            answer.send(puller, deliveries);
        }
    }

    private static void wait(CompletableFuture<Void> first, CompletableFuture<Void> enough, long waitMillis) {
        try {
            CompletableFuture.anyOf(first, enough).get(waitMillis, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return; // nothing came
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof HttpFailure known ? known
                    : new HttpFailure(500, HttpFailure.INTERNAL, "internal error; the server's log says more", e);
        }
    }

    /** The client went away while it waited: another one shall have the messages at once. */
    private void giveBack(Puller puller, TopicRef topic, List<Delivery> deliveries) {
        Submission submission = new Submission();
        MessageView view = new MessageView();
        for (Delivery delivery : deliveries) {
            while (PullAnswer.next(puller, delivery, view)) {
                if (place == PullPlace.QUEUE) {
                    submission.putOff(view.token, 0, null); // nobody has tried it
                } else {
                    submission.retry(view.token, 0);
                }
            }
        }
        if (!submission.isEmpty()) {
            Answers.await(submissions.send(topic.shard(), submission));
        }
    }

    // ---- ack, retry, extend, bury ----

    private HttpHandler settling(SettlementReader reader) {
        return exchange -> {
            TopicRef topic = broker.topic(place.topic(exchange));
            place.group(exchange);
            JsonInput input = JsonInput.of(exchange, MAX_BODY_BYTES);
            List<String> tokens = input.texts("tokens", MAX_MESSAGES);
            Settlement settlement = reader.read(exchange, input);
            input.end();
            Submission submission = new Submission();
            for (String token : tokens) {
                settlement.add(submission, MessageJson.parse("token", token));
            }
            answer(exchange, tokens, Answers.await(submissions.send(topic.shard(), submission)));
        };
    }

    /**
     * How many were done, the tokens whose lease had ended, so that nothing changed, and those whose lease goes on but
     * whose task was cancelled.
     */
    private static void answer(HttpExchange exchange, List<String> tokens, Submission submission) {
        ObjectNode answer = Json.object();
        int done = 0;
        ArrayNode stale = Json.MAPPER.createArrayNode();
        ArrayNode stop = Json.MAPPER.createArrayNode();
        for (int i = 0; i < tokens.size(); i++) {
            if (submission.result(i) == Outcome.STOP_ASKED) {
                done++;
                stop.add(tokens.get(i));
            } else if (submission.result(i) == Outcome.OK) {
                done++;
            } else if (submission.result(i) == Outcome.STALE) {
                stale.add(tokens.get(i));
            } else {
                throw Outcomes.failure(submission.result(i), "token " + tokens.get(i),
                        () -> "the disk is nearly full");
            }
        }
        answer.put("done", done);
        answer.set("stale", stale);
        answer.set("stop", stop);
        Json.send(exchange, 200, answer);
    }
}
