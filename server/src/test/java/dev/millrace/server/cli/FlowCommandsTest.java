package dev.millrace.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.CommandLineRig;
import dev.millrace.server.CommandLineRig.Run;
import dev.millrace.server.ServerProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/** Chains, batches, groups and files of tasks by the program's own commands, against a real server. */
class FlowCommandsTest {
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

    /** Pulls what is ready, and acknowledges it. */
    private static void work(String queue) {
        Api api = new Api(server.url(), null);
        JsonNode pulled = api.post(Api.queue(queue, "pull"), "{\"max\":100,\"waitMillis\":20000}");
        ArrayNode tokens = Api.JSON.createArrayNode();
        pulled.path("tasks").forEach(task -> tokens.add(task.path("token")));
        api.post(Api.queue(queue, "ack"), Api.JSON.createObjectNode().set("tokens", tokens).toString());
    }

    // ---- chains ----

    @Test
    void chain_ofOptions_isShownAndFollowed() {
        JsonNode first = json("task", "enqueue", "orders", "--type", "charge", "--then", "mails:receipt",
                "--then", "stock:ship:{\"order\": 7}",
                "--then", "{\"queue\":\"logs\",\"type\":\"order:done\",\"result\":\"header\",\"priority\":9}");
        JsonNode then = json("task", "show", "orders", first.path("id").asString()).path("then");
        assertThat(then.path(0).path("queue").asString()).isEqualTo("mails");
        assertThat(then.path(0).path("type").asString()).isEqualTo("receipt");
        assertThat(then.path(1).path("text").asString()).as("exactly as it was given").isEqualTo("{\"order\": 7}");
        assertThat(then.path(2).path("type").asString()).isEqualTo("order:done");
        assertThat(then.path(2).path("result").asString()).isEqualTo("header");
        work("orders");
        assertThat(json("task", "list", "mails").path(0).path("type").asString()).isEqualTo("receipt");
    }

    @Test
    void chain_badInput_saysWhatToDo() {
        assertThat(refused("task", "enqueue", "orders", "--then", "mails")).contains("QUEUE:TYPE:JSON");
        assertThat(refused("task", "enqueue", "orders", "--then", "mails:email:welcome"))
                .contains("'welcome' is not JSON", "a type that has a colon");
        assertThat(refused("task", "enqueue", "orders", "--then", "{\"queue\"")).contains("--then is not JSON");
        assertThat(refused("task", "enqueue", "orders", "--then", "{\"kind\":\"a\"}")).contains("then[0].kind");
    }

    // ---- files ----

    @Test
    void file_ofObjectsOrLists_isEnqueuedInOrder() throws Exception {
        Path file = folder.resolve("tasks.json");
        Files.writeString(file, "{\"id\":\"a\",\"type\":\"ä\",\"text\":\"Grüße 🎉\"}\n[{\"id\":\"b\"},{\"id\":\"a\"}]");
        JsonNode all = json("task", "enqueue", "filed", "--file", file.toString());
        assertThat(all.size()).isEqualTo(3);
        assertThat(all.path(2).path("duplicate").booleanValue()).isTrue();
        assertThat(all.path(2).path("id")).isEqualTo(all.path(0).path("id"));
        assertThat(json("task", "show", "filed", "id:a").path("text").asString()).isEqualTo("Grüße 🎉");
        assertThat(done("task", "enqueue", "filed", "--file", file.toString()))
                .isEqualTo("enqueued 0 tasks, 3 duplicates");
        StringBuilder many = new StringBuilder();
        for (int i = 0; i < 2_500; i++) {
            many.append("{\"type\":\"n\",\"json\":").append(i).append("}\n");
        }
        Files.writeString(file, many);
        assertThat(done("task", "enqueue", "many", "--file", file.toString())).isEqualTo("enqueued 2500 tasks");
        assertThat(json("queue", "show", "many").path("ready").intValue()).isEqualTo(2_500);
    }

    @Test
    void file_thatIsNone_saysWhatToDo() throws Exception {
        Path file = folder.resolve("bad.json");
        assertThat(refused("task", "enqueue", "q", "--file", file.toString())).contains("there is no file");
        Files.writeString(file, "{\"type\":\"a\"}\n{type:b}");
        assertThat(refused("task", "enqueue", "q", "--file", file.toString())).contains("is not JSON, after 1 tasks");
        Files.writeString(file, "[7]");
        assertThat(refused("task", "enqueue", "q", "--file", file.toString())).contains("task 0", "not 7");
        Files.writeString(file, " ");
        assertThat(refused("task", "enqueue", "q", "--file", file.toString())).contains("has no task");
        assertThat(refused("task", "enqueue", "q", "--file", file.toString(), "--type", "x"))
                .contains("leave out the other options");
    }

    // ---- batches ----

