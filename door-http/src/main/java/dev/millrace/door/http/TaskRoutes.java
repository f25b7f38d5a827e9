package dev.millrace.door.http;

import dev.millrace.core.message.ClientIds;
import dev.millrace.net.http.HttpExchange;
import dev.millrace.net.http.HttpFailure;
import dev.millrace.net.http.HttpHandler;
import dev.millrace.net.http.Router;
import dev.millrace.node.Broker;
import dev.millrace.node.tasks.Enqueued;
import dev.millrace.node.tasks.TaskAnswer;
import dev.millrace.node.tasks.TaskFilter;
import dev.millrace.node.tasks.TaskInfo;
import dev.millrace.node.tasks.TaskPage;
import dev.millrace.node.tasks.TaskSpec;
import dev.millrace.node.tasks.TaskState;
import dev.millrace.node.tasks.Tasks;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Tasks: enqueue, list, show, and change one or all of a state. */
final class TaskRoutes {
    private static final int MAX_BODY_BYTES = 64 << 10;
    private static final int MAX_PAGE = 1_000;

    /** A change of one task. */
    private interface Change {
        CompletableFuture<TaskAnswer> of(String queue, long id);
    }

    private final Broker broker;
    private final Access access;
    private final Budget budget;
    private final HttpDoorOptions options;

    TaskRoutes(Broker broker, Access access, Budget budget, HttpDoorOptions options) {
        this.broker = broker;
        this.access = access;
        this.options = options;
        this.budget = budget;
    }

    void addTo(Router router) {
        Tasks to = broker.tasks();
        String queue = "/api/v1/queues/{queue}";
        String task = queue + "/tasks/{id}";
        router.add("POST", queue + "/tasks", this::enqueue);
        router.add("GET", queue + "/tasks", this::list);
        router.add("GET", task, this::show);
        router.add("POST", task + "/cancel", change("cancelled", to::cancel));
        router.add("POST", task + "/run-now", change("made ready", to::runNow));
        router.add("POST", task + "/archive", change("archived", to::archive));
        router.add("POST", task + "/redrive", change("made ready again", to::redrive));
        router.add("DELETE", task, access.withToken(exchange -> change(exchange, "deleted", to::delete)));
        router.add("POST", queue + "/cancel-all", all(Tasks.Bulk.CANCEL));
        router.add("POST", queue + "/run-all", all(Tasks.Bulk.RUN_NOW));
        router.add("POST", queue + "/archive-all", all(Tasks.Bulk.ARCHIVE));
        router.add("POST", queue + "/redrive-all", all(Tasks.Bulk.REDRIVE));
        router.add("POST", queue + "/delete-all", access.withToken(all(Tasks.Bulk.DELETE)));
    }

    // ---- enqueue ----

    private void enqueue(HttpExchange exchange) throws IOException, InterruptedException {
        String queue = Names.queue(exchange);
        JsonInput.requireJson(exchange);
        long declared = exchange.contentLength();
        int limit = options.maxRequestBytes();
        try (Budget.Share _ = budget.take(2 * (declared < 0 ? limit : Math.min(declared, limit)))) {
            List<TaskSpec> tasks = TraceContext.apply(exchange, IdempotencyKey.apply(exchange,
                    TaskRequest.read(JsonInput.large(exchange, limit), queue, options.maxMessageBytes())));
            answer(exchange, Answers.await(broker.tasks().enqueue(queue, tasks)));
        }
    }

    /** One id for each task; with a refusal, what was enqueued before and after it stays enqueued and is named. */
    private static void answer(HttpExchange exchange, List<Enqueued> all) {
        for (int i = 0; i < all.size(); i++) {
            if (!all.get(i).refusal().isEmpty()) {
                throw refused(all.get(i), refusal(all, i));
            }
        }
        ObjectNode answer = Json.object();
        ArrayNode tasks = answer.putArray("tasks");
        for (Enqueued one : all) {
            tasks.addObject().put("id", MessageJson.hex(one.id())).put("duplicate", one.duplicate());
        }
        boolean isNew = all.stream().anyMatch(one -> !one.duplicate());
        Json.send(exchange, isNew ? 201 : 200, answer);
    }

    /** By a limit that may have room again, or for want of an open batch. */
    static HttpFailure refused(Enqueued one, String message) {
        return one.isWithoutBatch() ? Problems.notFound(message) : new HttpFailure(429, "LIMIT", message);
    }

    private static String refusal(List<Enqueued> all, int index) {
        String why = all.get(index).refusal();
        if (all.size() == 1) {
            return "the task was not enqueued: " + why;
        }
        String taken = all.stream()
                .filter(one -> one.refusal().isEmpty() && !one.duplicate())
                .map(one -> MessageJson.hex(one.id()))
                .collect(Collectors.joining(", "));
        return "task " + index + " was not enqueued: " + why + ". Enqueued: " + (taken.isEmpty() ? "none" : taken);
    }

