package dev.millrace.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.ServerProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The command {@code worker} as a process of its own, against a real server that {@code MILLRACE_URL} names. */
class WorkerCommandTest {
    private static final long PATIENCE_NANOS = 60_000_000_000L;

    @TempDir static Path folder;
    private static ServerProcess server;
    private static Api api;

    @BeforeAll
    static void start() throws Exception {
        server = ServerProcess.start(folder.resolve("data"));
        api = new Api(server.url(), null);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static ServerProcess worker(ServerProcess of, String queue, String exec, String... more)
            throws IOException {
        List<String> command = new ArrayList<>(List.of("worker", queue, "--exec", exec));
        command.addAll(List.of(more));
        return ServerProcess.launch(command,
                Map.of("MILLRACE_URL", of.url(), "DIR", folder.toString()));
    }

    /** Enqueues a task that can be looked at when it is done. */
    private static String enqueue(String queue, String more) {
        return api.post(Api.queue(queue, "tasks"), "{\"retentionMillis\":3600000" + more + "}")
                .at("/tasks/0/id")
                .asString();
    }

    private static JsonNode task(String queue, String id) {
        return api.get(Api.queue(queue, "tasks/" + id));
    }

    private static void await(String what, BooleanSupplier condition) {
        long until = System.nanoTime() + PATIENCE_NANOS;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - until).as("waiting until " + what).isNegative();
            Thread.onSpinWait();
        }
    }

    private static JsonNode awaitState(String queue, String id, String state) {
        await("task " + id + " is " + state, () -> task(queue, id).path("state").asString().equals(state));
        return task(queue, id);
    }

    private static void awaitFile(Path file) {
        await(file + " is there", () -> Files.exists(file));
    }

    /** The number in a file that was written at once. */
    private static ProcessHandle process(Path file) throws IOException {
        return ProcessHandle.of(Long.parseLong(Files.readString(file).strip())).orElseThrow();
    }

    @Test
    void exitCode0_isDone_withPayloadOnStandardInput_andOutputAsResult() throws Exception {
        String id = enqueue("mails",
                ",\"type\":\"welcome\",\"text\":\"{\\\"user\\\": 7}\",\"headers\":{\"trace-id\":\"t-1\",\"traceparent\":\"p-1\"}");
        String exec = "cat; echo \" $MILLRACE_QUEUE $MILLRACE_TASK_TYPE $MILLRACE_TASK_ATTEMPT"
                + " $MILLRACE_HEADER_TRACE_ID $TRACEPARENT $MILLRACE_TASK_ID\"";
        try (ServerProcess worker = worker(server, "mails", exec, "--keep-output", "--concurrency", "8")) {
            JsonNode done = awaitState("mails", id, "done");
            assertThat(done.at("/result/text").asString())
                    .isEqualTo("{\"user\": 7} mails welcome 1 t-1 p-1 " + id + "\n");
            worker.awaitOutput("takes tasks of mails at " + server.url());
            worker.terminate();
            assertThat(worker.awaitExit()).isZero();
        }
    }

    @Test
    void otherExitCodes_areRetriedWithTheErrorAndDieAtLast() throws Exception {
        String once = enqueue("failing", ",\"minBackoffMillis\":3600000");
        String twice = enqueue("failing", ",\"minBackoffMillis\":1,\"maxBackoffMillis\":1,\"maxAttempts\":2");
        try (ServerProcess worker = worker(server, "failing", "echo no route to host >&2; exit 3")) {
            JsonNode retrying = awaitState("failing", once, "retrying");
            assertThat(retrying.path("attempts").intValue()).isEqualTo(1);
            assertThat(retrying.at("/history/0/error").asString()).isEqualTo("no route to host");
            assertThat(awaitState("failing", twice, "dead").path("history").size()).isEqualTo(2);
            assertThat(worker.output()).contains("no route to host");
        }
    }

    @Test
    void exitCode75_isPutOffAndNotCounted_andOtherTypesAreLeft() throws Exception {
        String busy = enqueue("busy", ",\"type\":\"mine\"");
        String other = enqueue("busy", ",\"type\":\"other\"");
        try (ServerProcess _ = worker(server, "busy", "exit 75", "--put-off", "1h", "--type", "mine")) {
            for (String id : List.of(busy, other)) {
                JsonNode task = awaitState("busy", id, "retrying");
                assertThat(task.path("attempts").intValue()).isZero();
            }
        }
    }

    @Test
    void exitCode65_isDeadAtOnce() throws Exception {
        String id = enqueue("hopeless", "");
        try (ServerProcess _ = worker(server, "hopeless", "echo no such user >&2; exit 65")) {
            JsonNode dead = awaitState("hopeless", id, "dead");
            assertThat(dead.at("/history/0/error").asString()).isEqualTo("no such user");
        }
    }

    @Test
    void taskOfAGroup_hasAllPayloadsOnStandardInput() throws Exception {
        api.put(Api.queue("news", ""), "{}");
        api.put(Api.queue("news", "groups"), "{\"maxSize\":2,\"graceMillis\":600000}");
        enqueue("news", ",\"group\":\"ada\",\"text\":\"one\"");
        enqueue("news", ",\"group\":\"ada\",\"text\":\"two\"");
        try (ServerProcess _ = worker(server, "news", "cat; echo \"$MILLRACE_TASK_GROUP $MILLRACE_TASK_PAYLOADS\"",
                "--keep-output")) {
            await("the group is done", () -> api.get(Api.queue("news", "tasks?state=done")).path("tasks").size() == 1);
            JsonNode done = api.get(Api.queue("news", "tasks?state=done")).path("tasks").path(0);
            assertThat(done.at("/result/text").asString()).isEqualTo("one\ntwo\nada 2\n");
        }
    }

    @Test
    void cancelOfARunningTask_endsItsWholeProcessTree() throws Exception {
        String id = enqueue("cancels", "");
        // The middle process ends, so that its child has another parent, and the child does not care for SIGTERM.
        String exec = "(sh -c 'trap \"\" TERM; echo $$ >\"$DIR/t\"; mv \"$DIR/t\" \"$DIR/grandchild\"; sleep 600' &);"
                + " echo $$ >\"$DIR/c\"; mv \"$DIR/c\" \"$DIR/child\"; sleep 600";
        try (ServerProcess _ = worker(server, "cancels", exec)) {
            awaitFile(folder.resolve("grandchild"));
            awaitFile(folder.resolve("child"));
            ProcessHandle child = process(folder.resolve("child"));
            ProcessHandle grandchild = process(folder.resolve("grandchild"));
            assertThat(api.post(Api.queue("cancels", "tasks/" + id + "/cancel"), "{}").path("asked").booleanValue())
                    .isTrue();
            await("the task is cancelled",
                    () -> api.get(Api.queue("cancels", "")).path("cancelled").longValue() == 1);
            await("both processes are gone", () -> !child.isAlive() && !grandchild.isAlive());
        }
    }

    @Test
    void timeoutAndDeadline_endTheProcess() throws Exception {
        String slow = enqueue("slow", ",\"timeoutMillis\":300,\"minBackoffMillis\":3600000");
        Instant deadline = Instant.now().plusSeconds(2);
        String late = enqueue("slow", ",\"deadline\":\"" + deadline + "\"");
        await("the deadline has passed", () -> Instant.now().isAfter(deadline));
        try (ServerProcess _ = worker(server, "slow", "exec sleep 600")) {
            JsonNode failed = awaitState("slow", slow, "retrying");
            assertThat(failed.at("/history/0/error").asString()).isEqualTo("timed out after 300 ms");
            assertThat(failed.path("attempts").intValue()).isEqualTo(1);
            assertThat(awaitState("slow", late, "dead").at("/history/0/error").asString())
                    .matches("its deadline \\S+Z has passed");
        }
    }

    @Test
    void severalQueues_shareByTheirWeights_andAStrictWorkerServesTheFirstOneFirst() throws Exception {
        for (String queue : List.of("heavy", "light", "urgent", "later")) {
            for (int i = 0; i < 8; i++) {
                enqueue(queue, "");
            }
        }
        Path weighted = folder.resolve("weighted");
        Path strict = folder.resolve("strict");
        try (ServerProcess one = worker(server, "heavy=3,light", "echo $MILLRACE_QUEUE >>\"$DIR/weighted\"");
                ServerProcess _ = worker(server, "urgent", "echo $MILLRACE_QUEUE >>\"$DIR/strict\"", "later",
                        "--strict")) {
            one.awaitOutput("takes tasks of heavy, light at ");
            await("all are done", () -> lines(weighted).size() == 16 && lines(strict).size() == 16);
            assertThat(lines(weighted).subList(0, 8)).filteredOn(queue -> queue.equals("heavy")).hasSize(6);
            assertThat(lines(strict).subList(0, 8)).containsOnly("urgent");
            enqueue("light", "");
            enqueue("later", "");
            await("a task of a queue that was empty for long is done",
                    () -> lines(weighted).size() == 17 && lines(strict).size() == 17);
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void sigterm_letsWhatRunsEnd_takesNothingMore_andExits0() throws Exception {
        String running = enqueue("draining", "");
        String exec = "touch \"$DIR/began\"; while [ ! -e \"$DIR/go\" ]; do sleep 0.05; done";
        try (ServerProcess worker = worker(server, "draining", exec)) {
            awaitFile(folder.resolve("began"));
            worker.terminate();
            String next = enqueue("draining", "");
            Files.createFile(folder.resolve("go"));
            assertThat(worker.awaitExit()).isZero();
            assertThat(task("draining", running).path("state").asString()).isEqualTo("done");
            assertThat(task("draining", next).path("state").asString()).isEqualTo("ready");
            assertThat(task("draining", next).path("attempts").intValue()).isZero();
        }
    }

    @Test
    void sigtstp_takesNothingMore_untilSigcont() throws Exception {
        try (ServerProcess worker = worker(server, "paused", "true")) {
            String first = enqueue("paused", "");
            awaitState("paused", first, "done");
            worker.signal("TSTP");
            worker.awaitOutput("takes nothing more until SIGCONT");
            String second = enqueue("paused", "");
            JsonNode taken = api.post(Api.queue("paused", "pull"), "{}").path("tasks").path(0);
            assertThat(taken.path("id").asString()).as("it was left to others").isEqualTo(second);
            api.post(Api.queue("paused", "ack"), "{\"tokens\":[\"" + taken.path("token").asString() + "\"]}");
            String third = enqueue("paused", "");
            worker.signal("CONT");
            worker.awaitOutput("takes tasks again");
            awaitState("paused", third, "done");
        }
    }

    @Test
    void sigterm_afterTheDrain_putsOffWhatStillRuns_andExits0() throws Exception {
        String running = enqueue("stuck", "");
        try (ServerProcess worker = worker(server, "stuck", "touch \"$DIR/stuck\"; sleep 600", "--drain", "1ms")) {
            awaitFile(folder.resolve("stuck"));
            worker.terminate();
            assertThat(worker.awaitExit()).isZero();
            JsonNode task = task("stuck", running);
            assertThat(task.path("state").asString()).isEqualTo("ready");
            assertThat(task.path("attempts").intValue()).isZero();
        }
    }

    @Test
    void aServerThatStartsAnew_isToldAllTheSame() throws Exception {
        Path data = folder.resolve("restarted");
        ServerProcess first = ServerProcess.start(data);
        try (ServerProcess worker = worker(first, "restarts",
                "touch \"$DIR/ran\"; while [ ! -e \"$DIR/end\" ]; do sleep 0.05; done", "--lease", "5m")) {
            first.json("/api/v1/queues/restarts/tasks", "{\"retentionMillis\":3600000}");
            awaitFile(folder.resolve("ran"));
            String address = first.address("http");
            first.kill();
            worker.awaitOutput("Trying again every second");
            Files.createFile(folder.resolve("end"));
            try (ServerProcess second = ServerProcess.launch(List.of("server", "--data", data.toString(), "--http",
                    address, "--nsq-tcp", "off", "--nsq-http", "off", "--lookupd-tcp", "off", "--lookupd-http", "off",
                    "--grpc", "off"), Map.of())) {
                second.awaitReady();
                Api anew = new Api(second.url(), null);
                await("the task is done", () -> anew.get(Api.queue("restarts", "")).path("done").longValue() == 1);
                worker.terminate();
                assertThat(worker.awaitExit()).isZero();
            }
        } finally {
            first.close();
        }
    }
}