    @Test
    void batch_isOpenedFilledClosedAndWaitedFor() throws Exception {
        String batch = done("batch", "open", "reports", "--type", "summary");
        assertThat(batch).matches("reports/[0-9a-f]{16}");
        done("batch", "add", batch, "letters", "--type", "mail", "--payload", "7");
        done("task", "enqueue", "letters", "--batch", batch);
        Path file = folder.resolve("members.json");
        Files.writeString(file, "{\"type\":\"mail\"}{\"type\":\"mail\"}");
        assertThat(done("batch", "add", batch, "letters", "--file", file.toString())).isEqualTo("enqueued 2 tasks");
        assertThat(done("batch", "show", batch)).startsWith("open: 4 added, 0 done").endsWith("4 not over");
        assertThat(done("batch", "close", batch)).isEqualTo("closed " + batch);
        assertThat(refused("batch", "add", batch, "letters")).contains("no batch of this id is open");
        Run early = run("batch", "wait", batch, "--timeout", "50ms");
        assertThat(early.exit()).isEqualTo(1);
        assertThat(early.out()).startsWith("closed: 4 added");
        assertThat(early.err()).contains("not over after 50ms");
        CompletableFuture<JsonNode> end = CompletableFuture
                .supplyAsync(() -> json("batch", "wait", batch, "--timeout", "2m"));
        work("letters");
        JsonNode over = end.get(2, TimeUnit.MINUTES);
        assertThat(over.path("over").booleanValue()).isTrue();
        assertThat(over.path("done").intValue()).isEqualTo(4);
        assertThat(json("task", "list", "reports").path(0).path("headers").path("millrace-batch-done").asString())
                .isEqualTo("4");
    }

    @Test
    void batch_silentDuplicateAndCalledOff() {
        String silent = done("batch", "open", "quiet", "--silent");
        done("batch", "close", silent);
        assertThat(done("batch", "wait", silent)).startsWith("over: 0 added");
        String first = done("batch", "open", "quiet", "--type", "t", "--unique", "nightly");
        Run again = run("batch", "open", "quiet", "--type", "t", "--unique", "nightly");
        assertThat(again.exit()).isZero();
        assertThat(again.out().strip()).isEqualTo(first);
        assertThat(again.err()).contains("nothing was opened anew");
        assertThat(done("batch", "cancel", first)).isEqualTo("called off " + first);
        assertThat(refused("batch", "wait", first)).contains("was called off");
    }

    @Test
    void batch_badInput_saysWhatToDo() {
        assertThat(refused("batch", "show", "reports")).contains("'reports' is no batch", "16 hex digits");
        assertThat(refused("batch", "open", "reports")).contains("--type summary", "--silent");
        assertThat(refused("batch", "open", "reports", "--silent", "--type", "x"))
                .contains("--silent enqueues no task");
        done("queue", "create", "reports");
        assertThat(refused("batch", "show", "reports/0000000000000001")).contains("has no batch");
        assertThat(refused("batch", "show", "nowhere/0000000000000001")).contains("there is no queue 'nowhere'");
        assertThat(run("batch").exit()).isEqualTo(2);
    }

    @Test
    void batches_areListed() {
        assertThat(refused("batch", "list", "listed")).contains("there is no queue 'listed'");
        done("queue", "create", "listed");
        assertThat(done("batch", "list", "listed")).isEqualTo("no batches");
        String open = done("batch", "open", "listed", "--type", "t");
        String over = done("batch", "open", "listed", "--silent");
        done("batch", "close", over);
        done("batch", "wait", over);
        assertThat(json("batch", "list", "listed").size()).isEqualTo(2);
        assertThat(done("batch", "list", "listed").lines().toList()).hasSize(3)
                .anyMatch(line -> line.matches(open + " +open +0 .*"))
                .anyMatch(line -> line.matches(over + " +over +0 .*"));
        assertThat(json("batch", "list", "listed", "--state", "open").path(0).path("id").asString())
                .isEqualTo(BatchName.of(open).id());
        assertThat(refused("batch", "list", "listed", "--state", "all")).contains("open, closed or over");
    }

    // ---- groups ----

    @Test
    void groups_areSetOneByOne_andGather() {
        done("queue", "create", "news");
        assertThat(done("queue", "groups", "news", "--max-size", "2", "--grace", "10m"))
                .isEqualTo("set the groups of news");
        done("queue", "groups", "news", "--max-delay", "1h");
        JsonNode groups = json("queue", "groups", "news");
        assertThat(groups.path("maxSize").intValue()).as("kept").isEqualTo(2);
        assertThat(groups.path("maxDelayMillis").intValue()).isEqualTo(3_600_000);
        assertThat(groups.path("graceMillis").intValue()).isEqualTo(600_000);
        done("task", "enqueue", "news", "--group", "ada", "--payload", "1");
        JsonNode shown = json("queue", "show", "news");
        assertThat(shown.at("/waitingGroups/0/group").asString()).isEqualTo("ada");
        assertThat(shown.at("/waitingGroups/0/size").intValue()).isEqualTo(1);
        assertThat(shown.path("moreGroups").booleanValue()).isFalse();
        done("task", "enqueue", "news", "--group", "ada", "--payload", "2");
        JsonNode made = json("task", "list", "news", "--state", "ready").path(0);
        assertThat(made.path("payloads").size()).isEqualTo(2);
        assertThat(refused("queue", "groups", "news", "--max-size", "0")).contains("--max-size must be 1 to 1000");
        assertThat(refused("queue", "groups", "nothing")).contains("there is no queue 'nothing'");
    }

    @Test
    void completionAndHelp_knowTheCommands() {
        assertThat(CommandLineRig.run("completion").out()).contains("--then", "--silent", "--max-delay", "cancel");
        for (String command : new String[]{"batch", "batch open", "batch wait", "queue groups"}) {
            Run help = CommandLineRig.run((command + " --help").split(" ", -1));
            assertThat(help.exit()).isZero();
            assertThat(help.out()).contains("millrace " + command);
        }
    }
}
