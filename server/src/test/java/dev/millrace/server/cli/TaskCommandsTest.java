package dev.millrace.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.CommandLineRig;
import dev.millrace.server.CommandLineRig.Run;
import dev.millrace.server.ServerProcess;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The commands {@code task} and {@code queue} through the program's own entry, against a real server. */
class TaskCommandsTest {
    @TempDir static Path folder;
    private static ServerProcess server;

    @BeforeAll
    static void start() throws Exception {
        server = ServerProcess.start(folder.resolve("data"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static Run run(String... args) {
        return CommandLineRig.run(server, args);
    }

    private static String done(String... args) {
        return CommandLineRig.done(server, args);
    }

    private static JsonNode json(String... args) {
        String[] all = Arrays.copyOf(args, args.length + 1);
        all[args.length] = "--json";
        return Api.JSON.readTree(done(all));
    }

    private static String refused(String... args) {
        Run run = run(args);
        assertThat(run.exit()).as(run.out()).isEqualTo(1);
        return run.err();
    }

    private static String enqueue(String... args) {
        String[] all = new String[args.length + 2];
        all[0] = "task";
        all[1] = "enqueue";
        System.arraycopy(args, 0, all, 2, args.length);
        JsonNode task = json(all);
        assertThat(task.path("duplicate").booleanValue()).isFalse();
        return task.path("id").asString();
    }

    private static String state(String queue, String id) {
        return json("task", "show", queue, id).path("state").asString();
    }

    @Test
    void enqueue_everyOption_isShown() {
        String id = enqueue("letters", "--type", "welcome", "--payload", "{\"user\": 7}", "--in", "10m",
                "--max-attempts", "5", "--unique", "welcome-7", "--unique-for", "1h", "--priority", "7", "--key", "u7",
                "--limit-key", "smtp", "--backoff", "2s", "--max-backoff", "1m", "--deadline", "2040-01-01T00:00:00Z",
                "--timeout", "30s", "--expires-in", "1d", "--retention", "7d",
                "--header", "trace=t-1", "--header", "lang=de");
        JsonNode task = json("task", "show", "letters", id);
        assertThat(task.path("state").asString()).isEqualTo("scheduled");
        assertThat(task.path("type").asString()).isEqualTo("welcome");
        assertThat(task.path("text").asString()).as("exactly as it was given").isEqualTo("{\"user\": 7}");
        assertThat(task.path("maxAttempts").intValue()).isEqualTo(5);
        assertThat(task.path("uniqueKey").asString()).isEqualTo("welcome-7");
        assertThat(task.path("uniqueMillis").longValue()).isEqualTo(3_600_000);
        assertThat(task.path("priority").intValue()).isEqualTo(7);
        assertThat(task.path("key").asString()).isEqualTo("u7");
        assertThat(task.path("limitKey").asString()).isEqualTo("smtp");
        assertThat(task.path("minBackoffMillis").longValue()).isEqualTo(2_000);
        assertThat(task.path("maxBackoffMillis").longValue()).isEqualTo(60_000);
        assertThat(task.path("deadline").asString()).isEqualTo("2040-01-01T00:00:00Z");
        assertThat(task.path("timeoutMillis").longValue()).isEqualTo(30_000);
        assertThat(task.path("expiresMillis").longValue()).isEqualTo(86_400_000);
        assertThat(task.path("retentionMillis").longValue()).isEqualTo(604_800_000);
        assertThat(task.path("headers").path("lang").asString()).isEqualTo("de");
        assertThat(done("task", "enqueue", "letters", "--unique", "welcome-7")).isEqualTo("duplicate of " + id);
    }

    @Test
    void enqueue_badInput_saysWhatToDo() {
        assertThat(refused("task", "enqueue", "bad", "--payload", "{user:7}")).contains("--payload is not JSON");
        assertThat(refused("task", "enqueue", "bad", "--payload", "")).contains("--payload is empty");
        assertThat(refused("task", "enqueue", "bad", "--in", "soon")).contains("--in", "10s");
        assertThat(refused("task", "enqueue", "bad", "--deadline", "soon")).contains("deadline must be an instant");
        assertThat(refused("task", "enqueue", "bad", "--priority", "10")).contains("priority must be 0 to 9");
        assertThat(refused("task", "enqueue", "no queue!")).contains("no queue!");
        assertThat(refused("task", "list", "nothing")).contains("there is no queue 'nothing'", "enqueueing makes it");
        done("pub", "plain", "x");
        assertThat(refused("task", "list", "plain")).contains("'plain' is a topic, not a task queue");
        assertThat(refused("task", "cancel", "nothing")).contains("name a task's id, or --all with --state");
        enqueue("known");
        assertThat(refused("task", "show", "known", "0000000000000000")).contains("has no task 0000000000000000");
        assertThat(refused("task", "list", "known", "--state", "lost")).contains("retrying", "not 'lost'");
        assertThat(refused("task", "enqueue", "bad", "--at", "2030-01-31T12:00")).contains("--at must",
                "with its zone");
        assertThat(refused("task", "enqueue", "bad", "--max-attempts", "70000"))
                .contains("--max-attempts must be 0 to 65535, not 70000");
        assertThat(refused("task", "enqueue", "bad", "--priority", "10")).contains("--priority must be 0 to 9");
        assertThat(refused("task", "enqueue", "bad", "--unique-for", "1h")).contains("--unique must be there when"
                + " --unique-for (in milliseconds)");
        assertThat(refused("task", "enqueue", "bad", "--deadline", "2020-01-31T12:00:00Z"))
                .contains("--deadline 2020-01-31T12:00:00Z has passed", "a later one, or none");
        assertThat(refused("task", "enqueue", "bad", "--expires-in", "0s")).contains("--expires-in", "leave it out");
        assertThat(refused("queue", "limits", "known", "--concurrency", "-1")).contains("--concurrency must be 0 to");
        assertThat(refused("task", "enqueue", "bad", "--payload", "\"" + "x".repeat(1 << 20) + "\""))
                .contains("max-message-size allows 1048576");
        assertThat(refused("task", "enqueue", "bad", "--payload", "\"" + "x".repeat(9 << 20) + "\""))
                .contains("max-request-size allows, 8388608");
        Run misused = run("task", "enqueue", "bad", "--priority", "high");
        assertThat(misused.exit()).isEqualTo(2);
        assertThat(misused.err().lines().toList()).hasSize(2)
                .first()
                .asString()
                .contains("--priority", "'high' is not an int");
        assertThat(misused.err()).contains("millrace task enqueue --help");
        assertThat(run("task").exit()).isEqualTo(2);
        assertThat(run("worker", "known").exit()).isEqualTo(2);
        assertThat(refused("worker", "a=3,a", "--exec", "true")).contains("queue a is named twice");
        assertThat(refused("worker", "a=0", "--exec", "true")).contains("'a=0'", "1 to 1000");
        assertThat(refused("worker", "a=3", "b=x", "--exec", "true")).contains("'b=x'", "such as emails=3");
        assertThat(refused("worker", "a,=3", "--exec", "true")).contains("'=3' names no queue");
        assertThat(refused("worker", "a=3,b", "--strict", "--exec", "true")).contains("only the order counts");
        assertThat(refused("worker", "known", "--exec", "true", "--concurrency", "0")).contains("1 to 1000");
        assertThat(refused("worker", "known", "--exec", "true", "--lease", "1s")).contains("at least 3s");
    }

    @Test
    void list_isAnArrayWithIdStateAndAttempts_byStateAndLimit() {
        String ready = enqueue("lists", "--type", "a", "--payload", "\"text\"");
        String later = enqueue("lists", "--type", "b", "--in", "1h");
        JsonNode all = json("task", "list", "lists");
        assertThat(all.isArray()).isTrue();
        assertThat(all.size()).isEqualTo(2);
        assertThat(all.path(0).path("id").asString()).isEqualTo(ready);
        assertThat(all.path(0).path("state").asString()).isEqualTo("ready");
        assertThat(all.path(0).path("attempts").isIntegralNumber()).isTrue();
        JsonNode scheduled = json("task", "list", "lists", "--state", "scheduled");
        assertThat(scheduled.size()).isEqualTo(1);
        assertThat(scheduled.path(0).path("id").asString()).isEqualTo(later);
        assertThat(json("task", "list", "lists", "--state", "retrying")).isEqualTo(Api.JSON.createArrayNode());
        assertThat(json("task", "list", "lists", "--limit", "1").size()).isEqualTo(1);
        assertThat(done("task", "list", "lists").lines().toList()).hasSize(3)
                .element(1)
                .asString()
                .contains("\"text\"");
    }

    @Test
    void aTaskWithAnIdOfItsOwn_isNamedByIt() {
        String id = enqueue("named", "--id", "welcome 7/a", "--in", "1h");
        assertThat(done("task", "enqueue", "named", "--id", "welcome 7/a")).isEqualTo("duplicate of " + id);
        assertThat(json("task", "show", "named", "id:welcome 7/a").path("id").asString()).isEqualTo(id);
        assertThat(done("task", "run-now", "named", "id:welcome 7/a")).isEqualTo("made ready id:welcome 7/a");
        assertThat(done("task", "delete", "named", "id:welcome 7/a")).isEqualTo("deleted id:welcome 7/a");
        assertThat(refused("task", "cancel", "named", "id:welcome 7/a")).contains("has no task id:welcome 7/a");
    }

    @Test
    void typeAndInstant_areUnderstood() {
        enqueue("typed", "--type", "a", "--at", "2090-01-31T12:00:00Z");
        enqueue("typed", "--type", "b", "--in", "1h");
        JsonNode found = json("task", "list", "typed", "--type", "a");
        assertThat(found.size()).isEqualTo(1);
        assertThat(found.path(0).path("dueAt").asString()).isEqualTo("2090-01-31T12:00:00Z");
        assertThat(done("task", "cancel", "typed", "--all", "--state", "scheduled", "--type", "a"))
                .isEqualTo("cancelled 1");
        assertThat(json("task", "list", "typed").size()).isEqualTo(1);
        assertThat(refused("task", "cancel", "typed", "0000000000000000", "--type", "a"))
                .contains("--all with --state");
    }

    @Test
    void oneTask_isCancelledRunAndDeleted() {
        String cancelled = enqueue("ones", "--in", "1h");
        assertThat(done("task", "cancel", "ones", cancelled)).isEqualTo("cancelled " + cancelled);
        assertThat(refused("task", "show", "ones", cancelled)).contains("has no task");
        String hurried = enqueue("ones", "--in", "1h");
        assertThat(done("task", "run-now", "ones", hurried)).isEqualTo("made ready " + hurried);
        assertThat(state("ones", hurried)).isEqualTo("ready");
        assertThat(refused("task", "run-now", "ones", hurried)).contains("it is ready");
        assertThat(done("task", "archive", "ones", hurried)).isEqualTo("archived " + hurried);
        assertThat(state("ones", hurried)).isEqualTo("dead");
        assertThat(done("task", "redrive", "ones", hurried)).isEqualTo("made ready again " + hurried);
        assertThat(done("task", "delete", "ones", hurried)).isEqualTo("deleted " + hurried);
        assertThat(json("queue", "show", "ones").path("cancelled").intValue()).isEqualTo(1);
    }

    @Test
    void allOfAState_areChanged() {
        for (int i = 0; i < 3; i++) {
            enqueue("many", "--in", "1h");
        }
        assertThat(done("task", "run-now", "many", "--all", "--state", "scheduled")).isEqualTo("made ready 3");
        assertThat(done("task", "cancel", "many", "--all", "--state", "ready")).isEqualTo("cancelled 3");
        enqueue("many");
        assertThat(done("task", "delete", "many", "--all", "--state", "ready")).isEqualTo("deleted 1");
        assertThat(done("task", "redrive", "many", "--all", "--state", "dead")).isEqualTo("made ready again 0");
        assertThat(done("task", "list", "many")).isEqualTo("no tasks");
    }

    @Test
    void queues_createListShowLimitPauseResumeDelete() {
        assertThat(done("queue", "create", "jobs")).isEqualTo("created jobs");
        assertThat(done("queue", "create", "jobs")).isEqualTo("exists already: jobs");
        assertThat(done("queue", "list")).contains("jobs", "retrying");
        done("queue", "limits", "jobs", "--concurrency", "5", "--rate", "10", "--period", "1m", "--ageing", "30s");
        JsonNode limits = json("queue", "show", "jobs").path("limits");
        assertThat(limits.path("concurrencyPerKey").intValue()).isEqualTo(5);
        assertThat(limits.path("ratePerKey").intValue()).isEqualTo(10);
        assertThat(limits.path("periodMillis").intValue()).isEqualTo(60_000);
        assertThat(limits.path("ageingMillis").intValue()).isEqualTo(30_000);
        assertThat(done("queue", "pause", "jobs")).isEqualTo("paused jobs");
        assertThat(json("queue", "show", "jobs").path("paused").booleanValue()).isTrue();
        assertThat(done("queue", "resume", "jobs")).isEqualTo("resumed jobs");
        assertThat(json("queue", "show", "jobs").path("paused").booleanValue()).isFalse();
        assertThat(done("queue", "delete", "jobs")).isEqualTo("deleted jobs");
        assertThat(refused("queue", "show", "jobs")).contains("there is no queue 'jobs'");
    }

    @Test
    void noServer_orNoAddress_saysTheCure() {
        for (String[] command : new String[][]{{"task", "enqueue", "q"}, {"queue", "list"},
            {"worker", "q", "--exec", "true"}}) {
            String[] all = Arrays.copyOf(command, command.length + 2);
            all[command.length] = "--url";
            all[command.length + 1] = "http://127.0.0.1:1";
            Run run = CommandLineRig.run(all);
            assertThat(run.exit()).isEqualTo(1);
            assertThat(run.err()).contains("no server answers at http://127.0.0.1:1", "./millrace server",
                    "MILLRACE_URL");
            all[command.length + 1] = "127.0.0.1:7070";
            assertThat(CommandLineRig.run(all).err()).contains("'127.0.0.1:7070' is not a server's address");
        }
    }

    @Test
    void completionAndHelp_knowTheCommands() {
        assertThat(CommandLineRig.run("completion").out()).contains("run-now", "--unique-for", "--keep-output",
                "limits");
        for (String command : new String[]{"task", "task enqueue", "queue", "worker"}) {
            Run help = CommandLineRig.run((command + " --help").split(" ", -1));
            assertThat(help.exit()).isZero();
            assertThat(help.out()).contains("millrace " + command).contains("Example");
        }
    }
}