    // ---- looking ----

    private void list(HttpExchange exchange) {
        String queue = Names.queue(exchange);
        String name = exchange.query("state");
        TaskFilter which = new TaskFilter(name == null ? null : state(name), exchange.query("type"));
        String after = exchange.query("after");
        int limit = (int) Queries.number(exchange, "limit", 100, 1, MAX_PAGE);
        boolean base64 = Queries.number(exchange, "base64", 0, 0, 1) == 1;
        QueueRoutes.find(broker, queue);
        TaskPage page = Answers.await(broker.tasks()
                .page(queue, which, after == null ? 0 : MessageJson.parse("cursor", after), limit));
        ObjectNode answer = Json.object();
        ArrayNode tasks = answer.putArray("tasks");
        page.tasks().forEach(task -> tasks.add(TaskJson.of(task, base64)));
        answer.put("next", page.next() == 0 ? null : MessageJson.hex(page.next()));
        Json.send(exchange, 200, answer);
    }

    private static TaskState state(String name) {
        for (TaskState state : TaskState.values()) {
            if (state.name().toLowerCase(Locale.ROOT).equals(name)) {
                return state;
            }
        }
        throw new HttpFailure(400, "INVALID", "state must be one of " + Arrays.stream(TaskState.values())
                .map(state -> state.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", ")) + ", not '" + name + "'");
    }

    /** Of the engine: 16 hex digits, or what a client gave after {@value ClientIds#PREFIX}. The queue is there. */
    private long id(HttpExchange exchange, String queue) {
        String text = exchange.parameter("id");
        if (!text.startsWith(ClientIds.PREFIX)) {
            return MessageJson.parse("task id", text, "16 hex digits are needed, or id: and the id that you gave");
        }
        long id = Answers.await(broker.tasks().idOf(queue, text.substring(ClientIds.PREFIX.length())));
        if (id == 0) {
            throw missing(queue, text);
        }
        return id;
    }

    private void show(HttpExchange exchange) {
        String queue = Names.queue(exchange);
        boolean base64 = Queries.number(exchange, "base64", 0, 0, 1) == 1;
        QueueRoutes.find(broker, queue);
        TaskInfo task = Answers.await(broker.tasks().find(queue, id(exchange, queue)))
                .orElseThrow(() -> missing(queue, exchange.parameter("id")));
        Json.send(exchange, 200, TaskJson.of(task, base64));
    }

    private static HttpFailure missing(String queue, String id) {
        return Problems.notFound("queue '" + queue + "' has no task " + id
                + "; one that is over is kept only for its retention");
    }

    // ---- changing ----

    private HttpHandler change(String what, Change change) {
        return exchange -> {
            JsonInput.of(exchange, MAX_BODY_BYTES).end();
            change(exchange, what, change);
        };
    }

    private void change(HttpExchange exchange, String what, Change change) {
        String queue = Names.queue(exchange);
        QueueRoutes.find(broker, queue);
        long id = id(exchange, queue);
        TaskAnswer answer = Answers.await(change.of(queue, id));
        String why = switch (answer) {
            case DONE, ASKED -> null;
            case MISSING -> throw missing(queue, exchange.parameter("id"));
            case LEASED -> "a worker has it; cancel it, or wait until its lease ends";
            case READY -> "it is ready";
            case IN_LINE -> "it waits behind others of its key; cancel it instead";
            case DEAD -> "it is dead; redrive or delete it instead";
            case OVER -> "it is over, and only kept to be looked at";
        };
        if (why != null) {
            throw new HttpFailure(409, "STATE", "task " + exchange.parameter("id") + " cannot be " + what + ": " + why);
        }
        Json.send(exchange, 200, Json.object()
                .put("id", MessageJson.hex(id))
                .put("done", answer == TaskAnswer.DONE)
                .put("asked", answer == TaskAnswer.ASKED));
    }

    /** In slices, until the client has gone away. */
    private long all(String queue, TaskFilter which, Tasks.Bulk what, AtomicBoolean gone) {
        Tasks.Slice slice = new Tasks.Slice(0, 0);
        long changed = 0;
        do {
            slice = Answers.awaitBulk(broker.tasks().some(queue, which, what, slice.next()));
            changed += slice.done();
        } while (slice.next() != 0 && !gone.get());
        return changed;
    }

    private HttpHandler all(Tasks.Bulk what) {
        return exchange -> {
            String queue = Names.queue(exchange);
            JsonInput input = JsonInput.of(exchange, MAX_BODY_BYTES);
            TaskFilter which = new TaskFilter(state(input.text("state")), input.textOrNull("type"));
            input.end();
            QueueRoutes.find(broker, queue);
            AtomicBoolean gone = new AtomicBoolean();
            exchange.onDisconnect(() -> gone.set(true));
            Json.send(exchange, 200, Json.object().put("changed", all(queue, which, what, gone)));
        };
    }
}
