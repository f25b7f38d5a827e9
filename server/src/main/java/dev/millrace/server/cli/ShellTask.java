package dev.millrace.server.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * One task of {@link WorkerCommand} and the process that does it.
 *
 * <p>
 * Thread safety: {@link #run} belongs to one thread; any may {@link #stop} it and say whether its lease was extended.
 */
final class ShellTask {
    /** EX_DATAERR of sysexits.h: no attempt would help. */
    private static final int HOPELESS = 65;
    /** EX_TEMPFAIL of sysexits.h. */
    private static final int PUT_OFF = 75;
    /** Headers that programs expect in their environment in upper case, as OpenTelemetry has it. */
    private static final Set<String> TRACE_CONTEXT = Set.of("traceparent", "tracestate", "baggage");
    private static final int MAX_ERROR_BYTES = 400;
    /** As much as a task's result may have. */
    private static final int MAX_RESULT_BYTES = 64 << 10;
    private static final long CHECK_MILLIS = 1_000;
    private static final long CHECK_NANOS = TimeUnit.MILLISECONDS.toNanos(CHECK_MILLIS);
    /** Between SIGTERM and SIGKILL. */
    private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** Why a process is stopped before it ends by itself. */
    enum Stop {
        /** Longer than the task's timeout: a failed attempt. */
        TIMEOUT,
        /** Past the task's deadline: no further attempt is worth while. */
        DEADLINE,
        /** Somebody called the task off. */
        CANCELLED,
        /** The worker ends: another one shall do it. */
        DRAINED,
        /** The task is no longer this worker's. */
        LOST
    }

    /**
     * Where tasks come from and what does them.
     *
     * @param timeoutMillis
     *            of an attempt of a task that says nothing; 0: none
     * @param keepsOutput
     *            standard output becomes the task's result
     */
    record Place(Api api, String queue, String exec, long leaseMillis, long putOffMillis, long timeoutMillis,
            boolean keepsOutput) {
        JsonNode post(String what, ObjectNode body) {
            return api.post(Api.queue(queue, what), body.toString());
        }
    }

    private final Place place;
    private final JsonNode task;
    private final long began = System.nanoTime();
    private final CompletableFuture<Stop> stop = new CompletableFuture<>();
    private volatile long extendedNanos = began;
    private volatile boolean lost;
    private volatile @Nullable ProcessTree tree;

    ShellTask(Place place, JsonNode task) {
        this.place = place;
        this.task = task;
    }

    String token() {
        return task.path("token").asString();
    }

    Place place() {
        return place;
    }

    String type() {
        return task.path("type").asString("");
    }

    /** Ends its process; the first reason counts, but for the loss of the lease, which always does. */
    void stop(Stop why) {
        lost |= why == Stop.LOST;
        stop.complete(why);
    }

    /** Its process, if there is one, without a word to the server. */
    void killNow() {
        ProcessTree started = tree;
        if (started != null) {
            started.killOnce();
        }
    }

    void extended(long atNanos) {
        extendedNanos = atNanos;
    }

    void notExtended(long nowNanos) {
        if (nowNanos - extendedNanos >= TimeUnit.MILLISECONDS.toNanos(place.leaseMillis()) / 3 * 2) {
            stop(Stop.LOST);
        }
    }

    /** Does the task and says how it went. */
    void run() throws InterruptedException {
        if (deadlineNanos() <= 0) {
            settle("bury", tokens().put("error", "its deadline " + task.path("deadline").asString() + " has passed"));
            return;
        }
        ProcessTree started;
        try {
            started = ProcessTree.start(place.exec(), environment(),
                    place.keepsOutput() ? ProcessBuilder.Redirect.PIPE : ProcessBuilder.Redirect.INHERIT);
        } catch (IOException e) {
            settle("retry", tokens().put("error", "the command could not be started: " + e.getMessage()));
            return;
        }
        tree = started;
        try {
            run(started);
        } finally {
            if (started.root().isAlive()) {
                started.killOnce();
            }
            tree = null;
        }
    }

    private void run(ProcessTree tree) throws InterruptedException {
        Process process = tree.root();
        Tail error = new Tail(MAX_ERROR_BYTES);
        Tail output = new Tail(MAX_RESULT_BYTES);
        Thread errors = Thread.ofVirtual().start(() -> copy(process.getErrorStream(), System.err, error));
        Thread outputs = Thread.ofVirtual().start(() -> {
            if (place.keepsOutput()) {
                copy(process.getInputStream(), System.out, output);
            }
        });
        Thread.ofVirtual().start(() -> feed(process));
        await(tree);
        // A process that left the tree may hold the streams open.
        errors.join(CHECK_MILLIS);
        outputs.join(CHECK_MILLIS);
        if (stop.isDone()) {
            stopped(stop.join());
        } else {
            ended(process.exitValue(), error.text(), output);
        }
    }

    /** Until the process has ended, by itself or because it was stopped. */
    private void await(ProcessTree tree) throws InterruptedException {
        CompletableFuture<Object> first = CompletableFuture.anyOf(tree.exit(), stop);
        long timeout = task.path("timeoutMillis").asLong(place.timeoutMillis());
        long timeoutNanos = timeout > 0 ? TimeUnit.MILLISECONDS.toNanos(timeout) : Long.MAX_VALUE;
        long left = timeoutNanos;
        while (!within(first, Math.min(CHECK_NANOS, Math.min(left, deadlineNanos())))) {
            tree.look();
            left = timeoutNanos - (System.nanoTime() - began);
            if (left <= 0) {
                stop(Stop.TIMEOUT);
            } else if (deadlineNanos() <= 0) {
                stop(Stop.DEADLINE);
            }
        }
        if (stop.isDone()) {
            end(tree);
        }
    }

    private void end(ProcessTree tree) throws InterruptedException {
        if (!lost) {
            tree.terminate();
            long until = System.nanoTime() + GRACE_NANOS;
            while (!within(tree.exit(), CHECK_NANOS) && !lost && System.nanoTime() - until < 0) {
                tree.look();
            }
        }
        tree.kill();
    }

    private static boolean within(CompletableFuture<?> future, long nanos) throws InterruptedException {
        try {
            future.get(Math.max(0, nanos), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("waiting for a process failed", e);
        }
    }

    private long deadlineNanos() {
        String deadline = task.path("deadline").asString("");
        if (deadline.isEmpty()) {
            return Long.MAX_VALUE;
        }
        long millis = Instant.parse(deadline).toEpochMilli() - System.currentTimeMillis();
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }

    // ---- the process ----

    private Map<String, String> environment() {
        Map<String, String> environment = new HashMap<>();
        for (Map.Entry<String, JsonNode> header : task.path("headers").properties()) {
            environment.put("MILLRACE_HEADER_" + header.getKey().toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_"),
                    header.getValue().asString().replace("\0", ""));
            if (TRACE_CONTEXT.contains(header.getKey())) {
                environment.put(header.getKey().toUpperCase(Locale.ROOT),
                        header.getValue().asString().replace("\0", ""));
            }
        }
        environment.put("MILLRACE_URL", place.api().url());
        environment.put("MILLRACE_QUEUE", place.queue());
        environment.put("MILLRACE_TASK_ID", task.path("id").asString());
        environment.put("MILLRACE_TASK_TYPE", type().replace("\0", ""));
        environment.put("MILLRACE_TASK_ATTEMPT", task.path("attempt").asString());
        environment.put("MILLRACE_TASK_TOKEN", token());
        if (task.path("payloads").isArray()) {
            environment.put("MILLRACE_TASK_GROUP", task.path("group").asString("").replace("\0", ""));
            environment.put("MILLRACE_TASK_PAYLOADS", String.valueOf(task.path("payloads").size()));
        }
        return environment;
    }

    private void feed(Process process) {
        try (OutputStream in = process.getOutputStream()) {
            if (!task.path("payloads").isArray()) {
                in.write(payload(task));
                return;
            }
            for (JsonNode one : task.path("payloads")) {
                in.write(payload(one));
                in.write('\n');
            }
        } catch (IOException e) {
            return; // the command does not read its input
        }
    }

    private static byte[] payload(JsonNode of) {
        return Base64.getDecoder().decode(of.path("base64").asString(""));
    }

    /** Passes on what the process says, and keeps the end of it. */
    private static void copy(InputStream from, PrintStream to, Tail tail) {
        try {
            byte[] chunk = new byte[8192];
            for (int n = from.read(chunk); n >= 0; n = from.read(chunk)) {
                to.write(chunk, 0, n);
                to.flush();
                tail.add(chunk, n);
            }
        } catch (IOException e) {
            return; // the process was killed
        }
    }

    // ---- what the server is told ----

    private void ended(int exit, String error, Tail output) throws InterruptedException {
        if (exit == 0) {
            if (output.length() > 0) {
                settle("result", tokens().put("base64", Base64.getEncoder().encodeToString(output.bytes())));
            }
            settle("ack", tokens());
        } else if (exit == PUT_OFF) {
            putOff(error.isEmpty() ? "exit code " + PUT_OFF : error);
        } else if (exit == HOPELESS) {
            settle("bury", tokens().put("error", error.isEmpty() ? "exit code " + HOPELESS : error));
        } else {
            settle("retry", tokens().put("error", error.isEmpty() ? "exit code " + exit : error));
        }
    }

    private void stopped(Stop why) throws InterruptedException {
        switch (why) {
            case TIMEOUT -> settle("retry", tokens().put("error", "timed out after "
                    + task.path("timeoutMillis").asLong(place.timeoutMillis()) + " ms"));
            case DEADLINE -> settle("bury", tokens().put("error", "ended at its deadline"));
            case CANCELLED -> settle("retry", tokens().put("error", "cancelled"));
            case DRAINED -> giveBack();
            case LOST -> {
                // another worker may have it
            }
        }
    }

    /** The worker ends: another one may have it at once. */
    void giveBack() throws InterruptedException {
        settle("retry", tokens().put("delayMillis", 0).put("counts", false).put("error", "the worker was stopped"));
    }

    /** Gives it back for a while without counting the attempt. */
    void putOff(String why) throws InterruptedException {
        settle("retry", tokens().put("delayMillis", place.putOffMillis()).put("counts", false).put("error", why));
    }

    /** Tries again while the task is this worker's: a server that starts anew still knows the token. */
    private void settle(String what, ObjectNode body) throws InterruptedException {
        while (true) {
            try {
                place.post(what, body);
                return;
            } catch (CliException e) {
                notExtended(System.nanoTime());
                if (lost) {
                    throw e;
                }
                Thread.sleep(CHECK_MILLIS);
            }
        }
    }

    private ObjectNode tokens() {
        ObjectNode body = Api.JSON.createObjectNode();
        body.putArray("tokens").add(token());
        return body;
    }
}
